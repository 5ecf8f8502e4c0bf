import type { Volume } from '../api/contract.js';
import type { Dictionary } from '../i18n/dictionary.js';

/** How a volume keeps its data, in words: `3 copies`. */
export function volumeKind({ durability }: Pick<Volume, 'durability'>, texts: Dictionary['volumes']): string {
  const { type, replicate, disperse } = durability;
  if (type === 'replicate') return texts.copies(replicate.replica ?? 2);
  if (type === 'disperse') return texts.disperse(disperse.data ?? 0, disperse.redundancy ?? 0);
  return texts.noCopies;
}
