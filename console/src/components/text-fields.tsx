import { Field } from './field.js';

interface TypedFieldProps {
  readonly label: string;
  readonly hint?: string;
  readonly error?: string | undefined;
  readonly value: string;
  readonly onType: (text: string) => void;
}

/** One line of text. */
export function TextField({ value, onType, error, ...field }: TypedFieldProps) {
  return (
    <Field {...field} {...(error === undefined ? {} : { error })}>
      {(control) => (
        <input {...control} type="text" value={value} onInput={(event) => onType(event.currentTarget.value)} />
      )}
    </Field>
  );
}

/** A number from `least` on. */
export function NumberField({
  value,
  onType,
  error,
  least,
  step = '1',
  ...field
}: TypedFieldProps & { readonly least: number; readonly step?: string }) {
  return (
    <Field {...field} {...(error === undefined ? {} : { error })}>
      {(control) => (
        <input
          {...control}
          type="number"
          min={least}
          step={step}
          value={value}
          onInput={(event) => onType(event.currentTarget.value)}
        />
      )}
    </Field>
  );
}

export function CheckField({
  label,
  isChecked,
  onCheck,
}: {
  readonly label: string;
  readonly isChecked: boolean;
  readonly onCheck: (isChecked: boolean) => void;
}) {
  return (
    <label class="check">
      <input type="checkbox" checked={isChecked} onChange={(event) => onCheck(event.currentTarget.checked)} />
      {label}
    </label>
  );
}
