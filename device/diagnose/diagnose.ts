import { createInterface } from 'node:readline/promises';
import type { CameraPolicy } from '@mingjing/protocol';
import {
  createLog,
  IDENTITY_FILES,
  loadEvidenceIdentity,
  loadLines,
  loadTlsIdentity,
  readConfig,
  type EvidenceIdentity,
  type Log,
} from '@mingjing/runtime';
import { buildPanel } from '../build-panel.ts';
import { buildBody, openMedium } from '../build-ports.ts';
import { configuredPolicy, software } from '../camera-settings.ts';
import { CameraConfig } from '../config.ts';
import { CHECKS, resultOf, type CheckResult, type Diagnosis } from '../core/diagnosis.ts';
import { diagnosisTable } from '../core/diagnosis-table.ts';
import { CHECK_WORDS } from '../core/diagnosis-words.ts';
import { DeviceError } from '../core/errors.ts';
import type { Clock } from '../ports/clock.ts';
import type { CameraMedium } from '../shell/camera-ports.ts';
import type { Asker } from '../shell/hand-checks.ts';
import { checksOn, type Hand } from './checks-on.ts';
import { fileReport } from './file-report.ts';

export interface DiagnoseOptions {
  readonly config: string;
  readonly json?: boolean;
  readonly html?: string;
  readonly interactive?: boolean;
}

/**
 * Tries everything a camera is made of, with the adapters it works with. The report is signed by the evidence key,
 * kept in the state directory, and named by a `diagnosed` entry. The camera itself must not run meanwhile: journal and
 * lens are one process's at a time. Gives the exit status: 0 fit for duty, 1 not.
 */
export async function diagnose(options: DiagnoseOptions): Promise<number> {
  const config = readConfig(CameraConfig, options.config);
  const policy: CameraPolicy = configuredPolicy(config);
  const log = createLog('diagnose', { level: 'silent' });
  const evidence = loadEvidenceIdentity(config.identityDirectory, 'camera');
  const tls = loadTlsIdentity(config.identityDirectory, 'camera');
  const recipients = loadLines(config.identityDirectory, IDENTITY_FILES.recipients).length;
  const body = buildBody(config, evidence, () => policy.picture, log);
  const medium = await mediumOf(config, evidence, body.clock, log);
  const terminal = options.interactive === true ? createInterface(process.stdin, process.stderr) : undefined;
  let hand: Hand | undefined;
  try {
    hand = terminal && { asker: askerOn(terminal), ...buildPanel(config, body.clock, log) };
    const checks = await runChecks(
      checksOn({ config, policy, evidence, tls, recipients, body, medium, hand }),
    );
    const { id: device, epoch = 1 } = evidence.certificate.name;
    const diagnosis: Diagnosis = {
      ...{ format: 'mingjing/diagnosis/1', device, epoch, software: software() },
      ...{ at: body.clock.now().at, result: resultOf(checks), checks },
    };
    fileReport(diagnosis, config.stateDirectory, evidence, medium?.journal, options.html);
    process.stdout.write(
      options.json === true
        ? `${JSON.stringify(diagnosis)}\n`
        : `\n${diagnosisTable(diagnosis, process.stdout.isTTY)}`,
    );
    return diagnosis.result === 'bad' ? 1 : 0;
  } finally {
    terminal?.close();
    await Promise.all([...(hand?.buttons ?? []), ...(hand?.signals ?? [])].map((part) => part.close()));
    await body.position.close();
    medium?.journal.close();
  }
}

/** Undefined: it cannot be opened, which is for the report to tell. Without a broker: nobody is to hear of this. */
async function mediumOf(
  { broker: _broker, ...config }: CameraConfig,
  evidence: EvidenceIdentity,
  clock: Clock,
  log: Log,
): Promise<CameraMedium | undefined> {
  try {
    return await openMedium(config, evidence, clock, log);
  } catch (cause) {
    if (isInUse(cause)) {
      const message =
        '记录仪正在运行，请先停止 · the camera is running; stop it first: systemctl stop mingjing-camera';
      throw new DeviceError('storage-failed', message, { cause });
    }
    return undefined;
  }
}

function isInUse(error: unknown): boolean {
  return error instanceof Error && (error.cause as { code?: unknown } | undefined)?.code === 'SQLITE_BUSY';
}

/** One after the other, told on a terminal while it goes on. */
async function runChecks(checks: ReturnType<typeof checksOn>): Promise<CheckResult[]> {
  const results: CheckResult[] = [];
  for (const check of CHECKS) {
    const { zh, en } = CHECK_WORDS[check];
    if (process.stderr.isTTY)
      process.stderr.write(`\r\x1b[2K  ${results.length + 1}/${CHECKS.length}  ${zh} ${en} …`);
    results.push(await checks[check]());
  }
  if (process.stderr.isTTY) process.stderr.write('\r\x1b[2K');
  return results;
}

function askerOn(terminal: ReturnType<typeof createInterface>): Asker {
  return {
    say: (zh, en) => void process.stderr.write(`\n➜ ${zh} · ${en}\n`),
    ask: async (zh, en) => /^(?:y|是|$)/i.test(await terminal.question(`\n➜ ${zh} · ${en} [Y/n] `)),
  };
}
