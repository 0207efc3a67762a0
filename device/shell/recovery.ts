import type { EntryOf } from '@mingjing/protocol';
import { isBehind } from '../core/clock-rules.ts';
import { recordingOfFile } from '../core/file-names.ts';
import { assignedEntry } from '../core/hand-over.ts';
import { sortStrays } from '../core/stray-files.ts';
import { SEALED_CHUNK_BYTES } from '../core/surviving-chunks.ts';
import type { BegunSegment } from '../ports/journal.ts';
import type { Alarms } from './alarms.ts';
import type { CameraPorts, CameraSettings } from './camera-ports.ts';
import { declareLost } from './held-object.ts';

type RecoveryPorts = Pick<CameraPorts, 'clock' | 'journal' | 'store' | 'log'>;
export type SalvageReason = Extract<
  EntryOf<'recording-closed'>['reason'],
  'power-loss' | 'storage-fault' | 'storage-full'
>;

/**
 * Brings journal and disk together at start. The journal is the truth: what it names and the disk has not is
 * journaled as lost, what the disk has and nothing names is signed if a journaled recording began it. Footage that
 * nothing explains is kept, with an alarm. Each step is durable by itself and done only if it is still to do: so this may be
 * killed anywhere and begun again.
 */
export async function recover(ports: RecoveryPorts, settings: CameraSettings, alarms: Alarms): Promise<void> {
  const { journal, clock } = ports;
  const last = journal.last;
  const { device, epoch } = journal.name;
  journal.append({
    type: 'power-on',
    device,
    epoch,
    software: settings.software,
    cause: last === undefined || last.type === 'power-off' ? 'start' : 'after-power-loss',
  });
  const { at } = clock.now();
  if (last !== undefined && isBehind(at, last.at)) {
    alarms.raise('clock-behind', 'warning', `${at} is before the last entry, ${last.at}`);
  }
  await salvage(ports, 'power-loss', alarms);
  await sweep(ports, alarms, last === undefined);
  await reportLost(ports, alarms);
  const { officer } = settings.recorder;
  if (officer !== undefined) journal.append(assignedEntry(officer));
}

/** Signs what is left of open segments, then closes every recording the journal has open. */
export async function salvage(ports: RecoveryPorts, reason: SalvageReason, alarms: Alarms): Promise<void> {
  for (const segment of ports.journal.openSegments()) await salvageSegment(ports, segment, alarms);
  for (const { recording } of ports.journal.openRecordings()) closeFromJournal(ports, recording, reason);
}

/**
 * One begun segment: an entry for what survived of it, and one for what did not. INVARIANT: no file goes that holds
 * more than a first write that nobody was told of; only such a file, or none, leaves no trace.
 */
export async function salvageSegment(
  ports: RecoveryPorts,
  segment: BegunSegment,
  alarms: Alarms,
): Promise<void> {
  const { journal, store, log } = ports;
  const { recording, index, file, start, clock, acknowledged } = segment;
  const { survived, found, damaged } = await store.recoverSegment(file);
  const nothingWhole = survived === undefined && (acknowledged || (found ?? 0) >= SEALED_CHUNK_BYTES);
  if (damaged || nothingWhole) {
    if (survived === undefined) await store.setAside(file);
    const reason = found === undefined ? 'file-missing' : 'file-damaged';
    journal.append({ type: 'segment-lost', recording, index, reason, size: found ?? 0 });
    alarms.raise('object-lost', 'critical', `${reason}: segment ${index} of ${recording}`);
  } else if (survived === undefined) {
    await store.remove([file]);
  }
  if (survived === undefined) {
    journal.forgetSegment(recording, index);
    log.warn({ recording, index, found }, 'nothing was left of the open segment');
    return;
  }
  journal.append({ type: 'segment-recovered', recording, index, ...survived, start, clock }, file);
  log.warn({ recording, index, ...survived }, 'open segment recovered');
}

/** The counts are the journal's own. */
export function closeFromJournal(
  { journal, clock }: RecoveryPorts,
  recording: string,
  reason: EntryOf<'recording-closed'>['reason'],
  end?: string,
): void {
  const open = journal.openRecordings().find((one) => one.recording === recording);
  if (open === undefined) return;
  const { segments, marks } = open;
  journal.append({
    type: 'recording-closed',
    recording,
    reason,
    segments,
    marks,
    end: end ?? clock.now().at,
  });
}

/** Files of released objects, and litter that is no footage. */
async function sweep(ports: RecoveryPorts, alarms: Alarms, journalIsNew: boolean): Promise<void> {
  const { journal, store } = ports;
  const unproven = journal.withdrawUnproven();
  if (unproven.length > 0) {
    alarms.raise(
      'journal-inconsistent',
      'critical',
      `${unproven.length} called released, and no entry says so`,
    );
  }
  const released = journal.releasedFiles();
  journal.forgetFiles(await removeEach(ports, released, alarms));
  const named = [...journal.held(), ...journal.openSegments()].map(({ file }) => file);
  const known = new Set([...named, ...released, ...journal.lostFiles()]);
  const strays = (await store.list()).filter((file) => !known.has(file));
  const { unexplained, removable } = sortStrays(strays, {
    journalIsNew,
    isRecording: (recording) =>
      journal.isRecording(recording) || named.some((file) => recordingOfFile(file) === recording),
  });
  if (unexplained.length > 0) {
    alarms.raise('unexplained-file', 'critical', `${unexplained.length}: ${unexplained.join(' ')}`);
  }
  await removeEach(ports, removable, alarms);
}

/** Gives those that are gone. What cannot be removed is no reason not to record. */
async function removeEach(
  { store }: RecoveryPorts,
  files: readonly string[],
  alarms: Alarms,
): Promise<string[]> {
  const gone: string[] = [];
  for (const file of files) {
    try {
      await store.remove([file]);
      gone.push(file);
    } catch (error) {
      alarms.raise('file-not-removed', 'warning', error instanceof Error ? error.message : file);
    }
  }
  return gone;
}

async function reportLost(ports: RecoveryPorts, alarms: Alarms): Promise<void> {
  for (const record of ports.journal.held()) {
    const found = await ports.store.sizeOf(record.file);
    if (found !== record.size) declareLost(ports, alarms, record, found);
  }
}
