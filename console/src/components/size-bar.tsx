import { useFormats } from '../i18n/formats.js';
import { useTexts } from '../i18n/language.js';

export type SizePart = 'booked' | 'used' | 'planned';

export interface SizeBarProps {
  readonly totalKib: number;
  readonly bookedKib: number;
  /** What of it is really in use; null where it is not known, not given where that is not what is shown. */
  readonly usedKib?: number | null | undefined;
  /** What a plan would take besides. */
  readonly plannedKib?: number;
  /** What it is of, for those who hear it. */
  readonly label: string;
}

/** Booked, used and planned shares of a whole, to scale. */
export function SizeBar({ totalKib, bookedKib, usedKib, plannedKib = 0, label }: SizeBarProps) {
  const { common } = useTexts();
  const formats = useFormats();
  const percent = (kib: number): string => `${totalKib > 0 ? Math.min(100, (100 * Math.max(0, kib)) / totalKib) : 0}%`;
  const shownUsedKib = Math.min(usedKib ?? 0, bookedKib);
  const told = [
    `${formats.sizeKib(bookedKib)} ${common.booked}`,
    ...(usedKib === undefined
      ? []
      : [`${usedKib === null ? common.unknown : formats.sizeKib(usedKib)} ${common.used}`]),
    `${formats.sizeKib(totalKib - bookedKib)} ${common.free}`,
  ].join(', ');
  return (
    <div class="size-bar" role="img" aria-label={`${label}: ${told}`} title={told}>
      {shownUsedKib > 0 ? <i data-part="used" style={{ width: percent(shownUsedKib) }} /> : null}
      {bookedKib > shownUsedKib ? <i data-part="booked" style={{ width: percent(bookedKib - shownUsedKib) }} /> : null}
      {plannedKib > 0 ? <i data-part="planned" style={{ width: percent(plannedKib) }} /> : null}
    </div>
  );
}

/** What the colours of size bars mean; `parts` are those that are shown. */
export function SizeLegend({
  parts,
}: {
  readonly parts: readonly { readonly part: SizePart; readonly text: string }[];
}) {
  const { common } = useTexts();
  return (
    <p class="legend">
      {parts.map(({ part, text }) => (
        <span key={part}>
          <i data-part={part} aria-hidden="true" />
          {text}
        </span>
      ))}
      <span>
        <i aria-hidden="true" />
        {common.free}
      </span>
    </p>
  );
}
