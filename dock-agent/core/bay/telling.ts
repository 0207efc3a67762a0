import type { BayState, Failed, Stepped } from '../bay-model.ts';
import type { Rule } from '../failures.ts';

/** Alarms about one docking, at most: a hostile camera is not to flood the room. The log has them all. */
const MAX_ALARMS = 32;

/** Each failure is told once a docking, when it has lasted longer than its patience. */
export function tell(
  state: BayState,
  { code, object, detail }: Failed,
  rule: Rule,
  attempts: number,
): Stepped {
  const key = object === undefined ? code : `${code} ${object}`;
  const early = rule.remedy !== 'set-aside' && attempts <= rule.patience;
  const camera = 'camera' in state.phase ? state.phase.camera?.device : undefined;
  if (early || state.alarmed.has(key) || state.alarmed.size >= MAX_ALARMS) return { state, commands: [] };
  return {
    state: { ...state, alarmed: new Set([...state.alarmed, key]) },
    commands: [{ type: 'raise-alarm', camera, code, severity: rule.severity, detail }],
  };
}
