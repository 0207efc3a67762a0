import { readFileSync } from 'node:fs';
import { Type } from 'typebox';
import { Compile } from 'typebox/compile';
import {
  fromUtf8,
  ProtocolError,
  readCameraPolicy,
  sha256,
  toHex,
  type CameraPolicy,
} from '@mingjing/protocol';
import {
  IDENTITY_FILES,
  loadLines,
  loadRoots,
  RuntimeError,
  type EvidenceIdentity,
  type Log,
} from '@mingjing/runtime';
import type { CameraConfig } from './config.ts';
import type { Sources } from './core/capture-plan.ts';
import type { Officer } from './core/camera-view.ts';
import type { RecorderSettings } from './core/state.ts';
import type { Capture } from './ports/capture.ts';
import type { DeviceMemory } from './ports/device-memory.ts';
import type { CameraPorts, CameraSettings } from './shell/camera-ports.ts';

/** Who this camera is and what it was told, from its configuration, its identity and its memory. */
export async function settingsOf(
  config: CameraConfig,
  evidence: EvidenceIdentity,
  { memory, log, capture }: Pick<CameraPorts, 'memory' | 'log' | 'capture'>,
): Promise<CameraSettings> {
  const { identityDirectory } = config;
  const { certificate, chain } = evidence;
  const recipients = loadLines(identityDirectory, IDENTITY_FILES.recipients);
  if (recipients.length === 0) {
    throw new RuntimeError(
      'bad-identity',
      `${identityDirectory}: no recipient, so nobody could open the footage`,
    );
  }
  const officer = keptOfficer(memory, log, config.officer);
  return {
    recorder: {
      device: certificate.name.id,
      ...(officer === undefined ? {} : { officer }),
      ...standingPolicy(memory, log, configuredPolicy(config)),
      sources: await builtIn(config, capture),
      reserveBytes: config.reserveBytes,
    },
    software: software(),
    evidence: { certificate, chain },
    roots: loadRoots(identityDirectory),
    recipients,
  };
}

/** What the camera has by its build: what is missing of it at some moment is lost, not absent. */
async function builtIn({ capture: { kind, ...more } }: CameraConfig, capture: Capture): Promise<Sources> {
  if (kind === 'replay') return await capture.probe();
  return { picture: true, sound: kind === 'test-pattern' || 'audio' in more };
}

const KeptOfficer = Compile(
  Type.Union([
    Type.Null(),
    Type.Object({
      number: Type.String(),
      name: Type.Optional(Type.String()),
      certificate: Type.Optional(Type.String()),
    }),
  ]),
);

/** Whom the camera was handed to last; before the first hand-over, whom it is configured for. */
function keptOfficer(memory: DeviceMemory, log: Log, configured: Officer | undefined): Officer | undefined {
  const bytes = memory.recall('officer');
  if (bytes === undefined) return configured;
  try {
    const kept: unknown = JSON.parse(fromUtf8(bytes));
    if (KeptOfficer.Check(kept)) return kept ?? undefined;
  } catch {
    // told below
  }
  log.error('who has the camera is not readable any more; the configuration holds');
  return configured;
}

/** The policy that was applied last, unless the configuration brings a later one. */
function standingPolicy(
  memory: DeviceMemory,
  log: Log,
  configured: CameraPolicy,
): Pick<RecorderSettings, 'policy' | 'policySha256'> {
  const bytes = memory.recall('policy');
  if (bytes === undefined) return { policy: configured };
  try {
    const policy = readCameraPolicy(JSON.parse(fromUtf8(bytes)));
    if (policy.version < configured.version) return { policy: configured };
    return { policy, policySha256: toHex(sha256(bytes)) };
  } catch (err) {
    log.error({ err }, 'the applied policy is not readable any more; the configured one holds');
    return { policy: configured };
  }
}

/** The policy the camera was configured with. `code` 'bad-config'. */
export function configuredPolicy({ policy }: CameraConfig): CameraPolicy {
  try {
    return readCameraPolicy(policy ?? {});
  } catch (cause) {
    if (!(cause instanceof ProtocolError)) throw cause;
    throw new RuntimeError('bad-config', `/policy: ${cause.message}`, { cause });
  }
}

export function software(): string {
  const text = readFileSync(new URL('./package.json', import.meta.url), 'utf8');
  const { version } = JSON.parse(text) as { version: string };
  return `mingjing-device/${version}`;
}
