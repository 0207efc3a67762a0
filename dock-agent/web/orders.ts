import type { Issued, Offer, Returned, SignedIn } from '../ports/issue-desk.ts';
import type { LogLine } from '../ports/service-desk.ts';

interface Done {
  readonly ok: true;
}

/** What the dock answers to each order when it does it. */
export interface Orders {
  '/desk/sign-in': SignedIn;
  '/desk/set-pin': SignedIn;
  '/desk/offers': Done & { readonly offers: readonly Offer[] };
  '/desk/take': Issued;
  '/desk/give-back': Returned;
  '/desk/sign-out': Done;
  '/service/sign-in': Done;
  '/service/log': Done & { readonly lines: readonly LogLine[] };
  '/service/retry': Done;
  '/service/switch': Done;
  '/service/sign-out': Done;
}

/** What the dock answers when it does not do it. `code` of the desk, or of the page: 'busy', 'line', 'internal'. */
export interface NotDone {
  readonly ok: false;
  readonly code: string;
  /** RFC 3339. */
  readonly until?: string;
  readonly waitMs?: number;
}

/** Longer than a camera may take to write its journal. */
const PATIENCE_MS = 60_000;

/** Asks the dock to do something. Never rejects. */
export async function order<P extends keyof Orders>(path: P, body?: object): Promise<Orders[P] | NotDone> {
  let response: Response;
  try {
    const post = {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    };
    response = await fetch(path, {
      ...(body === undefined ? {} : post),
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
    if (response.ok) return (await response.json()) as Orders[P] | NotDone;
  } catch {
    return { ok: false, code: 'line' };
  }
  if (response.status === 503) return { ok: false, code: 'busy' };
  return { ok: false, code: response.status === 403 ? 'session-ended' : 'internal' };
}
