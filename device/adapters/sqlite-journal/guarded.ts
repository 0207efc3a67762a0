import { DeviceError } from '../../core/errors.ts';

/** What SQLite refuses, in our terms. */
export function guarded<T>(what: string, act: () => T): T {
  try {
    return act();
  } catch (cause) {
    const code = (cause as { code?: unknown }).code;
    if (typeof code !== 'string' || !code.startsWith('SQLITE_')) throw cause;
    throw new DeviceError(code === 'SQLITE_FULL' ? 'storage-full' : 'storage-failed', `${what} (${code})`, {
      cause,
    });
  }
}
