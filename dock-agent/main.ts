import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { ArchiveLink } from '@mingjing/protocol';
import {
  createLog,
  HttpsArchive,
  keepYoungSpaceSmall,
  loadTlsIdentity,
  readConfig,
  RuntimeError,
  type Log,
} from '@mingjing/runtime';
import { HttpsCamera } from './adapters/https-camera.ts';
import { logMessages } from './adapters/log-messages.ts';
import { MqttMessages } from './adapters/mqtt-messages.ts';
import { systemClock } from './adapters/system-clock.ts';
import { buildRevocations, buildSpots, requireDistinctBays } from './build-bays.ts';
import { buildCare } from './build-care.ts';
import { buildCharging, requireCharging } from './build-charging.ts';
import { buildDesk } from './build-desk.ts';
import { buildKiosk } from './build-kiosk.ts';
import { buildOutbox } from './build-outbox.ts';
import { buildService } from './build-service.ts';
import { buildMetrics, buildWatch } from './build-watch.ts';
import { buildWitness } from './build-witness.ts';
import { DockConfig } from './config.ts';
import type { CameraLink } from './ports/camera-link.ts';
import type { Presence } from './ports/presence.ts';
import { BayRunner } from './shell/bay-runner.ts';
import { RecentLog } from './shell/recent-log.ts';

/** `node dock-agent/main.ts --config dock.json`: runs until SIGTERM or SIGINT. */
async function main(): Promise<void> {
  const { values } = parseArgs({ options: { config: { type: 'string' } } });
  if (values.config === undefined) throw new RuntimeError('bad-config', 'usage: main.ts --config <file>');
  const config = readConfig(DockConfig, values.config);
  requireDistinctBays(config);
  requireCharging(config);
  const recent = new RecentLog();
  const log = createLog('dock-agent', config.log, config.kiosk && recent.add);
  const dock = assemble(config, recent, log);
  const service = buildService(log);
  const stopped = stopSignal();
  const told = await dock.start();
  service.ready();
  process.stdout.write(`${JSON.stringify({ ready: true, ...told })}\n`);
  await stopped;
  log.info('stopping');
  await dock.stop();
  await service.stop();
}

interface Dock {
  /** Gives what is to be told of it once it is ready. */
  start(): Promise<{ readonly kiosk?: string | undefined }>;
  stop(): Promise<void>;
}

function assemble(config: DockConfig, recent: RecentLog, log: Log): Dock {
  const identity = loadTlsIdentity(config.identityDirectory, 'dock');
  const trust = { agency: identity.certificate.name.agency, roots: identity.roots };
  mkdirSync(config.stateDirectory, { recursive: true, mode: 0o700 });
  const numbers = config.bays.map(({ bay }) => bay);
  const outbox = join(config.stateDirectory, 'outbox.sqlite');
  const told =
    config.broker === undefined
      ? logMessages(log)
      : new MqttMessages(config.broker, identity, outbox, numbers, log);
  const kiosk = buildKiosk(config, identity.certificate.name.id, systemClock, recent, log);
  const {
    messages: watched,
    watcher,
    metrics,
  } = buildWatch(config, kiosk?.beside(told) ?? told, systemClock, log);
  const spotOf = buildSpots(config);
  const openCamera = (bay: number): CameraLink => new HttpsCamera(spotOf(bay).url, identity);
  const common = { trust, clock: systemClock, log };
  const desk = buildDesk(config, { ...common, messages: watched, openCamera });
  const messages = desk?.messages ?? watched;
  const witness = buildWitness(config, { identity, messages, clock: systemClock, log });
  const care = buildCare(config, {
    ...{ ...common, identity, messages, witness },
    onCondition: (told) => desk?.learn(told),
  });
  const line = (): ArchiveLink => metrics.metered(new HttpsArchive(config.archive, identity));
  const cache = buildOutbox(config.outbox, {
    archive: line,
    messages,
    clock: systemClock,
    trust,
    log,
    onForwarded: (camera) => watcher.forwarded(camera),
  });
  const waiting = {
    ...(cache === undefined ? {} : { outbox: () => cache.usage(), uplinkUp: () => cache.up }),
    witness: () => witness?.whole,
  };
  const page = buildMetrics(config.metrics, metrics, waiting, log);
  const revocations = buildRevocations(config, identity, messages);
  const charging = buildCharging(config, { messages, clock: systemClock, log });
  const presenceOf = (bay: number): Presence => {
    const contact = charging?.watch(bay, spotOf(bay)) ?? spotOf(bay);
    return kiosk?.presence(bay, contact) ?? contact;
  };
  const bays = config.bays.map(
    ({ bay }) =>
      new BayRunner({
        bay,
        presence: presenceOf(bay),
        openCamera: () => openCamera(bay),
        care: care.care,
        archive: cache?.through(line()) ?? line(), // its own lines: no bay waits for another
        messages,
        clock: systemClock,
        trust,
        revocations,
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
      care.start();
      charging?.start();
      for (const bay of bays) bay.start();
      return {
        kiosk: await kiosk?.start({
          uplinkUp: () => metrics.uplinkUp,
          ...waiting,
          desk: desk?.desk,
          onSwitched: (bay, on) => charging?.switchBay(bay, on),
        }),
      };
    },
    stop: async () => {
      await Promise.all(bays.map((bay) => bay.stop()));
      const rooms = [cache, page, witness, care, desk, kiosk, charging];
      await Promise.all(rooms.map(async (room) => await room?.stop()));
      watcher.stop();
      await messages.close();
    },
  };
}

function stopSignal(): Promise<void> {
  return new Promise((resolve) => {
    process.once('SIGTERM', () => resolve());
    process.once('SIGINT', () => resolve());
  });
}

keepYoungSpaceSmall();
try {
  await main();
} catch (error) {
  const code = error instanceof RuntimeError ? error.code : 'failed';
  process.stderr.write(`dock-agent (${code}): ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
