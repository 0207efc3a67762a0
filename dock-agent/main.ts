import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { ArchiveLink } from '@mingjing/protocol';
import {
  createLog,
  HttpsArchive,
  loadTlsIdentity,
  readConfig,
  RuntimeError,
  type Log,
} from '@mingjing/runtime';
import { HttpsCamera } from './adapters/https-camera.ts';
import { logMessages } from './adapters/log-messages.ts';
import { MqttMessages } from './adapters/mqtt-messages.ts';
import { systemClock } from './adapters/system-clock.ts';
import { TcpPresence } from './adapters/tcp-presence.ts';
import { buildCharging, requireCharging } from './build-charging.ts';
import { buildOutbox } from './build-outbox.ts';
import { buildMetrics, buildWatch } from './build-watch.ts';
import { buildWitness } from './build-witness.ts';
import { DockConfig } from './config.ts';
import { BayRunner } from './shell/bay-runner.ts';

/** `node dock-agent/main.ts --config dock.json`: runs until SIGTERM or SIGINT. */
async function main(): Promise<void> {
  const { values } = parseArgs({ options: { config: { type: 'string' } } });
  if (values.config === undefined) throw new RuntimeError('bad-config', 'usage: main.ts --config <file>');
  const config = readConfig(DockConfig, values.config);
  requireDistinctBays(config);
  requireCharging(config);
  const log = createLog('dock-agent', config.log);
  const dock = assemble(config, log);
  const stopped = stopSignal();
  await dock.start();
  process.stdout.write(`${JSON.stringify({ ready: true })}\n`);
  await stopped;
  log.info('stopping');
  await dock.stop();
}

function assemble(config: DockConfig, log: Log): { start(): Promise<void>; stop(): Promise<void> } {
  const identity = loadTlsIdentity(config.identityDirectory, 'dock');
  const trust = { agency: identity.certificate.name.agency, roots: identity.roots };
  mkdirSync(config.stateDirectory, { recursive: true, mode: 0o700 });
  const numbers = config.bays.map(({ bay }) => bay);
  const outbox = join(config.stateDirectory, 'outbox.sqlite');
  const told =
    config.broker === undefined
      ? logMessages(log)
      : new MqttMessages(config.broker, identity, outbox, numbers, log);
  const { messages, watcher, metrics } = buildWatch(config, told, systemClock, log);
  const line = (): ArchiveLink => metrics.metered(new HttpsArchive(config.archive, identity));
  const cache = buildOutbox(config.outbox, {
    archive: line,
    messages,
    clock: systemClock,
    trust,
    log,
    onForwarded: (camera) => watcher.forwarded(camera),
  });
  const waiting = cache === undefined ? {} : { outbox: () => cache.usage(), uplinkUp: () => cache.up };
  const page = buildMetrics(config.metrics, metrics, waiting, log);
  const witness = buildWitness(config, { identity, messages, clock: systemClock, log });
  const charging = buildCharging(config, { messages, clock: systemClock, log });
  const bays = config.bays.map(
    ({ bay, camera }) =>
      new BayRunner({
        bay,
        presence: charging?.watch(bay, new TcpPresence(camera)) ?? new TcpPresence(camera),
        openCamera: () => new HttpsCamera(camera, identity),
        archive: cache?.through(line()) ?? line(), // its own lines: no bay waits for another
        messages,
        clock: systemClock,
        trust,
        log,
        random: Math.random,
      }),
  );
  return {
    start: async () => {
      await page?.start();
      watcher.start();
      cache?.start();
      witness?.start();
      charging?.start();
      for (const bay of bays) bay.start();
    },
    stop: async () => {
      await Promise.all(bays.map((bay) => bay.stop()));
      await Promise.all([cache?.stop(), page?.stop(), witness?.stop(), charging?.stop()]);
      watcher.stop();
      await messages.close();
    },
  };
}

function requireDistinctBays({ bays }: DockConfig): void {
  if (new Set(bays.map(({ bay }) => bay)).size < bays.length)
    throw new RuntimeError('bad-config', 'two bays have one number');
}

function stopSignal(): Promise<void> {
  return new Promise((resolve) => {
    process.once('SIGTERM', () => resolve());
    process.once('SIGINT', () => resolve());
  });
}

try {
  await main();
} catch (error) {
  const code = error instanceof RuntimeError ? error.code : 'failed';
  process.stderr.write(`dock-agent (${code}): ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
