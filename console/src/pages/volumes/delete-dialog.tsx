import { useState } from 'preact/hooks';
import type { Volume } from '../../api/contract.js';
import { Dialog } from '../../components/dialog.js';
import { Field } from '../../components/field.js';
import { Notice } from '../../components/notice.js';
import { useFormats } from '../../i18n/formats.js';
import { useTexts } from '../../i18n/language.js';
import type { Pool } from '../../state/pool.js';
import { BrickPlaces } from './brick-places.js';

/** Data is destroyed only once its name was typed. */
export function DeleteDialog({
  volume,
  pool,
  onClose,
  onConfirm,
}: {
  readonly volume: Volume;
  readonly pool: Pool;
  readonly onClose: () => void;
  readonly onConfirm: () => void;
}) {
  const { volumes: texts } = useTexts();
  const formats = useFormats();
  const [typed, setTyped] = useState('');
  const sizeKib = volume.bricks.reduce((sum, { size }) => sum + size, 0);
  const hosted = volume.blockinfo.blockvolume?.length ?? 0;
  return (
    <Dialog
      title={texts.deleteTitle(volume.name)}
      onClose={onClose}
      actions={
        <button type="button" class="button danger" disabled={typed !== volume.name} onClick={onConfirm}>
          {texts.delete}
        </button>
      }
    >
      <p>{texts.deleteHint(volume.bricks.length, formats.sizeKib(sizeKib))}</p>
      {hosted === 0 ? null : <Notice tone="warn">{texts.deleteHosting(hosted)}</Notice>}
      <BrickPlaces volume={volume} pool={pool} label={texts.deleteBricks} />
      <Field label={texts.typeName(volume.name)}>
        {(control) => (
          <input
            {...control}
            type="text"
            autocomplete="off"
            value={typed}
            onInput={(event) => setTyped(event.currentTarget.value)}
          />
        )}
      </Field>
    </Dialog>
  );
}
