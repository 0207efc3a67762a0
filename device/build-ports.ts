import { mkdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { CameraPolicy } from '@mingjing/protocol';
import { loadTlsIdentity, type EvidenceIdentity, type Log } from '@mingjing/runtime';
import { FfmpegCamera } from './adapters/ffmpeg/ffmpeg-camera.ts';
import { FfmpegPhotoMaker } from './adapters/ffmpeg/ffmpeg-photo-maker.ts';
import { FileFootageStore } from './adapters/file-footage-store.ts';
import { FileMemory } from './adapters/file-memory.ts';
import { MqttMessages, NoMessages } from './adapters/mqtt-messages.ts';
import { SqliteJournal } from './adapters/sqlite-journal/sqlite-journal.ts';
import { SystemClock } from './adapters/system-clock.ts';
import { clockOf, positionOf, powerOf } from './build-instruments.ts';
import type { Simulation } from './build-simulation.ts';
import type { CameraConfig } from './config.ts';
import { DeviceError } from './core/errors.ts';
import type { Capture } from './ports/capture.ts';
import type { Clock } from './ports/clock.ts';
import type { Messages } from './ports/messages.ts';
import type { CameraBody, CameraMedium } from './shell/camera-ports.ts';
import { ReplayCapture } from './simulated/replay-capture.ts';

/** What stays the same as long as the process lives. `picture`: what policy asks for, at this moment. */
export function buildBody(
  config: CameraConfig,
  { certificate }: EvidenceIdentity,
  picture: () => CameraPolicy['picture'],
  log: Log,
  simulation?: Simulation,
): CameraBody {
  const clock = clockOf(config, certificate, simulation?.clock ?? new SystemClock(), log);
  const capture = captureOf(config, picture, certificate.name.id, clock, log);
  const power = simulation?.power ?? powerOf(config);
  return {
    clock,
    log,
    capture: simulation?.plug(capture) ?? capture,
    photoMaker: new FfmpegPhotoMaker(),
    position: simulation?.position ?? positionOf(config, clock, log),
    ...(power === undefined ? {} : { power }),
    ...(simulation === undefined ? {} : { viewfinder: simulation.web.viewfinder }),
  };
}

/**
 * Whatever lies on the storage medium. Where a medium of its own is expected and not mounted, nothing is made: another
 * journal of the same camera, begun on the wrong disk, would contradict the first for ever.
 */
export async function openMedium(
  config: CameraConfig,
  evidence: EvidenceIdentity,
  clock: Clock,
  log: Log,
): Promise<CameraMedium> {
  const { stateDirectory, stateIsMounted } = config;
  if (stateIsMounted === true) requireMounted(stateDirectory);
  const { id: device, epoch = 1 } = evidence.certificate.name;
  const directory = join(stateDirectory, `epoch-${epoch}`);
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const journal = new SqliteJournal(join(directory, 'journal.db'), { device, epoch }, evidence.signer, clock);
  try {
    return {
      journal,
      store: await FileFootageStore.open(join(directory, 'footage')),
      memory: new FileMemory(directory),
      messages: messagesOf(config, log),
    };
  } catch (error) {
    journal.close();
    throw error;
  }
}

/** Messages never stop a recorder: where none can be kept, it goes without until its medium is opened again. */
function messagesOf({ broker, identityDirectory, stateDirectory }: CameraConfig, log: Log): Messages {
  if (broker === undefined) return new NoMessages();
  const identity = loadTlsIdentity(identityDirectory, 'camera');
  try {
    return new MqttMessages(broker, identity, join(stateDirectory, 'outbox.db'), log);
  } catch (err) {
    log.error({ err }, 'messages cannot be kept, so none are sent');
    return new NoMessages();
  }
}

function requireMounted(directory: string): void {
  if (statSync(directory).dev === statSync(join(directory, '..')).dev)
    throw new DeviceError('storage-failed', `${directory} is not mounted`);
}

function captureOf(
  { capture }: CameraConfig,
  picture: () => CameraPolicy['picture'],
  device: string,
  clock: Clock,
  log: Log,
): Capture {
  switch (capture.kind) {
    case 'test-pattern':
    case 'v4l2':
    case 'rpicam':
      return new FfmpegCamera(capture, picture, device, clock, log.child({ line: 'capture' }));
    case 'replay':
      return new ReplayCapture(capture, clock);
    default:
      return capture satisfies never;
  }
}
