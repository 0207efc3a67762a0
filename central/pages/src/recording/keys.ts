import { useEffect } from 'react';

export interface KeyActions {
  readonly toggle: () => void;
  readonly seekBy: (seconds: number) => void;
  readonly nextMark: () => void;
}

/** The keys of the player, anywhere on the page but where a key already means something. */
export function useKeys(actions: KeyActions): void {
  useEffect(() => {
    const press = (event: KeyboardEvent): void => {
      if (event.defaultPrevented || event.ctrlKey || event.altKey || event.metaKey) return;
      const act = isTaken(event) ? undefined : actionOf(event.key, actions);
      if (act === undefined) return;
      event.preventDefault();
      act();
    };
    window.addEventListener('keydown', press);
    return () => window.removeEventListener('keydown', press);
  }, [actions]);
}

function actionOf(key: string, { toggle, seekBy, nextMark }: KeyActions): (() => void) | undefined {
  switch (key.toLowerCase()) {
    case ' ':
    case 'k':
      return toggle;
    case 'arrowleft':
      return () => seekBy(-5);
    case 'arrowright':
      return () => seekBy(5);
    case 'j':
      return () => seekBy(-10);
    case 'l':
      return () => seekBy(10);
    case 'm':
      return nextMark;
    default:
      return undefined;
  }
}

function isTaken({ key, target }: KeyboardEvent): boolean {
  if (!(target instanceof Element)) return false;
  if (target.closest('input, textarea, select, [contenteditable]') !== null) return true;
  return key === ' ' && target.closest('button, a, summary, [role="button"]') !== null;
}
