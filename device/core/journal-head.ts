/** How far a journal had come. */
export interface JournalHead {
  /** Of the camera's journal, with its epoch. */
  readonly origin: string;
  readonly size: number;
  /** Base64. */
  readonly root: string;
}

/**
 * Whether a journal goes on from what is remembered of it. `rootAt`: its root, base64, at a size up to its own;
 * undefined where it does not know any more. Another epoch is another journal, and says nothing of this one.
 */
export function goesOnFrom(
  remembered: JournalHead,
  journal: { readonly origin: string; readonly size: number; rootAt(size: number): string | undefined },
): boolean {
  if (remembered.origin !== journal.origin) return true;
  if (remembered.size > journal.size) return false;
  const root = journal.rootAt(remembered.size);
  return root === undefined || root === remembered.root;
}
