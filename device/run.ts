import { join } from 'node:path';
import { createLog, loadEvidenceIdentity, readConfig, RuntimeError, type Log } from '@mingjing/runtime';
import { watchdogOf } from './build-instruments.ts';
import { buildBody } from './build-ports.ts';
import { buildFaces } from './build-faces.ts';
import { buildSimulation } from './build-simulation.ts';
import { configuredPolicy } from './camera-settings.ts';
import { CameraConfig } from './config.ts';
import { CameraProcess } from './camera-process.ts';

/** Exit status: everything is closed; switch the machine off. */
const SWITCH_OFF = 10;

export interface RunOptions {
  readonly config: string;
  readonly simulate?: boolean;
  readonly panel?: boolean;
}

/** The life of the camera's process. */
export async function run(options: RunOptions): Promise<void> {
  const config = readConfig(CameraConfig, options.config);
  requireSimulation(config, options.simulate === true);
  const panel = options.panel === true;
  if (panel && !process.stdin.isTTY) throw new RuntimeError('bad-config', '--panel needs a terminal');
  let policy = configuredPolicy(config);
  const log = openLog(config, panel);
  const evidence = loadEvidenceIdentity(config.identityDirectory, 'camera');
  const { id: device, agency } = evidence.certificate.name;
  const simulation = await buildSimulation(config, log);
  const body = buildBody(config, evidence, () => policy.picture, log, simulation);
  const watchdog = watchdogOf(config, log);
  const camera = new CameraProcess(config, evidence, body, {
    nameplate: { device, agency, policy, now: () => body.clock.now().at },
    policyApplied: (applied) => (policy = applied),
    ending: (reason) => (process.exitCode = exitStatus(reason)),
    watchdog,
  });
  process.on('SIGTERM', () => void camera.end('terminated'));
  process.on('SIGINT', () => void camera.end('terminated'));
  const docking = await camera.begin();
  watchdog.ready();
  camera.hands.watch(({ mode }) => watchdog.status(mode));
  if (camera.ending) {
    await simulation?.close();
    return;
  }
  const faces = await buildFaces(config, { hands: camera.hands, body, panel, simulation });
  await camera.show(faces.controls);
  if (!panel) {
    const ready = { ready: docking !== undefined, control: faces.controlPort, docking: docking ?? null };
    const line = { ...ready, ...(simulation === undefined ? {} : { web: simulation.link() }) };
    process.stdout.write(`${JSON.stringify(line)}\n`);
  }
}

/** The officer, or an empty battery, wants the machine off: whoever started this process is told (device/deploy/). */
function exitStatus(reason: string): number {
  return reason === 'button' || reason === 'battery-empty' ? SWITCH_OFF : 0;
}

/** A panel owns the terminal: then the log goes into a file. Where none can be made, it goes without. */
function openLog({ log, stateDirectory }: CameraConfig, panel: boolean): Log {
  if (!panel) return createLog('camera', { ...log });
  try {
    return createLog('camera', { file: join(stateDirectory, 'camera.log'), ...log });
  } catch {
    return createLog('camera', { level: 'silent' });
  }
}

function requireSimulation(config: CameraConfig, simulate: boolean): void {
  if (simulate) return;
  const asked = (['control', 'web'] as const).find((key) => config[key] !== undefined) ?? replayOf(config);
  if (asked !== undefined) {
    throw new RuntimeError(
      'bad-config',
      `"${asked}" is for simulated cameras: start with --simulate, or take it out`,
    );
  }
}

function replayOf({ capture }: CameraConfig): 'replay' | undefined {
  return capture.kind === 'replay' ? 'replay' : undefined;
}
