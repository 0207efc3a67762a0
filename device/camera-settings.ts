import { readFileSync } from 'node:fs';
import {
  fromUtf8,
  ProtocolError,
  readCameraPolicy,
  sha256,
  toHex,
  type CameraPolicy,
} from '@mingjing/protocol';
import { IDENTITY_FILES, loadLines, loadRoots, RuntimeError, type EvidenceIdentity } from '@mingjing/runtime';
import type { CameraConfig } from './config.ts';
import type { Sources } from './core/capture-plan.ts';
import type { Officer } from './core/camera-view.ts';
import type { Remembered } from './core/remembered.ts';
import type { RecorderSettings } from './core/state.ts';
import type { Capture } from './ports/capture.ts';
import type { DeviceMemory } from './ports/device-memory.ts';
import type { CameraPorts, CameraSettings } from './shell/camera-ports.ts';
import { recollect } from './shell/recollection.ts';

export interface SettingsParts extends Pick<CameraPorts, 'memory' | 'capture'> {
  readonly journal: Parameters<typeof recollect>[0];
  /** Told of a memory that the journal does not bear out. */
  readonly doubt: (detail: string) => void;
}

/**
 * Who this camera is and what it was told, from its configuration, its identity, its journal and its memory.
 *
 * INVARIANT: files beside the journal, which nobody signed, decide nothing: an officer or a policy that the journal does not
 * name is not believed.
 */
export async function settingsOf(
  config: CameraConfig,
  evidence: EvidenceIdentity,
  { memory, capture, journal, doubt }: SettingsParts,
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
  const remembered = recollect(journal);
  const officer = officerInForce(memory, remembered, config.officer);
  return {
    recorder: {
      device: certificate.name.id,
      ...(officer === undefined ? {} : { officer }),
      ...standingPolicy(memory, remembered, configuredPolicy(config), doubt),
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

/**
 * Whom the camera was handed to last, by the journal's word; before the first hand-over, whom it is configured for. The
 * memory says only that there was a hand-over.
 */
function officerInForce(
  memory: DeviceMemory,
  { officer: told }: Remembered,
  configured: Officer | undefined,
): Officer | undefined {
  if (told === undefined || memory.recall('officer') === undefined) return configured;
  if (told.type === 'officer-returned') return undefined;
  const { officer: number, name, certificate, dock, assignment } = told;
  return {
    number,
    ...(name === undefined ? {} : { name }),
    ...(certificate === undefined ? {} : { certificate }),
    ...(dock === undefined || assignment === undefined ? {} : { by: { dock, assignment } }),
  };
}

/** The policy that was applied last, unless the configuration brings a later one. Its bytes are those the journal names. */
function standingPolicy(
  memory: DeviceMemory,
  { policy: told }: Remembered,
  configured: CameraPolicy,
  doubt: SettingsParts['doubt'],
): Pick<RecorderSettings, 'policy' | 'policySha256'> {
  // The power may go between the keeping of a policy and its entry: then the one before it holds.
  const kept = (['policy', 'policy-before'] as const).flatMap((what) => memory.recall(what) ?? []);
  if (kept.length === 0 && told === undefined) return { policy: configured };
  if (told !== undefined && told.version < configured.version) return { policy: configured };
  const bytes = kept.find((one) => toHex(sha256(one)) === told?.policy);
  if (bytes === undefined || told === undefined) {
    doubt(`no policy is kept that was applied (${told?.policy ?? 'none'}): the configured one holds`);
    return { policy: configured };
  }
  return { policy: readCameraPolicy(JSON.parse(fromUtf8(bytes))), policySha256: told.policy };
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
