import type { AnswerCode } from './answers.ts';
import type { Officer } from './officer.ts';
import type { Command } from './commands.ts';
import type { EventOf } from './events.ts';
import { whyNotJournaled } from './refusals.ts';
import type { RecorderState, Step } from './state.ts';

/** From one officer to the next, or back to the rack. Never within a recording: who recorded it must be plain. */
export function assignOfficer(state: RecorderState, event: EventOf<'assign-officer'>): Step {
  const { officer: before } = state;
  const { request, by } = event;
  const after = event.officer === undefined ? undefined : { ...event.officer, ...(by && { by }) };
  const code = after === undefined ? 'officer-returned' : 'officer-assigned';
  const said = (code: AnswerCode): Command => ({ type: 'answer', request, answer: { code } });
  const refusal = whyNotNow(state);
  if (refusal !== undefined) return { state, commands: [said(refusal)] };
  if (sameOfficer(before, after)) return { state, commands: [said(code)] };
  const commands: Command[] = [];
  if (before !== undefined && before.number !== after?.number) {
    const entry = { type: 'officer-returned', officer: before.number, ...by } as const;
    commands.push({ type: 'journal', entry, request });
  }
  if (after !== undefined) commands.push({ type: 'journal', entry: assignedEntry(after), request });
  commands.push({ type: 'keep-officer', officer: after, request }, said(code), { type: 'publish-state' });
  const { officer: _before, ...rest } = state;
  return { state: { ...rest, ...(after === undefined ? {} : { officer: after }) }, commands };
}

export function assignedEntry({
  number,
  name,
  certificate,
  by,
}: Officer): Extract<Extract<Command, { type: 'journal' }>['entry'], { type: 'officer-assigned' }> {
  return {
    type: 'officer-assigned',
    officer: number,
    ...(name === undefined ? {} : { name }),
    ...(certificate === undefined ? {} : { certificate }),
    ...by,
  };
}

function whyNotNow(state: RecorderState): AnswerCode | undefined {
  const refusal = whyNotJournaled(state);
  if (refusal !== undefined) return refusal;
  const busy = state.active !== undefined || state.resume !== undefined || state.photos.length > 0;
  return busy ? 'hand-over-while-recording' : undefined;
}

/** Nothing new: the officer has it already, and by this assignment if it came with one. */
function sameOfficer(one: Officer | undefined, other: Officer | undefined): boolean {
  const isTold = other?.by === undefined || other.by.assignment === one?.by?.assignment;
  return (
    isTold &&
    one?.number === other?.number &&
    one?.name === other?.name &&
    one?.certificate === other?.certificate
  );
}
