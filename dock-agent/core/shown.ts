import { RULES } from './failures.ts';
import { isMoving, type BayState, type ShownState } from './bay-model.ts';

/** What people see of a bay. */
export function shown({ phase, trouble }: BayState): { state: ShownState; camera: string | undefined } {
  const camera = 'camera' in phase ? phase.camera?.device : undefined;
  if (phase.name === 'recounting') return { state: 'refused', camera };
  if (phase.name === 'refused' && phase.code === 'camera-unknown') return { state: 'unknown', camera };
  if (phase.name === 'empty' || phase.name === 'refused') return { state: phase.name, camera };
  const impatient = trouble !== undefined && trouble.attempts > RULES[trouble.code].patience;
  const aside = isMoving(phase) && phase.transfer.aside.size > 0;
  return { state: impatient || aside ? 'fault' : phase.name, camera };
}
