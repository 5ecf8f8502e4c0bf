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
}

/** A whole report with its rows of one kind (`pv`, `vg`, `lv`); fields of the rows that are no text are left out. */
export function parseReportRows(
  stdout: string,
  kind: string,
): { readonly document: unknown; readonly rows: readonly Readonly<Record<string, string>>[] } {
  // Warnings may precede the report on hosts that mix them into standard output.
  const start = stdout.indexOf('{');
  let document: unknown;
  try {
    document = JSON.parse(stdout.slice(Math.max(0, start)));
  } catch {
    throw new LvmReportError(`lvm's report is not JSON: ${stdout.slice(0, 200)}`);
  }
  const parts = isRecord(document) ? document['report'] : null;
  if (!Array.isArray(parts)) throw new LvmReportError("lvm's report has no parts");
  const rows = parts.flatMap((part: unknown) => {
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

/** Rows of `pvs` or `vgs -o pv_name,pv_uuid,vg_name --reportformat=json`. */
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

/** Rows of `lvs -o vg_name,lv_name,lv_attr --reportformat=json`. */
export function parseLogicalVolumes(stdout: string): readonly LogicalVolumeRow[] {
  return rowsOf(stdout, ['lv']).map((row) => ({
    vgName: field(row, 'vg_name'),
    // lvm puts hidden ones in brackets.
    lvName: field(row, 'lv_name').replace(/^\[(.*)\]$/, '$1'),
    isActive: field(row, 'lv_attr')[4] === 'a',
  }));
}

/** Sizes in KiB; total = free + used. */
export interface VolumeGroupSizes {
  readonly totalKib: number;
  readonly freeKib: number;
  readonly usedKib: number;
  readonly extentKib: number;
}

/** The line of `vgdisplay -c`; some lvm set-ups print warnings to stdout as well. */
export function parseVolumeGroupSizes(stdout: string): VolumeGroupSizes {
  const line = withoutWarnings(stdout).trim();
  const fields = line.split(':');
  if (fields.length < 17) throw new LvmReportError(`vgdisplay returned an invalid string: ${stdout.slice(0, 200)}`);
  const [extentKib, total, allocated, free] = fields.slice(12, 16).map(wholeNumber) as [number, number, number, number];
  return { totalKib: total * extentKib, usedKib: allocated * extentKib, freeKib: free * extentKib, extentKib };
}

/**
 * `lvs --options=thin_count` of a pool: volumes in it, snapshots included. Blank for a plain volume, which a pool is
 * until lvcreate has cleared its metadata: one that was cut off then leaves it so, with nothing in it.
 */
export function parseThinCount(stdout: string): number {
  const text = withoutWarnings(stdout);
  return /^\s*\n\s*$/.test(text) ? 0 : wholeNumber(text);
}

function physicalVolume(row: unknown): PhysicalVolumeRow {
  return { pvName: field(row, 'pv_name'), pvUuid: field(row, 'pv_uuid'), vgName: field(row, 'vg_name') };
}

function rowsOf(stdout: string, kinds: readonly string[]): readonly unknown[] {
  const report = parseReport(stdout);
  const parts = isRecord(report) ? report['report'] : null;
  const [part] = Array.isArray(parts) ? parts : [];
  if (!Array.isArray(parts) || parts.length !== 1 || !isRecord(part))
    throw new LvmReportError("lvm's report has not exactly one part");
  const rows = kinds.map((kind) => part[kind]).find(Array.isArray);
  if (!Array.isArray(rows)) throw new LvmReportError(`lvm's report does not list ${kinds.join(' or ')}`);
  return rows;
}

function parseReport(stdout: string): unknown {
  for (const text of [stdout, withoutWarnings(stdout)]) {
    try {
      return JSON.parse(text) as unknown;
    } catch {
      // The next reading, or the refusal below.
    }
  }
  throw new LvmReportError(`lvm's report is not JSON: ${stdout.slice(0, 200)}`);
}

/** Lines that lvm adds to a report where stderr and stdout are one (exec wrappers, pods with a terminal). */
const MESSAGE = /^\s*(?:WARNING: |File descriptor \d+ |Failed to |Couldn't find |Device .* not found|\/\S+: )/;

function withoutWarnings(stdout: string): string {
  return stdout
    .split('\n')
    .filter((line) => !MESSAGE.test(line))
    .join('\n');
}

function wholeNumber(text: string): number {
  const digits = text.trim();
  if (!/^\d+$/.test(digits))
    throw new LvmReportError(`lvm reported ${JSON.stringify(text)} where a number was expected`);
  return Number(digits);
}

function optionalNumber(row: unknown, key: string): number | null {
  const value = isRecord(row) ? row[key] : undefined;
  return typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : null;
}

function field(row: unknown, key: string): string {
  const value = isRecord(row) ? row[key] : undefined;
  if (typeof value !== 'string') throw new LvmReportError(`lvm's report has a row without ${key}`);
  return value;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
