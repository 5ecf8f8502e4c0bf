import { useStore } from '../state/store.js';
import { type LanguageTag, language } from './language.js';

export interface Formats {
  /** KiB as `1.5 TiB`. */
  sizeKib(kib: number): string;
  sizeGib(gib: number): string;
  number(value: number): string;
  /** A share of 1 as `42 %`. */
  percent(share: number): string;
  /** RFC 3339 as date and time of day, by the browser's clock. */
  time(text: string): string;
  /** RFC 3339 as `3 minutes ago`. */
  ago(text: string, nowMs: number): string;
}

const UNITS = ['KiB', 'MiB', 'GiB', 'TiB', 'PiB', 'EiB'];
const KIB_PER_GIB = 1024 * 1024;

const AGES: readonly (readonly [Intl.RelativeTimeFormatUnit, number])[] = [
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
  ['second', 1],
];

export function formatsOf(tag: LanguageTag): Formats {
  const digits = new Intl.NumberFormat(tag, { maximumSignificantDigits: 3 });
  const whole = new Intl.NumberFormat(tag);
  const percents = new Intl.NumberFormat(tag, { style: 'percent', maximumFractionDigits: 0 });
  const times = new Intl.DateTimeFormat(tag, { dateStyle: 'medium', timeStyle: 'medium' });
  const ages = new Intl.RelativeTimeFormat(tag, { numeric: 'auto' });
  const sizeKib = (kib: number): string => {
    let size = kib;
    let unit = 0;
    // 1,000 GiB has four digits, 0.98 TiB three.
    while (Math.abs(size) >= 1000 && unit < UNITS.length - 1) {
      size /= 1024;
      unit++;
    }
    return `${digits.format(size)} ${UNITS[unit]}`;
  };
  return {
    sizeKib,
    sizeGib: (gib) => sizeKib(gib * KIB_PER_GIB),
    number: (value) => whole.format(value),
    percent: (share) => percents.format(share),
    time: (text) => (Number.isNaN(Date.parse(text)) ? text : times.format(new Date(text))),
    ago(text, nowMs) {
      const seconds = (Date.parse(text) - nowMs) / 1000;
      if (Number.isNaN(seconds)) return text;
      const [unit, length] = AGES.find(([, each]) => Math.abs(seconds) >= each) ?? (['second', 1] as const);
      return ages.format(Math.trunc(seconds / length), unit);
    },
  };
}

const byTag = new Map<LanguageTag, Formats>();

export function useFormats(): Formats {
  const tag = useStore(language);
  const known = byTag.get(tag) ?? formatsOf(tag);
  byTag.set(tag, known);
  return known;
}
