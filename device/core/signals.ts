/** How one light goes: dark, lit, or a rhythm of milliseconds lit and dark in turn. */
export type Blink = 'off' | 'on' | readonly number[];

/** Row R-9: green says on, yellow sound, red picture. */
export interface LightPattern {
  readonly green: Blink;
  readonly yellow: Blink;
  readonly red: Blink;
}

/** Heard and felt once. */
export type Cue =
  | 'started'
  | 'stopped'
  | 'marked'
  | 'photo'
  | 'refused'
  | 'ready'
  | 'warning' // battery, storage: soon
  | 'fault';
