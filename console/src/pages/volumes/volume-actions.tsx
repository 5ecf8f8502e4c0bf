import { useState } from 'preact/hooks';
import type { Volume } from '../../api/contract.js';
import { useTexts } from '../../i18n/language.js';
import { goTo } from '../../routing/route.js';
import type { AskedChange } from '../../state/changes.js';
import type { Pool } from '../../state/pool.js';
import { useSession } from '../../state/session.js';
import { CloneDialog } from './clone-dialog.js';
import { DeleteDialog } from './delete-dialog.js';
import { ExpandDialog } from './expand-dialog.js';

/** What can be done with a volume; each shows what it would do before it does. */
export function VolumeActions({ volume, pool }: { readonly volume: Volume; readonly pool: Pool }) {
  const { volumes: texts } = useTexts();
  const { changes } = useSession();
  const [asked, setAsked] = useState<'expand' | 'clone' | 'delete' | null>(null);
  const close = (): void => setAsked(null);
  /** How it ends is shown by the tray. */
  const begin = (change: AskedChange, afterwards?: (result: string | null) => void): void => {
    close();
    void changes.run(change).then(
      (result) => {
        // Somebody who has gone on to another page stays there.
        if (location.hash.includes(volume.id)) afterwards?.(result);
      },
      () => null,
    );
  };
  const path = `/volumes/${volume.id}`;
  return (
    <>
      <button type="button" class="button small" onClick={() => setAsked('expand')}>
        {texts.expand}
      </button>
      <button type="button" class="button small" onClick={() => setAsked('clone')}>
        {texts.clone}
      </button>
      <button type="button" class="button small danger" onClick={() => setAsked('delete')}>
        {texts.delete}
      </button>
      {asked === 'expand' ? (
        <ExpandDialog
          volume={volume}
          pool={pool}
          onClose={close}
          onConfirm={(addGib) =>
            begin({
              title: texts.expandTitle(volume.name),
              method: 'POST',
              path: `${path}/expand`,
              body: { expand_size: addGib, from_size: volume.size },
            })
          }
        />
      ) : null}
      {asked === 'clone' ? (
        <CloneDialog
          volume={volume}
          pool={pool}
          onClose={close}
          onConfirm={(name) =>
            begin(
              {
                title: texts.cloneTitle(volume.name),
                method: 'POST',
                path: `${path}/clone`,
                body: name === '' ? {} : { name },
              },
              (result) => {
                const id = result?.split('/').at(-1);
                if (id) goTo(['volumes', id]);
              },
            )
          }
        />
      ) : null}
      {asked === 'delete' ? (
        <DeleteDialog
          volume={volume}
          pool={pool}
          onClose={close}
          onConfirm={() =>
            begin({ title: texts.deleteTitle(volume.name), method: 'DELETE', path }, () => goTo(['volumes']))
          }
        />
      ) : null}
    </>
  );
}
