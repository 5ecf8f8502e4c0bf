import { CsiError } from './rpc/csi-error.js';
import type { CapacityRange } from './rpc/messages.js';

const GIB = 1024n ** 3n;
/** The server counts whole GiB. */
const SMALLEST_GIB = 1;

/** Whole GiB that a volume may have: at least `leastGib`; at most `mostGib`, null: any size. */
export interface SizeRange {
  readonly leastGib: number;
  readonly mostGib: number | null;
}

export function bytesOf(gib: number): string {
  return String(BigInt(gib) * GIB);
}

/**
 * The required bytes rounded up to GiB, as the in-tree provisioner did, and the limit rounded down; 1 GiB when nothing is
 * required. Throws OUT_OF_RANGE when no whole GiB lies between them.
 */
export function readSizeRange(range: CapacityRange | null): SizeRange {
  const required = BigInt(range?.requiredBytes ?? '0');
  const limit = BigInt(range?.limitBytes ?? '0');
  if (required < 0n || limit < 0n) throw new CsiError('INVALID_ARGUMENT', 'capacity_range must not be negative');
  if (range && required === 0n && limit === 0n) {
    throw new CsiError('INVALID_ARGUMENT', 'capacity_range needs required_bytes or limit_bytes');
  }
  if (limit > 0n && required > limit) {
    throw new CsiError('INVALID_ARGUMENT', `capacity_range requires ${required} bytes and allows ${limit}`);
  }
  const leastGib = Math.max(SMALLEST_GIB, Number((required + GIB - 1n) / GIB));
  const mostGib = limit === 0n ? null : Number(limit / GIB);
  if (mostGib !== null && leastGib > mostGib) {
    throw new CsiError(
      'OUT_OF_RANGE',
      `volumes have whole GiB: ${leastGib} GiB, which ${required} bytes need, are above the limit of ${limit} bytes`,
    );
  }
  return { leastGib, mostGib };
}

export function isWithin(gib: number, { leastGib, mostGib }: SizeRange): boolean {
  return gib >= leastGib && (mostGib === null || gib <= mostGib);
}
