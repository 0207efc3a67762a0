import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Log } from '@mingjing/runtime';
import { WebCamera } from './adapters/loopback/web-camera.ts';
import type { CameraConfig } from './config.ts';
import type { Capture } from './ports/capture.ts';
import type { SimulatedWorld } from './ports/simulated-world.ts';
import { PluggedCapture } from './simulated/plugged-capture.ts';
import { ScriptedClock } from './simulated/scripted-clock.ts';
import { ScriptedPosition } from './simulated/scripted-position.ts';
import { ScriptedPower } from './simulated/scripted-power.ts';
import { ScriptedWorld } from './simulated/world.ts';

export const WEB_LINK_FILE = 'web-camera-link.txt';
/** A square in a large city: somewhere must be where a simulated receiver finds itself. */
const PLACE = { lat: 39.9075, lon: 116.3972 };

/** What stands in for the world around a camera that is shown as a page. */
export interface Simulation {
  readonly clock: ScriptedClock;
  readonly power: ScriptedPower;
  /** Undefined: a real receiver is configured. */
  readonly position: ScriptedPosition | undefined;
  readonly world: SimulatedWorld;
  readonly web: WebCamera;
  /** The link that opens the page, as it is now. */
  readonly link: () => string;
  /** Puts this capture behind the plugs. */
  plug(capture: Capture): Capture;
  close(): Promise<void>;
}

/** Only with `--simulate`, and only when `web` is configured. */
export async function buildSimulation(
  { web, gps, stateDirectory }: Pick<CameraConfig, 'web' | 'gps' | 'stateDirectory'>,
  log: Log,
): Promise<Simulation | undefined> {
  if (web === undefined) return undefined;
  const clock = new ScriptedClock();
  const power = new ScriptedPower();
  const position = gps === undefined ? new ScriptedPosition(clock) : undefined;
  let capture: PluggedCapture | undefined;
  const world = new ScriptedWorld(
    {
      power,
      clock,
      ...(position === undefined ? {} : { position }),
      sources: { lose: (source) => capture?.lose(source), restore: (source) => capture?.restore(source) },
      cutPower: () => process.kill(process.pid, 'SIGKILL'),
    },
    PLACE,
  );
  mkdirSync(stateDirectory, { recursive: true, mode: 0o700 });
  let link = '';
  const page = await WebCamera.listen({
    port: web.port,
    clock,
    world,
    restart: ['node', ...process.argv.slice(1)].join(' '),
    writeLink: (next) => {
      link = next;
      writeFileSync(join(stateDirectory, WEB_LINK_FILE), `${next}\n`, { mode: 0o600 });
    },
    log: log.child({ line: 'web' }),
  });
  return {
    ...{ clock, power, position, world, web: page },
    link: () => link,
    plug: (plugged) => (capture = new PluggedCapture(plugged)),
    close: async () => {
      world.close();
      await page.close();
    },
  };
}
