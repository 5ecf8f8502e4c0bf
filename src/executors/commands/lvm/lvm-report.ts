import { inSlices, Slices } from '../../../timing/turns.js';
import { withoutPrefix } from '../../failures/lvm-lines.js';

/** lvm answered with something other than the report that was asked for. */
export class LvmReportError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'LvmReportError';
  }
}

export interface PhysicalVolumeRow {
  readonly pvName: string;
  readonly pvUuid: string;
  /** '' for a PV that belongs to no volume group. */
  readonly vgName: string;
  /** The whole device; null where lvm does not tell. */
  readonly deviceKib: number | null;
}

/** A physical volume with how much hangs on its volume group. */
export interface OccupiedPhysicalVolumeRow extends PhysicalVolumeRow {
  /** Physical and logical volumes of the group; null where lvm does not tell. */
  readonly pvCount: number | null;
  readonly lvCount: number | null;
}

export interface LogicalVolumeRow {
  readonly vgName: string;
  readonly lvName: string;
  /** The device node is there; false for one that must be activated before it can be mounted. */
  readonly isActive: boolean;
  /** Of a thin pool, from 0 to 1: how much of its data is used, or of its metadata, where that is more. Null where lvm does not tell. */
  readonly poolUsedRatio: number | null;
}

/** A whole report with its rows of one kind (`pv`, `vg`, `lv`); fields of the rows that are no text are left out. */
export function parseReportRows(
  stdout: string,
  kind: string,
): { readonly document: unknown; readonly rows: readonly Readonly<Record<string, string>>[] } {
  const document = parseReport(stdout);
  const rows = document.report.flatMap((part: unknown) => {
    const list = isRecord(part) ? (part[kind] ?? []) : null;
    if (!Array.isArray(list)) throw new LvmReportError(`lvm's report has no rows of ${kind}`);
    return list.map((row: unknown) =>
      Object.fromEntries(
        Object.entries(isRecord(row) ? row : {}).filter(
          (entry): entry is [string, string] => typeof entry[1] === 'string',
        ),
      ),
    );
  });
  return { document, rows };
}

/** Rows of `pvs` or `vgs -o pv_name,pv_uuid,vg_name,dev_size --units=k --reportformat=json`. */
export function parsePhysicalVolumes(stdout: string): readonly PhysicalVolumeRow[] {
  return rowsOf(stdout, ['pv', 'vg']).map(physicalVolume);
}

/** Rows of `pvs -o pv_name,pv_uuid,vg_name,pv_count,lv_count --reportformat=json`. */
export function parseOccupiedPhysicalVolumes(stdout: string): readonly OccupiedPhysicalVolumeRow[] {
  return rowsOf(stdout, ['pv']).map((row) => ({
    ...physicalVolume(row),
    pvCount: optionalNumber(row, 'pv_count'),
    lvCount: optionalNumber(row, 'lv_count'),
  }));
}

/** Rows of `lvs -o vg_name,lv_name,lv_attr,data_percent,metadata_percent --reportformat=json`. */
export function parseLogicalVolumes(stdout: string): readonly LogicalVolumeRow[] {
  return rowsOf(stdout, ['lv']).map(logicalVolume);
}

/** The same of a host that may have very many, in slices. */
export async function readLogicalVolumes(stdout: string): Promise<readonly LogicalVolumeRow[]> {
  const rows: LogicalVolumeRow[] = [];
  await forEachRow(stdout, 'lv', (row) => rows.push(logicalVolume(row)));
  return rows;
}

function logicalVolume(row: unknown): LogicalVolumeRow {
  return {
    vgName: field(row, 'vg_name'),
    // lvm puts hidden ones in brackets.
    lvName: field(row, 'lv_name').replace(/^\[(.*)\]$/, '$1'),
    isActive: field(row, 'lv_attr')[4] === 'a',
    poolUsedRatio: field(row, 'lv_attr').startsWith('t') ? poolUsedRatio(row) : null,
  };
}

function poolUsedRatio(row: unknown): number | null {
  const percents = [optionalPercent(row, 'data_percent'), optionalPercent(row, 'metadata_percent')];
  const known = percents.filter((percent) => percent !== null);
  // lvm tells hundredths of a percent
  return known.length === 0 ? null : Math.round(Math.max(...known) * 100) / 10_000;
}

/** A thin volume and its pool; sizes in KiB. */
export interface ThinVolumeRow {
  readonly lvName: string;
  readonly poolName: string;
  readonly sizeKib: number;
  readonly poolKib: number;
  readonly poolMetadataKib: number;
}

/** Of a group's `lvs -o vg_name,lv_name,lv_attr,lv_size,pool_lv,lv_metadata_size --units=k --reportformat=json`. */
export function parseThinVolumes(stdout: string, vg: string): readonly ThinVolumeRow[] {
  const rows = rowsOf(stdout, ['lv']).filter((row) => field(row, 'vg_name') === vg);
  const ofType = (letter: string) => rows.filter((row) => field(row, 'lv_attr').startsWith(letter));
  const pools = new Map(ofType('t').map((row) => [field(row, 'lv_name'), row]));
  return ofType('V').flatMap((row) => {
    const poolName = field(row, 'pool_lv');
    const pool = pools.get(poolName);
    if (!pool) return [];
    return {
      lvName: field(row, 'lv_name'),
      poolName,
      sizeKib: sizeKib(row, 'lv_size'),
      poolKib: sizeKib(pool, 'lv_size'),
      poolMetadataKib: sizeKib(pool, 'lv_metadata_size'),
    };
  });
}

/** Sizes in KiB; total = free + used. */
export interface VolumeGroupSizes {
  readonly totalKib: number;
  readonly freeKib: number;
  readonly usedKib: number;
  readonly extentKib: number;
}

const VGDISPLAY_FIELDS = 17;

/**
 * The line of `vgdisplay -c` that is about this group, whatever else was printed. What cannot be is refused: `diskKib`
 * is the size of the group's only disk, where that is known.
 */
export function parseVolumeGroupSizes(stdout: string, vg: string, diskKib: number | null): VolumeGroupSizes {
  const lines = new Set(
    stdout
      .split('\n')
      .flatMap((text) => withoutPrefix(text.trim(), `${vg}:`) ?? [])
      .filter((text) => text.split(':').length === VGDISPLAY_FIELDS),
  );
  const [line = ''] = lines;
  if (lines.size !== 1) throw new LvmReportError(`vgdisplay returned an invalid string: ${excerpt(stdout)}`);
  const fields = line.split(':');
  const [sizeKib, extentKib, total, allocated, free] = fields.slice(11, 16).map(wholeNumber) as [
    number,
    number,
    number,
    number,
    number,
  ];
  const isPossible = extentKib > 0 && total === allocated + free && sizeKib === total * extentKib;
  if (!isPossible) throw new LvmReportError(`vgdisplay returned sizes that do not agree with each other: ${line}`);
  const isOnOneDisk = fields[9] === '1';
  if (isOnOneDisk && diskKib !== null && sizeKib > diskKib)
    throw new LvmReportError(`vgdisplay returned a size beyond the disk, which has ${diskKib} KiB: ${line}`);
  return { totalKib: sizeKib, usedKib: allocated * extentKib, freeKib: free * extentKib, extentKib };
}

/**
 * `lvs -o vg_name,lv_name,thin_count --reportformat=json` of a pool: volumes in it, snapshots included. Blank for a
 * plain volume, which a pool is until lvcreate has cleared its metadata: one that was cut off then leaves it so, with
 * nothing in it.
 */
export function parseThinCount(stdout: string, vg: string, pool: string): number {
  const rows = rowsOf(stdout, ['lv']).filter((row) => field(row, 'vg_name') === vg && field(row, 'lv_name') === pool);
  if (rows.length !== 1) throw new LvmReportError(`lvm's report is not about ${vg}/${pool}: ${excerpt(stdout)}`);
  const count = field(rows[0], 'thin_count');
  return count.trim() === '' ? 0 : wholeNumber(count);
}

function physicalVolume(row: unknown): PhysicalVolumeRow {
  return {
    pvName: field(row, 'pv_name'),
    pvUuid: field(row, 'pv_uuid'),
    vgName: field(row, 'vg_name'),
    deviceKib: deviceKib(row),
  };
}

/** Such as `33419264.00k`; 0 for a device that is away. */
function deviceKib(row: unknown): number | null {
  const size = isRecord(row) ? row['dev_size'] : undefined;
  const [, digits] = (typeof size === 'string' && /^(\d{1,15})(?:\.\d+)?k?$/.exec(size.trim())) || [];
  return digits === undefined || Number(digits) === 0 ? null : Number(digits) + 1;
}

/** Such as `33419264.00k`. */
function sizeKib(row: unknown, key: string): number {
  const text = field(row, key).trim();
  const [, digits] = /^(\d{1,15})(?:\.\d+)?k$/.exec(text) ?? [];
  if (digits === undefined || Number(digits) === 0)
    throw new LvmReportError(`lvm reported ${excerpt(text)} where a size in KiB was expected`);
  return Number(digits);
}

/** A small work for each row of a report of one part, in slices: a host may have very many. */
export async function forEachRow(stdout: string, kind: string, work: (row: unknown) => void): Promise<void> {
  const { report, before } = (await parseLongReport(stdout)) ?? { ...parseReport(stdout), before: [] };
  for (const rows of [...before, rowsIn(report, [kind])]) await inSlices(rows, work);
}

/** Characters of rows that are parsed in one go. */
const PIECE = 1 << 16;
const LIST_BEGINS = /^\s*\{\s*"report"\s*:\s*\[\s*\{\s*"\w+"\s*:\s*\[/;
/** Between two rows: no text in JSON holds a line's end. */
const NEXT_ROW = '},\n';

/**
 * A long report without a message in it, a piece after the other: all but the last rows are in `before`. Null for any other
 * text: whether it is a report at all, is for whoever reads it whole.
 */
async function parseLongReport(
  stdout: string,
): Promise<{ readonly report: readonly unknown[]; readonly before: readonly (readonly unknown[])[] } | null> {
  const head = LIST_BEGINS.exec(stdout.slice(0, PIECE))?.[0];
  if (head === undefined) return null;
  const slices = new Slices();
  const before: (readonly unknown[])[] = [];
  let from = head.length;
  for (let end = stdout.indexOf(NEXT_ROW, from + PIECE); end >= 0; end = stdout.indexOf(NEXT_ROW, from + PIECE)) {
    if (slices.isOver) await slices.next();
    const rows = parseJson(`[${stdout.slice(from, end + 1)}]`);
    if (!Array.isArray(rows)) return null;
    before.push(rows);
    from = end + NEXT_ROW.length;
  }
  const rest = parseJson(head + stdout.slice(from));
  const report = isRecord(rest) ? rest['report'] : null;
  return Array.isArray(report) ? { report, before } : null;
}

/** The rows of a report of one part. */
export function rowsOf(stdout: string, kinds: readonly string[]): readonly unknown[] {
  return rowsIn(parseReport(stdout).report, kinds);
}

function rowsIn(report: readonly unknown[], kinds: readonly string[]): readonly unknown[] {
  const [part] = report;
  if (report.length !== 1 || !isRecord(part)) throw new LvmReportError("lvm's report has not exactly one part");
  const rows = kinds.map((kind) => part[kind]).find(Array.isArray);
  if (!Array.isArray(rows)) throw new LvmReportError(`lvm's report does not list ${kinds.join(' or ')}`);
  return rows;
}

function parseReport(stdout: string): { readonly report: readonly unknown[] } {
  const document = parseJson(stdout) ?? parseJson(reportLines(stdout).join('\n'));
  if (document === null) throw new LvmReportError(`lvm's report is not JSON: ${offendingLine(stdout)}`);
  const report = isRecord(document) ? document['report'] : null;
  if (!Array.isArray(report)) throw new LvmReportError("lvm's report has no parts");
  return { ...(document as Record<string, unknown>), report };
}

/**
 * The lines of a report among others: lvm prints notes about other things to standard output too, in the middle of a
 * report, and where a wrapper or a terminal makes one of both streams, its warnings. What lvm.conf puts before every
 * line is taken off.
 */
function reportLines(stdout: string): readonly string[] {
  const lines = stdout.split('\n');
  const first = lines.findIndex((line) => line.includes(REPORT_KEY));
  if (first < 0) return [];
  const before = lines[first]?.slice(0, lines[first]?.indexOf(REPORT_KEY)) ?? '';
  const prefix = before.slice(0, before.includes('{') ? before.indexOf('{') : before.length).trimEnd();
  const bare = lines.map((line) => (line.startsWith(prefix) ? line.slice(prefix.length) : line).trim());
  const start = before.includes('{') ? first : bare.lastIndexOf('{', first);
  return start < 0 ? [] : bare.slice(start).filter(isReportLine);
}

const REPORT_KEY = '"report"';
const BRACKETS = /^[{}[\],\s]+$/;
const KEY = /^"\w+"\s*:[[{\s]*$/;
const VALUE = /^"\w+"\s*:\s*(?:"(?:[^"\\]|\\.)*"|-?[\d.]+|\[\s*\])\s*,?$/;

function isReportLine(line: string): boolean {
  if (BRACKETS.test(line) || KEY.test(line) || VALUE.test(line)) return true;
  return line.startsWith('{') && parseJson(line.endsWith(',') ? line.slice(0, -1) : line) !== null;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return null;
  }
}

/** What stands where the report was expected, or where it is cut off. */
function offendingLine(stdout: string): string {
  const lines = stdout.split('\n').filter((line) => line.trim() !== '');
  const isBegun = stdout.includes(REPORT_KEY);
  return isBegun ? `it is cut off after ${excerpt(lines.at(-1) ?? '')}` : excerpt(lines[0] ?? '');
}

function excerpt(text: string): string {
  return JSON.stringify(text.trim().slice(0, 200));
}

/** Throws LvmReportError for anything else. */
export function wholeNumber(text: string): number {
  const digits = text.trim();
  if (!/^\d{1,15}$/.test(digits)) throw new LvmReportError(`lvm reported ${excerpt(text)} where a number was expected`);
  return Number(digits);
}

function optionalNumber(row: unknown, key: string): number | null {
  const value = isRecord(row) ? row[key] : undefined;
  return typeof value === 'string' && /^\d{1,15}$/.test(value) ? Number(value) : null;
}

/** Such as `6.47`. */
function optionalPercent(row: unknown, key: string): number | null {
  const value = isRecord(row) ? row[key] : undefined;
  return typeof value === 'string' && /^\d{1,3}(?:\.\d{1,4})?$/.test(value.trim()) ? Number(value) : null;
}

/** Throws LvmReportError when the row has none. */
export function field(row: unknown, key: string): string {
  const value = isRecord(row) ? row[key] : undefined;
  if (typeof value !== 'string') throw new LvmReportError(`lvm's report has a row without ${key}`);
  return value;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
