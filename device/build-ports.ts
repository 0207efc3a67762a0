import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { CameraPolicy } from '@mingjing/protocol';
import { loadTlsIdentity, type EvidenceIdentity, type Log } from '@mingjing/runtime';
import { FfmpegCamera } from './adapters/ffmpeg-camera.ts';
import { FileFootageStore } from './adapters/file-footage-store.ts';
import { MqttMessages, NoMessages } from './adapters/mqtt-messages.ts';
import { NmeaGps } from './adapters/nmea-gps.ts';
import { SqliteJournal } from './adapters/sqlite-journal/sqlite-journal.ts';
import { SystemClock } from './adapters/system-clock.ts';
import type { CameraConfig } from './config.ts';
import type { Capture } from './ports/capture.ts';
import type { Clock } from './ports/clock.ts';
import type { PositionSource } from './ports/position-source.ts';
import type { CameraPorts } from './shell/camera-ports.ts';
import { ReplayCapture } from './simulated/replay-capture.ts';
import { ScriptedPosition } from './simulated/scripted-position.ts';

/** Every adapter, by configuration. */
export async function buildPorts(
  config: CameraConfig,
  evidence: EvidenceIdentity,
  policy: CameraPolicy,
  log: Log,
): Promise<CameraPorts> {
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
    capture: captureOf(config, policy, device, clock, log),
    position: positionOf(config, clock, log),
    messages:
      config.broker === undefined
        ? new NoMessages()
        : new MqttMessages(config.broker, tls, join(config.stateDirectory, 'outbox.db'), log),
  };
}

function captureOf(
  { capture }: CameraConfig,
  { picture }: CameraPolicy,
  device: string,
  clock: Clock,
  log: Log,
): Capture {
  switch (capture.kind) {
    case 'test-pattern':
    case 'v4l2':
      return new FfmpegCamera({ ...capture, ...picture }, device, clock, log.child({ line: 'capture' }));
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
