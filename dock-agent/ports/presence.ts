/**
 * Whether a camera sits in one bay: a contact, a load on the charging pins, or its docking listener.
 *
 * A bay counts as empty until told otherwise. `onChange` MUST be called with true and false in turn, in the order it
 * happened, and never after `stop` has resolved. A change that lasts less than the adapter's own interval may go
 * unseen: the bay therefore goes by the camera's name at each step. Nothing here fails: what cannot be sensed is absent.
 */
export interface Presence {
  start(onChange: (present: boolean) => void): void;
  stop(): Promise<void>;
}
