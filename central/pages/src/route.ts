import { useSyncExternalStore } from 'react';
import type { RecordingKey } from '../../core/review-shapes.ts';

/** Where in the pages one is. It stands behind `#`, so that any server of plain files will do. */
export type Route = { readonly page: 'list' } | { readonly page: 'recording'; readonly key: RecordingKey };

export function parseRoute(hash: string): Route {
  const match = /^#\/recordings\/([a-z0-9-]{1,63})\/([1-9][0-9]{0,8})\/([0-9a-f]{32})$/.exec(hash);
  const [, device, epoch, recording] = match ?? [];
  if (device === undefined || epoch === undefined || recording === undefined) return { page: 'list' };
  return { page: 'recording', key: { device, epoch: Number(epoch), recording } };
}

export function linkTo(key?: RecordingKey): string {
  return key === undefined ? '#/' : `#/recordings/${key.device}/${key.epoch}/${key.recording}`;
}

export function useRoute(): Route {
  const hash = useSyncExternalStore(
    (changed) => {
      window.addEventListener('hashchange', changed);
      return () => window.removeEventListener('hashchange', changed);
    },
    () => window.location.hash,
  );
  return parseRoute(hash);
}

/** The one-time token of a sign-in link. Removed from the address bar at once, so that it stays in no history. */
export function takeToken(): string | undefined {
  const match = /^#token=([^&]{1,512})$/.exec(window.location.hash);
  const token = match?.[1];
  if (token === undefined) return undefined;
  window.history.replaceState(null, '', `${window.location.pathname}${window.location.search}#/`);
  return decodeURIComponent(token);
}
