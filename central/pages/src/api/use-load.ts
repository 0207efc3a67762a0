import { useCallback, useEffect, useState } from 'react';
import { codeOf, type ApiErrorCode } from './client.ts';

export interface Loaded<T> {
  /** The newest value; stays while it is loaded again. */
  readonly value: T | undefined;
  readonly error: ApiErrorCode | undefined;
  readonly loading: boolean;
  readonly reload: () => void;
}

interface State<T> {
  readonly of: string | undefined;
  readonly value: T | undefined;
  readonly error: ApiErrorCode | undefined;
  readonly loading: boolean;
}

/**
 * Loads once for each `name`, and again on `reload` or when `version` changes. `load` MUST depend on nothing but what
 * `name` names. What comes back too late is dropped.
 */
export function useLoad<T>(
  name: string,
  load: (signal: AbortSignal) => Promise<T>,
  { version = 0, wanted = true }: { readonly version?: number; readonly wanted?: boolean } = {},
): Loaded<T> {
  const [again, setAgain] = useState(0);
  const [state, setState] = useState<State<T>>(() => emptyOf(undefined));
  useEffect(() => {
    if (!wanted) return undefined;
    const abort = new AbortController();
    setState((old) => (old.of === name ? { ...old, loading: true } : { ...emptyOf(name), loading: true }));
    load(abort.signal).then(
      (value) => {
        if (!abort.signal.aborted) setState({ of: name, value, error: undefined, loading: false });
      },
      (error: unknown) => {
        if (!abort.signal.aborted) setState((old) => ({ ...old, error: codeOf(error), loading: false }));
      },
    );
    return () => abort.abort();
    // `load` follows from `name`.
  }, [name, version, again, wanted]);
  const reload = useCallback(() => setAgain((count) => count + 1), []);
  const current: State<T> = state.of === name ? state : { ...emptyOf<T>(name), loading: true };
  return { value: current.value, error: current.error, loading: current.loading, reload };
}

function emptyOf<T>(of: string | undefined): State<T> {
  return { of, value: undefined, error: undefined, loading: false };
}
