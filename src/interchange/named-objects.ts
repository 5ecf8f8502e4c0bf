import type { ChangeType } from '../domain/pending-operation.js';

/** What an action names, and whether that must carry the operation's mark: what is only expanded does not. */
export const NAMED: Partial<
  Record<ChangeType, { readonly kind: 'brick' | 'volume' | 'blockvolume'; readonly isMarked: boolean }>
> = {
  'add-brick': { kind: 'brick', isMarked: true },
  'delete-brick': { kind: 'brick', isMarked: true },
  'add-volume': { kind: 'volume', isMarked: true },
  'delete-volume': { kind: 'volume', isMarked: true },
  'clone-volume': { kind: 'volume', isMarked: true },
  'expand-volume': { kind: 'volume', isMarked: false },
  'snapshot-volume': { kind: 'volume', isMarked: false },
  'add-block-volume': { kind: 'blockvolume', isMarked: true },
  'delete-block-volume': { kind: 'blockvolume', isMarked: true },
  'expand-block-volume': { kind: 'blockvolume', isMarked: false },
};
