import { join } from 'node:path';
import { formatVerifierKey, dockKeyName } from '@mingjing/protocol';
import { loadEvidenceIdentity, type Log, type TlsIdentity } from '@mingjing/runtime';
import { ForkFiles } from './adapters/fork-files.ts';
import { HttpsLog } from './adapters/https-log.ts';
import { SqliteWitness } from './adapters/sqlite-witness.ts';
import { WitnessServer } from './adapters/witness-server.ts';
import type { WitnessConfig } from './config-witness.ts';
import type { DockConfig } from './config.ts';
import type { CheckpointSource } from './ports/checkpoint-source.ts';
import type { Clock } from './ports/clock.ts';
import type { Messages } from './ports/messages.ts';
import { DockAlarms } from './shell/dock-alarms.ts';
import { Witness } from './shell/witness.ts';
import { WitnessLoop } from './shell/witness-loop.ts';

const DEFAULT_SECONDS = 60;

interface WitnessWorld {
  readonly identity: TlsIdentity;
  readonly messages: Messages;
  readonly clock: Clock;
  readonly log: Log;
}

export interface RunningWitness extends CheckpointSource {
  /** For metrics. */
  readonly whole: WitnessLoop['whole'];
  start(): void;
  stop(): Promise<void>;
}

/**
 * undefined: not configured. Without its key or its memory it does not witness, with an alarm: that is no reason to stop
 * moving footage, and signing without memory would be worse than silence.
 */
export function buildWitness(config: DockConfig, world: WitnessWorld): RunningWitness | undefined {
  if (config.witness === undefined) return undefined;
  const { identity, messages, clock, log } = world;
  const alarms = new DockAlarms(messages);
  try {
    const { certificate, signer, chain } = loadEvidenceIdentity(config.identityDirectory, 'dock');
    const state = new SqliteWitness(join(config.stateDirectory, 'witness.sqlite'));
    const forks = new ForkFiles(join(config.stateDirectory, 'forks'));
    const name = dockKeyName(certificate.name.id);
    const { publicKey } = signer;
    log.info({ vkey: formatVerifierKey({ name, type: 'cosignature', publicKey }) }, 'witness');
    const witness = new Witness({ name, signer, state, forks, alarms, clock, log });
    const loop = new WitnessLoop({
      ...{ link: new HttpsLog(config.archive, identity), witness, state, clock, log },
      trust: { agency: identity.certificate.name.agency, roots: identity.roots },
      evidence: chain,
      everyMs: (config.witness.everySeconds ?? DEFAULT_SECONDS) * 1000,
    });
    const server = buildServer(config.witness, witness, log);
    return {
      get whole() {
        return loop.whole;
      },
      latest: () => loop.latest(),
      start: () => {
        server?.start();
        loop.start();
      },
      stop: async () => {
        await Promise.all([loop.stop(), server?.stop()]);
        state.close();
      },
    };
  } catch (err) {
    log.error({ err }, 'this dock cannot be a witness');
    const why = err instanceof Error ? err.message : 'its key or its memory cannot be opened';
    alarms.raise('witness-stopped', '', { camera: undefined, severity: 'critical', detail: why });
    return undefined;
  }
}

/** undefined: not configured. */
function buildServer(
  { port, host = '127.0.0.1' }: WitnessConfig,
  witness: Witness,
  log: Log,
): { start(): void; stop(): Promise<void> } | undefined {
  if (port === undefined) return undefined;
  const server = new WitnessServer((body) => witness.answer(body));
  return {
    // A port that somebody else has is no reason to stop moving footage.
    start: () => {
      server.listen(port, host).then(
        (open) => log.info({ port: open }, 'answers add-checkpoint'),
        (err: unknown) => log.error({ err, port }, 'the port for add-checkpoint could not be opened'),
      );
    },
    stop: () => server.close(),
  };
}
