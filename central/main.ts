import { join } from 'node:path';
import { Command } from 'commander';
import { createLog, loadTlsIdentity, readConfig, writeDurably } from '@mingjing/runtime';
import { AedesBroker } from './adapters/aedes-broker.ts';
import { lockState } from './adapters/state-lock.ts';
import { ArchiveConfig } from './config.ts';
import { DERIVATION } from './core/facts.ts';
import { openArchive } from './open-archive.ts';
import { makeAlarm, type RaiseAlarm } from './shell/alarms.ts';
import { Commands } from './shell/commands.ts';
import { Custody } from './shell/custody.ts';
import { Footage } from './shell/footage.ts';
import { serveIngest } from './shell/ingest-api.ts';
import { Ingest } from './shell/ingest.ts';
import { Live } from './shell/live.ts';
import { PolicyFile } from './shell/policy.ts';
import { rebuildCatalogue } from './shell/rebuild.ts';
import { Receipts } from './shell/receipts.ts';
import { serveReview } from './shell/review-api.ts';
import { Review } from './shell/review.ts';
import { Uploads } from './shell/uploads.ts';
import { Verdicts } from './shell/verdicts.ts';
import { WitnessedLog } from './shell/witnessed-log.ts';

const PAGES = join(import.meta.dirname, 'pages', 'dist');
const LINK_FILE = 'review-link.txt';

/** Builds the archive and runs it until SIGTERM or SIGINT. */
async function run(config: ArchiveConfig, options: { rebuild: boolean }): Promise<void> {
  const log = createLog('archive', config.log ?? {});
  const identity = loadTlsIdentity(config.identityDirectory, 'archive');
  const lock = lockState(config.stateDirectory);
  const archive = await openArchive(config, (what) => raise('object-damaged', 'critical', what));
  const { agency, catalogue, objects, evidence, roots } = archive;
  const swept = await objects.sweep();
  if (swept > 0) log.info({ swept }, 'broken uploads removed');
  if (options.rebuild || (await catalogue.derivation()) < DERIVATION)
    await rebuildCatalogue(catalogue, objects, log);

  const live = new Live();
  const broker = new AedesBroker({
    ...config.broker,
    identity,
    log: log.child({ part: 'broker' }),
    onMessage: (message) => live.take(message),
  });
  const raise: RaiseAlarm = (code, severity, detail) => {
    const alarm = makeAlarm(code, severity, detail);
    log.warn({ alarm }, 'alarm raised');
    live.raise({ role: 'archive', id: archive.archive, alarm });
    broker.raise(alarm);
  };
  const recordingsChanged = live.recordingsChanged.bind(live);
  const footage = new Footage(objects, archive.unsealing);
  const verdicts = new Verdicts({ catalogue, objects, footage, roots, archiveChain: evidence.chain });

  const custody = new Custody(archive.custody, evidence);
  const policy = config.policyFile === undefined ? undefined : new PolicyFile(config.policyFile, evidence);
  await policy?.signed(); // a mistake in it is told now

  const servers = {
    broker: await broker.listen(),
    ingest: await serveIngest({
      ...config.ingest,
      identity,
      ingest: new Ingest({ catalogue, agency, roots, raise, recordingsChanged }),
      uploads: new Uploads({ catalogue, objects, raise, recordingsChanged }),
      receipts: new Receipts({ catalogue, objects, evidence, raise }),
      policy,
      witnessed: new WitnessedLog({ store: archive.custody, evidence, agency, roots }),
      log: log.child({ part: 'ingest' }),
    }),
    review: await serveReview({
      ...config.review,
      review: new Review({
        catalogue,
        footage,
        verdicts,
        custody,
        recordingNow: (device) => live.recordingNow(device),
      }),
      commands: new Commands({ custody, broker, evidence, live }),
      live,
      agency,
      archive: archive.archive,
      canUnseal: footage.canUnseal,
      pages: PAGES,
      writeLink: (link) => {
        writeDurably(join(config.stateDirectory, LINK_FILE), `${link}\n`);
        log.info({ file: join(config.stateDirectory, LINK_FILE) }, 'review link written');
      },
      log: log.child({ part: 'review' }),
    }),
  };
  const ports = { ingest: servers.ingest.port, broker: servers.broker, review: servers.review.port };
  const told = signalled(); // before it says that it is ready: who hears that may tell it to end at once
  process.stdout.write(`${JSON.stringify({ ready: true, ...ports })}\n`);
  await told;
  await Promise.all([servers.ingest.close(), servers.review.close(), broker.close()]);
  archive.close();
  lock.close();
}

function signalled(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => resolve());
  });
}

await new Command('archive')
  .description('明镜存档服务 · the Mingjing archive: ingest, broker and review pages')
  .requiredOption('--config <file>', '配置文件（JSON）· configuration, JSON')
  .option('--rebuild', '从日志条目重建目录 · derive the catalogue from the journals again', false)
  .action(async ({ config, rebuild }: { config: string; rebuild: boolean }) => {
    try {
      await run(readConfig(ArchiveConfig, config), { rebuild });
    } catch (error) {
      process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
      process.exit(1); // servers that are up already hold nothing that is not durable
    }
  })
  .parseAsync();
