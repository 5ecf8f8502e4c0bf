import { useState } from 'preact/hooks';
import type { Volume } from '../../api/contract.js';
import { Dialog } from '../../components/dialog.js';
import { Field } from '../../components/field.js';
import { PlacementPlanView, planPath, type VolumePlan } from '../../components/placement-plan.js';
import { useFormats } from '../../i18n/formats.js';
import { useTexts } from '../../i18n/language.js';
import type { Pool } from '../../state/pool.js';
import { usePlan } from '../../state/use-plan.js';

/** Asks how much is to be added, and shows where it would go while somebody types. */
export function ExpandDialog({
  volume,
  pool,
  onClose,
  onConfirm,
}: {
  readonly volume: Volume;
  readonly pool: Pool;
  readonly onClose: () => void;
  readonly onConfirm: (addGib: number) => void;
}) {
  const { volumes: texts } = useTexts();
  const formats = useFormats();
  const [text, setText] = useState('10');
  const addGib = Number(text);
  const isWhole = Number.isSafeInteger(addGib) && addGib >= 1;
  const state = usePlan<VolumePlan>(
    planPath('/placements/expansions', pool),
    isWhole ? { id: volume.id, expand_size: addGib } : null,
    pool,
  );
  return (
    <Dialog
      title={texts.expandTitle(volume.name)}
      onClose={onClose}
      actions={
        <button
          type="button"
          class="button primary"
          disabled={!isWhole || state.isAsking || state.plan?.fits !== true}
          onClick={() => onConfirm(addGib)}
        >
          {texts.expand}
        </button>
      }
    >
      <p class="soft">{texts.expandHint}</p>
      <Field
        label={texts.addGib}
        {...(isWhole ? { hint: texts.sizeAfter(formats.sizeGib(volume.size + addGib)) } : { error: texts.wholeGib })}
      >
        {(control) => (
          <input
            {...control}
            type="number"
            min="1"
            value={text}
            onInput={(event) => setText(event.currentTarget.value)}
          />
        )}
      </Field>
      <PlacementPlanView
        state={state}
        pool={pool}
        largest={(gib) => texts.largestAdded(formats.sizeGib(gib))}
        onTake={(gib) => setText(String(gib))}
      />
    </Dialog>
  );
}
