import type { PoolUse } from '../../../domain/usage.js';
import { field, forEachRow } from './lvm-report.js';

export const POOL_FIELDS = 'vg_name,lv_name,lv_attr,lv_size,data_percent,metadata_percent';

/** Rows of `lvs -o POOL_FIELDS --units=k --reportformat=json` that are thin pools, by `group/pool`. */
export async function readPools(stdout: string): Promise<ReadonlyMap<string, PoolUse>> {
  const pools = new Map<string, PoolUse>();
  await forEachRow(stdout, 'lv', (row) => {
    if (!field(row, 'lv_attr').startsWith('t')) return;
    const name = field(row, 'lv_name');
    pools.set(`${field(row, 'vg_name')}/${name}`, {
      name,
      sizeKib: sizeKib(field(row, 'lv_size')),
      dataPercent: percent(field(row, 'data_percent')),
      metadataPercent: percent(field(row, 'metadata_percent')),
    });
  });
  return pools;
}

/** Such as `33419264.00k`; null for anything else, and for nothing. */
function sizeKib(text: string): number | null {
  const [, digits] = /^(\d{1,15})(?:\.\d+)?k$/.exec(text.trim()) ?? [];
  return digits === undefined || Number(digits) === 0 ? null : Number(digits);
}

/** Such as `6.47`; null for a pool that is not active, which has none, and for what is no share of a whole. */
function percent(text: string): number | null {
  const value = /^\d{1,3}(?:\.\d{1,4})?$/.test(text.trim()) ? Number(text) : Number.NaN;
  return value <= 100 ? value : null;
}
