import type { CommandKind } from '@mingjing/protocol';
import type { RecordingKey } from './review-shapes.ts';

/** Who did it: a signed-in review session, or an operator's command on the machine. */
export type CustodyActor =
  { readonly kind: 'session'; readonly name: string } | { readonly kind: 'command'; readonly user: string };

/** What was done with footage or with what is known of it. */
export type CustodyAct =
  | { readonly type: 'looked-at' }
  | { readonly type: 'verified' }
  | { readonly type: 'playlist-opened'; readonly part: number }
  /** Footage was decrypted: one segment, or all of the recording (to read its way, to check or to export it). */
  | {
      readonly type: 'decrypted';
      readonly purpose: 'play' | 'read' | 'verify' | 'export';
      readonly segment?: number;
      /** Why, in the words of who does it: an export states it. */
      readonly reason?: string;
    }
  | { readonly type: 'exported'; readonly bag: string; readonly reason: string };

/** One event of the custody log. `at` is RFC 3339 UTC by the archive's clock. */
export interface CustodyEvent {
  readonly at: string;
  readonly actor: CustodyActor;
  readonly recording: RecordingKey;
  readonly act: CustodyAct;
}

/** The exact JSON that is hashed and kept. */
export function custodyText({ at, actor, recording, act }: CustodyEvent): string {
  const { type, ...rest } = act;
  const { device, epoch, recording: id } = recording;
  return JSON.stringify({ type, at, actor, device, epoch, recording: id, ...rest });
}

/** An order to a camera. */
export interface OrderedEvent {
  readonly camera: string;
  readonly kind: CommandKind;
  readonly command: string;
  readonly expires: string;
}

/** The exact JSON that is hashed and kept. */
export function orderedText(at: string, actor: CustodyActor, order: OrderedEvent): string {
  const { camera, kind, command, expires } = order;
  return JSON.stringify({ type: 'ordered', at, actor, camera, order: kind, command, expires });
}
