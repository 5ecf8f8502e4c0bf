import { useState } from 'preact/hooks';
import { goTo } from '../routing/route.js';
import type { AskedChange } from '../state/changes.js';
import { useSession } from '../state/session.js';

export interface Creation {
  readonly isRunning: boolean;
  readonly failure: unknown;
  begin(change: AskedChange): void;
}

/** Makes something and goes to its page, unless somebody has left the form meanwhile. */
export function useCreation(kind: 'volumes' | 'blockvolumes'): Creation {
  const { changes } = useSession();
  const [state, setState] = useState<{ isRunning: boolean; failure: unknown }>({ isRunning: false, failure: null });
  const begin = (change: AskedChange): void => {
    const { hash } = location;
    setState({ isRunning: true, failure: null });
    changes.run(change).then(
      (result) => {
        setState({ isRunning: false, failure: null });
        const id = result?.split('/').at(-1);
        if (id && location.hash === hash) goTo([kind, id]);
      },
      (failure: unknown) => setState({ isRunning: false, failure }),
    );
  };
  return { ...state, begin };
}
