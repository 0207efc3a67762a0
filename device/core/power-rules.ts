import type { Command } from './commands.ts';
import type { EventOf } from './events.ts';
import { dropPhotos } from './photo-rules.ts';
import { closeRecording } from './recording.ts';
import { then, unchanged, type PowerLevels, type RecorderState, type Step } from './state.ts';

/** A level was left behind when the battery is so much above it: no warning twice at its edge. */
const REARM_PERCENT = 3;
/** A gauge that says so once may be wrong: a battery that is empty says it again. */
const EMPTY_READINGS = 3;

/** Battery low: warn, save, stop cleanly. Power from outside takes the worry away. */
export function power(state: RecorderState, event: EventOf<'power'>): Step {
  if (state.phase !== 'on') return unchanged(state);
  const { percent, charging, external } = event;
  const levels: PowerLevels = { charging, external, ...(percent === undefined ? {} : { percent }) };
  const emptyReadings = percent === undefined && !external ? state.emptyReadings : 0;
  const known = { ...state, power: levels, emptyReadings };
  if (percent === undefined || external) {
    const powerWarned = external ? [] : state.powerWarned;
    const told = changed(state.power, levels) || powerWarned.length < state.powerWarned.length;
    return { state: { ...known, powerWarned }, commands: told ? [{ type: 'publish-state' }] : [] };
  }
  const { warnAtPercent, stopAtPercent } = state.policy.battery;
  if (percent <= stopAtPercent) return empty(state, levels, percent);
  const still = state.powerWarned.filter((level) => percent < level + REARM_PERCENT);
  const reached = warnAtPercent.filter((level) => percent <= level && !still.includes(level));
  const commands: Command[] = reached.length === 0 ? [] : [alarm('battery-low', 'warning', percent)];
  if (changed(state.power, levels)) commands.push({ type: 'publish-state' });
  return { state: { ...known, powerWarned: [...still, ...reached] }, commands };
}

function empty(state: RecorderState, levels: PowerLevels, percent: number): Step {
  const emptyReadings = state.emptyReadings + 1;
  const known = { ...state, power: levels, emptyReadings };
  if (emptyReadings >= EMPTY_READINGS) return switchOff(known, percent);
  return { state: known, commands: changed(state.power, levels) ? [{ type: 'publish-state' }] : [] };
}

function switchOff(state: RecorderState, percent: number): Step {
  const warned: Step = { state, commands: [alarm('battery-empty', 'critical', percent)] };
  const closed = then(warned, (next) => closeRecording(next, 'battery-low'));
  return then(then(closed, dropPhotos), (next) => ({
    state: { ...next, phase: 'ending' },
    commands: [{ type: 'publish-state' }, { type: 'switch-off', reason: 'battery-empty' }],
  }));
}

function alarm(
  code: 'battery-low' | 'battery-empty',
  severity: 'warning' | 'critical',
  percent: number,
): Command {
  return { type: 'alarm', code, severity, detail: `${percent} %` };
}

function changed(before: PowerLevels | undefined, after: PowerLevels): boolean {
  return (
    before?.percent !== after.percent ||
    before?.charging !== after.charging ||
    before.external !== after.external
  );
}
