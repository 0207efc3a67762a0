import { CarrierCradle } from './adapters/carrier-cradle.ts';
import { LoopbackControl } from './adapters/loopback/loopback-control.ts';
import { TerminalPanel } from './adapters/terminal-panel.ts';
import { buildPanel } from './build-panel.ts';
import type { Simulation } from './build-simulation.ts';
import type { CameraConfig } from './config.ts';
import type { CameraHands, Controls } from './ports/controls.ts';
import type { CameraBody } from './shell/camera-ports.ts';
import { Panel } from './shell/panel.ts';

export interface FaceParts {
  readonly hands: CameraHands;
  readonly body: CameraBody;
  /** A live panel on this terminal. */
  readonly panel: boolean;
  readonly simulation: Simulation | undefined;
}

export interface Faces {
  readonly controls: readonly Controls[];
  /** On the loopback, of a simulated camera. */
  readonly controlPort: number | null;
}

/** Everything a person or a program can press, and everything that shows and sounds. */
export async function buildFaces(config: CameraConfig, parts: FaceParts): Promise<Faces> {
  const { hands, body, panel, simulation } = parts;
  const controls: Controls[] = [];
  let controlPort: number | null = null;
  if (config.control !== undefined) {
    const control = await LoopbackControl.listen(config.control.port, hands, body.log, simulation?.world);
    controls.push(control);
    controlPort = control.port;
  }
  const { buttons, signals, announcers, ...named } = buildPanel(config, body.clock, body.log);
  const page = simulation?.web;
  const face = {
    buttons: [...buttons, ...(page === undefined ? [] : [page.buttons])],
    signals: [...signals, ...(page === undefined ? [] : [page.signals])],
    announcers: [...announcers, ...(page === undefined ? [] : [page.announcer])],
    ...named,
  };
  if (face.buttons.length + face.signals.length + face.announcers.length > 0) {
    controls.push(new Panel({ hands, clock: body.clock, log: body.log, ...face }));
  }
  if (config.docking.interface !== undefined) {
    controls.push(new CarrierCradle(config.docking.interface, hands, body.log.child({ line: 'cradle' })));
  }
  if (simulation !== undefined) {
    controls.push(simulation);
    simulation.web.attend(hands);
  }
  if (panel) controls.push(new TerminalPanel(hands, body.log, process.stdin, process.stdout));
  return { controls, controlPort };
}
