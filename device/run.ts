import { join } from 'node:path';
import {
  createLog,
  loadEvidenceIdentity,
  loadTlsIdentity,
  readConfig,
  RuntimeError,
} from '@mingjing/runtime';
import { Ballast } from './adapters/ballast.ts';
import { HttpsDocking } from './adapters/https-docking.ts';
import { LoopbackControl } from './adapters/loopback/loopback-control.ts';
import { TerminalPanel } from './adapters/terminal-panel.ts';
import { buildPorts } from './build-ports.ts';
import { configuredPolicy, settingsOf } from './camera-settings.ts';
import { CameraConfig } from './config.ts';
import type { CameraHands, Controls } from './ports/controls.ts';
import { Alarms } from './shell/alarms.ts';
import { Camera } from './shell/camera.ts';
import { CameraDesk } from './shell/docking-desk.ts';

const BALLAST_CHECK_MS = 60_000;

export interface RunOptions {
  readonly config: string;
  readonly simulate?: boolean;
  readonly panel?: boolean;
}

/** The life of the camera's process. */
export async function run(options: RunOptions): Promise<void> {
  const config = readConfig(CameraConfig, options.config);
  requireSimulation(config, options.simulate === true);
  const policy = configuredPolicy(config);
  const panel = options.panel === true;
  if (panel && !process.stdin.isTTY) throw new RuntimeError('bad-config', '--panel needs a terminal');
  const ballast = new Ballast(config.stateDirectory);
  const released = ballast.releaseIfFull();
  const log = createLog('camera', logOptions(config, panel));
  if (released) log.warn('the disk is full: the ballast is given up, so that the camera can be docked');
  const evidence = loadEvidenceIdentity(config.identityDirectory, 'camera');
  const ports = await buildPorts(config, evidence, policy, log);
  const settings = settingsOf(config, evidence, policy);
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
  const hands: CameraHands = {
    press: camera.press.bind(camera),
    order: camera.order.bind(camera),
    assignOfficer: camera.assignOfficer.bind(camera),
    applyPolicy: camera.applyPolicy.bind(camera),
    dock: camera.dock.bind(camera),
    report: camera.report.bind(camera),
    view: camera.view.bind(camera),
    watch: camera.watch.bind(camera),
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
