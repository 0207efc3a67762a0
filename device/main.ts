import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command } from 'commander';
import {
  createLog,
  IDENTITY_FILES,
  loadEvidenceIdentity,
  loadLines,
  loadRoots,
  loadTlsIdentity,
  readConfig,
  RuntimeError,
  type EvidenceIdentity,
  type Log,
} from '@mingjing/runtime';
import { Ballast } from './adapters/ballast.ts';
import { FfmpegCamera } from './adapters/ffmpeg-camera.ts';
import { FileFootageStore } from './adapters/file-footage-store.ts';
import { HttpsDocking } from './adapters/https-docking.ts';
import { LoopbackControl } from './adapters/loopback/loopback-control.ts';
import { MqttMessages, NoMessages } from './adapters/mqtt-messages.ts';
import { NmeaGps } from './adapters/nmea-gps.ts';
import { SqliteJournal } from './adapters/sqlite-journal/sqlite-journal.ts';
import { SystemClock } from './adapters/system-clock.ts';
import { TerminalPanel } from './adapters/terminal-panel.ts';
import { CameraConfig } from './config.ts';
import { DeviceError } from './core/errors.ts';
import type { Capture } from './ports/capture.ts';
import type { Clock } from './ports/clock.ts';
import type { Controls } from './ports/controls.ts';
import type { PositionSource } from './ports/position-source.ts';
import { Alarms } from './shell/alarms.ts';
import { Camera } from './shell/camera.ts';
import type { CameraPorts, CameraSettings } from './shell/camera-ports.ts';
import { CameraDesk } from './shell/docking-desk.ts';
import { ReplayCapture } from './simulated/replay-capture.ts';
import { ScriptedPosition } from './simulated/scripted-position.ts';

const BALLAST_CHECK_MS = 60_000;

interface Options {
  readonly config: string;
  readonly simulate?: boolean;
  readonly panel?: boolean;
}

async function main(options: Options): Promise<void> {
  const config = readConfig(CameraConfig, options.config);
  requireSimulation(config, options.simulate === true);
  const panel = options.panel === true;
  if (panel && !process.stdin.isTTY) throw new RuntimeError('bad-config', '--panel needs a terminal');
  const ballast = new Ballast(config.stateDirectory);
  const released = ballast.releaseIfFull();
  const log = createLog('camera', logOptions(config, panel));
  if (released) log.warn('the disk is full: the ballast is given up, so that the camera can be docked');
  const ports = await buildPorts(config, log);
  const settings = settingsOf(config, evidenceOf(config));
  const alarms = new Alarms(ports);
  const identity = loadTlsIdentity(config.identityDirectory, 'camera');
  const desk = new CameraDesk(ports, settings, alarms);
  const link = await HttpsDocking.create(config.docking, identity, desk, log.child({ line: 'docking' }));
  const camera = new Camera(ports, settings, link, alarms);
  const controls: Controls[] = [];
  let ending = false;
  const isEnding = (): boolean => ending;
  const end = async (reason: string): Promise<void> => {
    if (ending) return;
    ending = true;
    await camera.shutDown(reason);
    await Promise.all(controls.map((control) => control.close()));
    await Promise.all([ports.messages.close(), ports.position.close()]);
    ports.journal.close();
  };
  process.on('SIGTERM', () => void end('terminated'));
  process.on('SIGINT', () => void end('terminated'));
  await camera.start();
  if (isEnding()) return;
  void ballast.restore();
  setInterval(() => void ballast.restore(), BALLAST_CHECK_MS).unref();
  const hands = {
    press: camera.press.bind(camera),
    dock: camera.dock.bind(camera),
    view: camera.view.bind(camera),
    // The answer to whoever asked goes out before the process ends.
    shutDown: async (reason: string): Promise<void> => {
      await camera.shutDown(reason);
      setImmediate(() => void end(reason));
    },
  };
  let controlPort: number | null = null;
  if (config.control !== undefined) {
    const control = await LoopbackControl.listen(config.control.port, hands, log);
    if (isEnding()) {
      await control.close();
      return;
    }
    controls.push(control);
    controlPort = control.port;
  }
  if (panel) controls.push(new TerminalPanel(hands, log, process.stdin, process.stdout));
  else process.stdout.write(`${JSON.stringify({ ready: true, control: controlPort, docking: link.port })}\n`);
}

/** A panel owns the terminal: then the log goes into a file. */
function logOptions(
  { log, stateDirectory }: CameraConfig,
  panel: boolean,
): { file?: string; level?: string } {
  return panel ? { file: join(stateDirectory, 'camera.log'), ...log } : { ...log };
}

async function buildPorts(config: CameraConfig, log: Log): Promise<CameraPorts> {
  const evidence = evidenceOf(config);
  const { id: device, epoch = 1 } = evidence.certificate.name;
  const directory = join(config.stateDirectory, `epoch-${epoch}`);
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const clock = new SystemClock();
  const journal = new SqliteJournal(join(directory, 'journal.db'), { device, epoch }, evidence.signer, clock);
  const store = await FileFootageStore.open(join(directory, 'footage'));
  const tls = loadTlsIdentity(config.identityDirectory, 'camera');
  return {
    clock,
    journal,
    store,
    log,
    capture: captureOf(config, device, clock, log),
    position: positionOf(config, clock, log),
    messages:
      config.broker === undefined
        ? new NoMessages()
        : new MqttMessages(config.broker, tls, join(config.stateDirectory, 'outbox.db'), log),
  };
}

function captureOf({ capture }: CameraConfig, device: string, clock: Clock, log: Log): Capture {
  switch (capture.kind) {
    case 'test-pattern':
    case 'v4l2':
      return new FfmpegCamera(capture, device, clock, log.child({ line: 'capture' }));
    case 'replay':
      return new ReplayCapture(capture, clock);
    default:
      return capture satisfies never;
  }
}

function positionOf({ gps }: CameraConfig, clock: Clock, log: Log): PositionSource {
  return gps === undefined
    ? new ScriptedPosition(clock)
    : new NmeaGps(gps, clock, log.child({ line: 'gps' }));
}

function evidenceOf({ identityDirectory }: CameraConfig): EvidenceIdentity {
  return loadEvidenceIdentity(identityDirectory, 'camera');
}

function settingsOf(config: CameraConfig, evidence: EvidenceIdentity): CameraSettings {
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
      preRecordMs: config.preRecordSeconds * 1000,
      segmentMs: config.segmentSeconds * 1000,
      reserveBytes: config.reserveBytes,
    },
    software: software(),
    ...(officer === undefined ? {} : { officer }),
    evidence: { certificate, chain },
    roots: loadRoots(identityDirectory),
    recipients,
  };
}

function software(): string {
  const text = readFileSync(new URL('./package.json', import.meta.url), 'utf8');
  const { version } = JSON.parse(text) as { version: string };
  return `mingjing-device/${version}`;
}

function requireSimulation(config: CameraConfig, simulate: boolean): void {
  if (simulate) return;
  const asked =
    config.control !== undefined ? 'control' : config.capture.kind === 'replay' ? 'replay' : undefined;
  if (asked !== undefined) {
    throw new RuntimeError(
      'bad-config',
      `"${asked}" is for simulated cameras: start with --simulate, or take it out`,
    );
  }
}

function explain(error: unknown): string {
  if (error instanceof RuntimeError || error instanceof DeviceError) return `${error.code}: ${error.message}`;
  return error instanceof Error ? (error.stack ?? error.message) : 'unknown error';
}

const program = new Command('mingjing-camera')
  .description('执法记录仪 · body camera')
  .requiredOption('--config <file>', '配置文件 · configuration (JSON)')
  .option('--simulate', '模拟硬件 · simulated hardware, with a control port on the loopback')
  .option('--panel', '终端面板 · live panel on this terminal');

try {
  await main(program.parse().opts());
} catch (error) {
  process.stderr.write(`无法启动 · The camera cannot start\n${explain(error)}\n`);
  process.exit(2);
}
