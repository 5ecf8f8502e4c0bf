import { field, LvmReportError, rowsOf, wholeNumber } from './lvm-report.js';

/** A volume group that lvm shows; sizes in KiB. */
export interface GroupRow {
  readonly name: string;
  readonly uuid: string;
  readonly sizeKib: number;
  readonly extentKib: number;
  readonly extents: number;
  readonly freeExtents: number;
  /** Physical volumes, those that lvm does not find included. */
  readonly disks: number;
  /** At least so many: where only the attributes tell, 1. */
  readonly missingDisks: number;
}

/** A physical volume, in a group or not. */
export interface MemberRow {
  /** `[unknown]` for one that lvm does not find. */
  readonly path: string;
  readonly uuid: string;
  /** '' when it is in no group. */
  readonly group: string;
  /** Of the whole device; null where lvm does not tell, as of one that is missing. */
  readonly deviceKib: number | null;
  /** What lvm takes it for, without its own metadata. */
  readonly sizeKib: number | null;
  readonly isMissing: boolean;
}

/** A logical volume; the hidden ones that pools and spares are made of are rows too. */
export interface GroupVolumeRow {
  readonly group: string;
  readonly name: string;
  readonly isHidden: boolean;
  readonly isPool: boolean;
  /** '' for one that lies in no thin pool. */
  readonly pool: string;
  readonly sizeKib: number;
}

export const GROUP_FIELDS = 'vg_name,vg_uuid,vg_size,vg_extent_size,vg_extent_count,vg_free_count,pv_count,vg_attr';
export const MEMBER_FIELDS = 'pv_name,pv_uuid,vg_name,dev_size,pv_size,pv_attr';
export const GROUP_VOLUME_FIELDS = 'vg_name,lv_name,lv_attr,lv_size,pool_lv';

/** Rows of `vgs -o GROUP_FIELDS --units=k --reportformat=json`. */
export function parseGroups(stdout: string): readonly GroupRow[] {
  return rowsOf(stdout, ['vg']).map((row) => ({
    name: field(row, 'vg_name'),
    uuid: field(row, 'vg_uuid'),
    sizeKib: kib(row, 'vg_size'),
    extentKib: kib(row, 'vg_extent_size'),
    extents: wholeNumber(field(row, 'vg_extent_count')),
    freeExtents: wholeNumber(field(row, 'vg_free_count')),
    disks: wholeNumber(field(row, 'pv_count')),
    missingDisks: has(row, 'vg_missing_pv_count')
      ? wholeNumber(field(row, 'vg_missing_pv_count'))
      : Number(field(row, 'vg_attr')[3] === 'p'),
  }));
}

/** Rows of `pvs -o MEMBER_FIELDS --units=k --reportformat=json`. */
export function parseMembers(stdout: string): readonly MemberRow[] {
  return rowsOf(stdout, ['pv']).map((row) => ({
    path: field(row, 'pv_name'),
    uuid: field(row, 'pv_uuid'),
    group: field(row, 'vg_name'),
    deviceKib: kib(row, 'dev_size') || null,
    sizeKib: kib(row, 'pv_size') || null,
    isMissing: has(row, 'pv_missing') ? field(row, 'pv_missing') !== '' : field(row, 'pv_attr')[2] === 'm',
  }));
}

/** Rows of `lvs -a -o GROUP_VOLUME_FIELDS --units=k --reportformat=json`. */
export function parseGroupVolumes(stdout: string): readonly GroupVolumeRow[] {
  return rowsOf(stdout, ['lv']).map((row) => {
    const shown = field(row, 'lv_name');
    const [, hidden] = /^\[(.*)\]$/.exec(shown) ?? [];
    return {
      group: field(row, 'vg_name'),
      name: hidden ?? shown,
      isHidden: hidden !== undefined,
      isPool: field(row, 'lv_attr').startsWith('t'),
      pool: field(row, 'pool_lv'),
      sizeKib: kib(row, 'lv_size'),
    };
  });
}

/** The attributes tell of missing disks in every lvm; the fields of their own are newer. */
function has(row: unknown, key: string): boolean {
  return typeof row === 'object' && row !== null && key in row;
}

/** Such as `33419264.00k`; lvm rounds to hundredths. */
function kib(row: unknown, key: string): number {
  const text = field(row, key).trim();
  const [, digits] = /^(\d{1,15}(?:\.\d+)?)k$/.exec(text) ?? [];
  if (digits === undefined)
    throw new LvmReportError(`lvm reported ${JSON.stringify(text.slice(0, 200))} where a size in KiB was expected`);
  return Number(digits);
}
