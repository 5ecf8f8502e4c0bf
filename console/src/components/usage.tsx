import type { Dictionary } from '../i18n/dictionary.js';
import type { Formats } from '../i18n/formats.js';
import { useTexts } from '../i18n/language.js';
import type { BrickUsage } from '../state/use-usage.js';
import { describeFailure, Notice, ServerText } from './notice.js';

/** Of a file system, KiB, as df has it; null: nobody could tell. */
interface Fill {
  readonly totalKib: number | null;
  readonly usedKib: number | null;
  readonly freeKib: number | null;
}

type Texts = Pick<Dictionary, 'common' | 'usage'>;

/** How much of a file system is in use, and its share; `unknown` where that is not known. */
export function usedText(fill: Fill | undefined, { common, usage }: Texts, formats: Formats): string {
  const share = shareOf(fill);
  if (share === null || fill?.usedKib == null) return common.unknown;
  return usage.part(formats.sizeKib(fill.usedKib), formats.percent(share));
}

/** The same, with the size of the whole. */
export function usedOfTotalText(fill: Fill | undefined, texts: Texts, formats: Formats): string {
  const share = shareOf(fill);
  if (share === null || fill?.usedKib == null || fill.totalKib === null) return usedText(fill, texts, formats);
  return texts.usage.ofTotal(formats.sizeKib(fill.usedKib), formats.sizeKib(fill.totalKib), formats.percent(share));
}

/** Data and metadata of a thin pool, each as a share. */
export function poolText(pool: BrickUsage['pool'], texts: Texts, formats: Formats): string {
  const part = (percent: number | null): string => percentText(percent, texts, formats);
  return pool === null
    ? texts.common.unknown
    : texts.usage.poolShares(part(pool.dataPercent), part(pool.metadataPercent));
}

export function percentText(percent: number | null, { common }: Texts, formats: Formats): string {
  return percent === null ? common.unknown : formats.percent(percent / 100);
}

/** As df counts: of what is used and free, since what is reserved is neither. */
function shareOf(fill: Fill | undefined): number | null {
  if (fill?.usedKib == null || fill.freeKib === null || fill.usedKib + fill.freeKib === 0) return null;
  return fill.usedKib / (fill.usedKib + fill.freeKib);
}

/** Why the server does not tell what is in use; nothing where it does. */
export function UsageNotice({ failure }: { readonly failure: unknown }) {
  const { common, usage: texts } = useTexts();
  if (failure === null) return null;
  return (
    <Notice tone="warn" title={texts.notKnown}>
      <ServerText>{describeFailure(failure, common.unreachable)}</ServerText>
    </Notice>
  );
}
