import { useTexts } from '../i18n/language.js';
import { useSession } from '../state/session.js';

/** Has what was left behind tried at once. `ids`: of these operations only; of all when there are none. */
export function CleanUpButton({ ids = [], onDone }: { readonly ids?: readonly string[]; readonly onDone: () => void }) {
  const { operations } = useTexts();
  const { changes } = useSession();
  const cleanUp = async (): Promise<void> => {
    const change = { title: operations.cleaningUp, method: 'POST', path: '/operations/pending/cleanup' } as const;
    // How it ended is shown by the tray.
    await changes.run({ ...change, body: { operations: ids } }).catch(() => null);
    onDone();
  };
  return (
    <button type="button" class="button small" title={operations.cleanUpHint} onClick={() => void cleanUp()}>
      {ids.length === 0 ? operations.cleanUpAll : operations.cleanUp}
    </button>
  );
}
