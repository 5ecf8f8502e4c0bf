import type { BrickSubType } from '../domain/brick.js';

/** By the original's number. */
export const SUB_TYPES: readonly BrickSubType[] = ['unknown', 'normal', 'arbiter'];
