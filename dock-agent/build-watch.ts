import { join } from 'node:path';
import type { Log } from '@mingjing/runtime';
import { MetricsServer } from './adapters/metrics-server.ts';
import { SqliteCameras } from './adapters/sqlite-cameras.ts';
import type { DockConfig } from './config.ts';
import { metricsText } from './core/metrics-text.ts';
import type { Clock } from './ports/clock.ts';
import type { Messages } from './ports/messages.ts';
import { DockMetrics, type MetricSources } from './shell/dock-metrics.ts';
import { Watcher } from './shell/watcher.ts';

const HOUR_MS = 3_600_000;
const DEFAULTS = { overdueHours: 24, notSeenDays: 7 };

export interface Watch {
  /** What the bays tell goes on from here, and is followed on the way. */
  readonly messages: Messages;
  readonly watcher: Watcher;
  readonly metrics: DockMetrics;
}

export function buildWatch(config: DockConfig, told: Messages, clock: Clock, log: Log): Watch {
  const { overdueHours, notSeenDays } = { ...DEFAULTS, ...config.alarms };
  const metrics = new DockMetrics();
  for (const { bay } of config.bays) metrics.showBay(bay, 'empty');
  const messages: Messages = {
    showBay: (bay, state, camera) => {
      metrics.showBay(bay, state);
      watcher.showBay(bay, state, camera);
      told.showBay(bay, state, camera);
    },
    progress: (progress) => told.progress(progress),
    alarm: (alarm) => {
      metrics.alarm(alarm);
      told.alarm(alarm);
    },
    showCharge: (charge) => told.showCharge(charge),
    showCamera: (facts) => told.showCamera(facts),
    close: () => told.close(),
  };
  const path = join(config.stateDirectory, 'cameras.sqlite');
  const watcher = new Watcher({
    table: new SqliteCameras(path, (err) =>
      log.error({ err, path }, 'the table of cameras was damaged: it is put aside, and another begun'),
    ),
    messages,
    clock,
    limits: { overdueMs: overdueHours * HOUR_MS, notSeenMs: notSeenDays * 24 * HOUR_MS },
    log,
  });
  return { messages, watcher, metrics };
}

/** undefined: not configured. */
export function buildMetrics(
  config: DockConfig['metrics'],
  metrics: DockMetrics,
  sources: Omit<MetricSources, 'process' | 'now'>,
  log: Log,
): { start(): Promise<void>; stop(): Promise<void> } | undefined {
  if (config === undefined) return undefined;
  const all: MetricSources = { ...sources, process: usageOfProcess, now: () => Date.now() };
  const server = new MetricsServer(() => metricsText(metrics.families(all)));
  return {
    // A port that somebody else has is no reason to stop moving footage.
    start: async () => {
      try {
        log.info({ port: await server.listen(config.port, config.host ?? '127.0.0.1') }, 'metrics');
      } catch (err) {
        log.error({ err, port: config.port }, 'no metrics: the port could not be opened');
      }
    },
    stop: () => server.close(),
  };
}

function usageOfProcess(): ReturnType<MetricSources['process']> {
  const { user, system } = process.cpuUsage();
  return { residentBytes: process.memoryUsage.rss(), cpuSeconds: (user + system) / 1_000_000 };
}
