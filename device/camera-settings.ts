import { readFileSync } from 'node:fs';
import { ProtocolError, readCameraPolicy, type CameraPolicy } from '@mingjing/protocol';
import { IDENTITY_FILES, loadLines, loadRoots, RuntimeError, type EvidenceIdentity } from '@mingjing/runtime';
import type { CameraConfig } from './config.ts';
import type { CameraSettings } from './shell/camera-ports.ts';

/** Who this camera is and what it was told, from its configuration and its identity. */
export function settingsOf(
  config: CameraConfig,
  evidence: EvidenceIdentity,
  policy: CameraPolicy,
): CameraSettings {
  const { officer, identityDirectory } = config;
  const { certificate, chain } = evidence;
  const recipients = loadLines(identityDirectory, IDENTITY_FILES.recipients);
  if (recipients.length === 0) {
    throw new RuntimeError(
      'bad-identity',
      `${identityDirectory}: no recipient, so nobody could open the footage`,
    );
  }
  return {
    recorder: {
      device: certificate.name.id,
      ...(officer === undefined ? {} : { officer: officer.number }),
      policy,
      reserveBytes: config.reserveBytes,
    },
    software: software(),
    ...(officer === undefined ? {} : { officer }),
    evidence: { certificate, chain },
    roots: loadRoots(identityDirectory),
    recipients,
  };
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

function software(): string {
  const text = readFileSync(new URL('./package.json', import.meta.url), 'utf8');
  const { version } = JSON.parse(text) as { version: string };
  return `mingjing-device/${version}`;
}
