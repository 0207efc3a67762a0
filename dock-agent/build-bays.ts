import { join } from 'node:path';
import type { TlsIdentity } from '@mingjing/runtime';
import { RevocationFile } from './adapters/revocation-file.ts';
import type { DockConfig } from './config.ts';
import type { Messages } from './ports/messages.ts';
import type { Revocations } from './ports/revocations.ts';
import { DockAlarms } from './shell/dock-alarms.ts';

const REVOCATIONS_FILE = 'crl.pem';

/** Lists count when a root, or the authority that issued this dock, signed them. */
export function buildRevocations(
  config: DockConfig,
  { roots, chain }: TlsIdentity,
  messages: Messages,
): Revocations {
  const alarms = new DockAlarms(messages);
  return new RevocationFile({
    path: config.revocations ?? join(config.identityDirectory, REVOCATIONS_FILE),
    required: config.revocations !== undefined,
    authorities: [...chain.slice(1), ...roots],
    now: () => new Date(),
    told: (trouble, why) => {
      if (why === undefined) alarms.clear(trouble, '');
      else alarms.raise(trouble, '', { camera: undefined, severity: 'critical', detail: why });
    },
  });
}
