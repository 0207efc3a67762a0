import { setTimeout as delay } from 'node:timers/promises';
import { createLog, loadTlsIdentity } from '@mingjing/runtime';
import { HttpsDocking } from '../../device/adapters/https-docking/https-docking.ts';
import type { DockingDesk } from '../../device/ports/docking-link.ts';
import { SimulatedCamera } from '../../dock-agent/simulated/camera/simulated-camera.ts';
import { simulatedKeys } from '../../test/support/dock-agent/wire-camera.ts';
import { BenchObjects } from './objects.ts';
import { playRole, say, type Job } from './stage.ts';

/**
 * Cameras as the dock meets them: the camera's own docking line, a signed journal that names the objects, receipts
 * checked; the objects themselves come from memory. All in one process, as the source of the other ways is.
 */
export interface Cameras {
  readonly enrolled: readonly string[];
  /** These give a kilobyte a second. */
  readonly dribbling: number;
}

async function cameras(job: Job & Cameras): Promise<void> {
  const objects = new BenchObjects(job.count, job.size);
  let begun = false;
  let open = job.enrolled.length - job.dribbling;
  const began = (): void => {
    if (!begun) say({ begun: true });
    begun = true;
  };
  const ended = (): void => {
    open -= 1;
    if (open === 0) say({ done: true });
  };
  const lines = await Promise.all(
    job.enrolled.map(async (directory, stream) => {
      const camera = new SimulatedCamera(simulatedKeys(directory));
      const named = new Map(
        Array.from({ length: objects.count }, (_, index) => [objects.name(stream, index), index]),
      );
      const stored = { size: objects.size, open: () => never() };
      camera.recordObjects([...named.keys()].map((object) => ({ object, stored })));
      const dribbles = stream >= job.enrolled.length - job.dribbling;
      const desk = deskOf(camera, { objects, stream, named, dribbles, began, ended });
      const address = { host: '127.0.0.1', port: 0 };
      const log = createLog('bench', { level: 'silent' });
      return await HttpsDocking.create(address, loadTlsIdentity(directory, 'camera'), desk, log);
    }),
  );
  say({ ready: true, ports: lines.map(({ port }) => port) });
  process.once('message', () => void Promise.all(lines.map((line) => line.attach())));
}

interface Footage {
  readonly objects: BenchObjects;
  readonly stream: number;
  readonly named: ReadonlyMap<string, number>;
  readonly dribbles: boolean;
  readonly began: () => void;
  readonly ended: () => void;
}

function deskOf(camera: SimulatedCamera, footage: Footage): DockingDesk {
  const { objects, stream, named, dribbles, began, ended } = footage;
  return {
    docked: () => undefined,
    identity: () => camera.identity(),
    journal: (_epoch, from, limit) => camera.page(from, limit),
    object: (object) => {
      const index = named.get(object);
      if (index === undefined) return Promise.resolve(heldKey(camera, object));
      began();
      const read = (from: number, to: number): Promise<AsyncIterable<Uint8Array>> =>
        Promise.resolve(
          dribbles
            ? dribble(objects.pieces(stream, index, from, to))
            : given(objects.pieces(stream, index, from, to)),
        );
      return Promise.resolve({ size: objects.size, read });
    },
    receipt: (delivery) => {
      const outcome = camera.takeReceipt(delivery);
      if (camera.objects.size === 0) ended();
      return Promise.resolve(outcome);
    },
    time: () => ({ believed: true }),
    care: {
      docked: () => undefined,
      anchor: (delivery) => camera.takeAnchor(delivery),
      policy: (delivery) => Promise.resolve(camera.takePolicy(delivery)),
      assignment: (delivery) => Promise.resolve(camera.takeAssignment(delivery)),
      condition: () => camera.condition(),
    },
  };
}

/** The small object that holds the recording's key. */
function heldKey(camera: SimulatedCamera, object: string): Awaited<ReturnType<DockingDesk['object']>> {
  const stored = camera.objects.get(object);
  if (stored === undefined) return 'not-found';
  return { size: stored.size, read: () => Promise.resolve(stored.open()) };
}

async function* given(pieces: Iterable<Buffer>): AsyncGenerator<Uint8Array> {
  for (const piece of pieces) yield await Promise.resolve(piece);
}

async function* dribble(pieces: Iterable<Buffer>): AsyncGenerator<Uint8Array> {
  for (const piece of pieces)
    for (let at = 0; at < piece.length; at += 1024) {
      await delay(1000);
      yield piece.subarray(at, at + 1024);
    }
}

async function* never(): AsyncGenerator<Uint8Array> {
  throw await Promise.resolve(new Error('objects are given by the desk'));
}

playRole({ cameras });
