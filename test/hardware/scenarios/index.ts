import type { Scenario } from '../bench/scenario.ts';
import { batteryEmpty } from './battery-empty.ts';
import { cameraUnplugged } from './camera-unplugged.ts';
import { cardEjected } from './card-ejected.ts';
import { cardFull } from './card-full.ts';
import { diagnose } from './diagnose.ts';
import { docked } from './docked.ts';
import { powerCuts } from './power-cuts.ts';
import { record } from './record.ts';
import { soundAndPhoto } from './sound-and-photo.ts';
import { watchdog } from './watchdog.ts';

const CUTS = 5;

/** What a change is judged by. */
export const SMOKE: Scenario = record;

export const SCENARIOS: readonly Scenario[] = [
  record,
  soundAndPhoto,
  cameraUnplugged,
  batteryEmpty,
  cardFull,
  cardEjected,
  watchdog,
  diagnose,
  docked,
  powerCuts(CUTS),
];
