import { Field } from '../../components/field.js';
import { CheckField, NumberField, TextField } from '../../components/text-fields.js';
import { wholeNumber } from '../../components/whole-number.js';
import { useTexts } from '../../i18n/language.js';
import type { Pool } from '../../state/pool.js';
import type { VolumeWish, WishedKind } from './volume-wish.js';

const KINDS: readonly WishedKind[] = ['replica3', 'arbiter', 'replica2', 'disperse', 'none'];

/** The fields of a new volume; those that are rarely needed are folded away. */
export function WishFields({
  wish,
  pool,
  onChange,
}: {
  readonly wish: VolumeWish;
  readonly pool: Pool;
  readonly onChange: (part: Partial<VolumeWish>) => void;
}) {
  const { create: texts, volumes } = useTexts();
  const wrong = (text: string, least: number): string | undefined =>
    wholeNumber(text, least) === null ? volumes.wholeGib : undefined;
  return (
    <>
      <NumberField
        label={texts.size}
        hint={texts.sizeHint}
        error={wrong(wish.sizeGib, 1)}
        least={1}
        value={wish.sizeGib}
        onType={(sizeGib) => onChange({ sizeGib })}
      />
      <TextField label={texts.name} hint={texts.nameHint} value={wish.name} onType={(name) => onChange({ name })} />
      <Field label={texts.kind}>
        {(control) => (
          <select
            {...control}
            value={wish.kind}
            onChange={(event) => onChange({ kind: event.currentTarget.value as WishedKind })}
          >
            {KINDS.map((kind) => (
              <option key={kind} value={kind}>
                {texts.kinds[kind]}
              </option>
            ))}
          </select>
        )}
      </Field>
      {wish.kind === 'disperse' ? (
        <>
          <NumberField
            label={texts.data}
            error={wrong(wish.data, 1)}
            least={1}
            value={wish.data}
            onType={(data) => onChange({ data })}
          />
          <NumberField
            label={texts.redundancy}
            error={wrong(wish.redundancy, 1)}
            least={1}
            value={wish.redundancy}
            onType={(redundancy) => onChange({ redundancy })}
          />
        </>
      ) : null}
      <details>
        <summary>{texts.more}</summary>
        <div class="stack">
          <NumberField
            label={texts.snapshots}
            hint={texts.snapshotsHint}
            least={1}
            step="any"
            value={wish.snapshotFactor}
            onType={(snapshotFactor) => onChange({ snapshotFactor })}
          />
          <NumberField label={texts.group} least={0} value={wish.gid} onType={(gid) => onChange({ gid })} />
          <Field label={texts.options} hint={texts.optionsHint}>
            {(control) => (
              <textarea
                {...control}
                rows={3}
                class="mono"
                value={wish.options}
                onInput={(event) => onChange({ options: event.currentTarget.value })}
              />
            )}
          </Field>
          {pool.clusters.size > 1 ? <Clusters wish={wish} pool={pool} onChange={onChange} /> : null}
          <CheckField
            label={texts.hosting}
            isChecked={wish.isHosting}
            onCheck={(isHosting) => onChange({ isHosting })}
          />
        </div>
      </details>
    </>
  );
}

function Clusters({ wish, pool, onChange }: Parameters<typeof WishFields>[0]) {
  const { create: texts } = useTexts();
  return (
    <fieldset class="field">
      <legend>{texts.clusters}</legend>
      {[...pool.clusters.keys()].map((id) => (
        <CheckField
          key={id}
          label={id.slice(0, 8)}
          isChecked={wish.clusters.includes(id)}
          onCheck={(isChecked) =>
            onChange({ clusters: isChecked ? [...wish.clusters, id] : wish.clusters.filter((other) => other !== id) })
          }
        />
      ))}
    </fieldset>
  );
}
