import type { Schema } from '../../api/contract.js';
import { useTexts } from '../../i18n/language.js';
import { useSession } from '../../state/session.js';

/** Online and offline, of a node or a device. `path`: `/nodes/ID` or `/devices/ID`. */
export function StateButtons({
  path,
  name,
  state,
}: {
  readonly path: string;
  readonly name: string;
  readonly state: Schema<'EntryState'>;
}) {
  const { common, nodes: texts } = useTexts();
  const { changes } = useSession();
  const set = (wanted: 'online' | 'offline'): void => {
    const title = texts.stateChange(name, common.states[wanted]);
    void changes.run({ title, method: 'POST', path: `${path}/state`, body: { state: wanted } }).catch(() => null);
  };
  if (state === 'online') {
    return (
      <button type="button" class="button small" onClick={() => set('offline')}>
        {texts.takeOffline}
      </button>
    );
  }
  return (
    <button type="button" class="button small" onClick={() => set('online')}>
      {texts.bringOnline}
    </button>
  );
}
