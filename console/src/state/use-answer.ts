import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import { Unreachable } from '../api/failures.js';
import { useSession } from './session.js';

/** What was read last, and why the last reading failed. */
export interface Answer<T> {
  readonly value: T | null;
  readonly failure: unknown;
  readonly isLoading: boolean;
  reload(): void;
}

/**
 * Reads from the server when the view opens, when `path` changes, every `everyMs` when given, and after an outage. `path`:
 * null reads nothing yet.
 */
export function useAnswer<T>(path: string | null, everyMs?: number): Answer<T> {
  const { client, connection } = useSession();
  const [state, setState] = useState<Omit<Answer<T>, 'reload'>>({ value: null, failure: null, isLoading: true });
  const [turn, setTurn] = useState(0);
  const shownPath = useRef(path);
  const reload = useCallback(() => setTurn((count) => count + 1), []);
  useEffect(() => {
    if (path === null) return undefined;
    const ending = new AbortController();
    if (shownPath.current !== path) setState({ value: null, failure: null, isLoading: true });
    shownPath.current = path;
    const read = async (): Promise<void> => {
      try {
        const value = await client.get<T>(path, ending.signal);
        if (!ending.signal.aborted) setState({ value, failure: null, isLoading: false });
      } catch (failure) {
        if (ending.signal.aborted) return;
        setState((before) => ({ ...before, failure, isLoading: false }));
        if (!(failure instanceof Unreachable)) return;
        await connection.whenBack();
        if (!ending.signal.aborted) reload();
      }
    };
    void read();
    const timer = everyMs === undefined ? undefined : setInterval(() => void read(), everyMs);
    return () => {
      ending.abort();
      clearInterval(timer);
    };
  }, [client, connection, path, everyMs, turn, reload]);
  return { ...state, reload };
}
