import { useCallback, useEffect, useState } from 'preact/hooks';
import { pause } from '../api/pause.js';
import { useSession } from './session.js';

export interface PlanState<T> {
  /** The last plan; it stays while another is asked for. */
  readonly plan: T | null;
  readonly failure: unknown;
  /** What is shown is not of this question yet. */
  readonly isAsking: boolean;
}

export interface AskedPlan<T> extends PlanState<T> {
  askAgain(): void;
}

/** While somebody types, not every letter is a question. */
const TYPING_MS = 200;

/**
 * Asks the server what a change would do, whenever the question changes or `occasion` does. `body`: null asks nothing, and
 * there is no plan.
 */
export function usePlan<T>(path: string, body: object | null, occasion: unknown = null): AskedPlan<T> {
  const { client } = useSession();
  const [state, setState] = useState<PlanState<T>>({ plan: null, failure: null, isAsking: body !== null });
  const [turn, setTurn] = useState(0);
  const askAgain = useCallback(() => setTurn((count) => count + 1), []);
  const key = body === null ? null : JSON.stringify(body);
  useEffect(() => {
    if (key === null) {
      setState({ plan: null, failure: null, isAsking: false });
      return undefined;
    }
    const ending = new AbortController();
    const ask = async (): Promise<void> => {
      await pause(TYPING_MS);
      if (ending.signal.aborted) return;
      const next = await client.ask<T>(path, JSON.parse(key), ending.signal).then(
        (plan) => ({ plan, failure: null, isAsking: false }),
        (failure: unknown) => ({ plan: null, failure, isAsking: false }),
      );
      if (!ending.signal.aborted) setState(next);
    };
    setState((before) => ({ ...before, isAsking: true }));
    void ask();
    return () => ending.abort();
  }, [client, path, key, occasion, turn]);
  return { ...state, askAgain };
}
