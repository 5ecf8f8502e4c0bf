import { useState } from 'preact/hooks';
import type { Volume } from '../../api/contract.js';
import { Dialog } from '../../components/dialog.js';
import { Field } from '../../components/field.js';
import { useTexts } from '../../i18n/language.js';
import type { Pool } from '../../state/pool.js';
import { BrickPlaces } from './brick-places.js';

/** A clone has its bricks where those of its source are. */
export function CloneDialog({
  volume,
  pool,
  onClose,
  onConfirm,
}: {
  readonly volume: Volume;
  readonly pool: Pool;
  readonly onClose: () => void;
  /** '': the server makes a name up. */
  readonly onConfirm: (name: string) => void;
}) {
  const { volumes: texts } = useTexts();
  const [name, setName] = useState('');
  return (
    <Dialog
      title={texts.cloneTitle(volume.name)}
      onClose={onClose}
      actions={
        <button type="button" class="button primary" onClick={() => onConfirm(name.trim())}>
          {texts.clone}
        </button>
      }
    >
      <p class="soft">{texts.cloneHint}</p>
      <Field label={texts.cloneName} hint={texts.cloneNameHint}>
        {(control) => (
          <input {...control} type="text" value={name} onInput={(event) => setName(event.currentTarget.value)} />
        )}
      </Field>
      <BrickPlaces volume={volume} pool={pool} label={texts.cloneBricks} />
    </Dialog>
  );
}
