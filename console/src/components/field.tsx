import type { ComponentChildren } from 'preact';
import { useId } from 'preact/hooks';

export interface FieldProps {
  readonly label: string;
  readonly hint?: string;
  /** Why its value can't be taken. */
  readonly error?: string;
  /** Draws the control; the attributes tie it to its label, hint and error. */
  readonly children: (control: FieldControl) => ComponentChildren;
}

export interface FieldControl {
  readonly id: string;
  readonly 'aria-describedby': string | undefined;
  readonly 'aria-invalid': boolean;
}

export function Field({ label, hint, error, children }: FieldProps) {
  const id = useId();
  const hintId = `${id}-hint`;
  return (
    <div class="field">
      <label for={id}>{label}</label>
      {children({
        id,
        'aria-describedby': hint !== undefined || error !== undefined ? hintId : undefined,
        'aria-invalid': error !== undefined,
      })}
      {hint === undefined && error === undefined ? null : (
        <span id={hintId} class="small soft">
          {error ?? hint}
        </span>
      )}
    </div>
  );
}
