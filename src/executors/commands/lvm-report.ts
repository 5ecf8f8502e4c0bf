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

/** Rows of `pvs` or `vgs -o pv_name,pv_uuid,vg_name --reportformat=json`. */
export function parsePhysicalVolumes(stdout: string): readonly PhysicalVolumeRow[] {
  let report: unknown;
  try {
    report = JSON.parse(stdout);
  } catch {
    throw new LvmReportError(`lvm's report is not JSON: ${stdout.slice(0, 200)}`);
  }
  const parts = isRecord(report) ? report['report'] : null;
  const [part] = Array.isArray(parts) ? parts : [];
  if (!Array.isArray(parts) || parts.length !== 1 || !isRecord(part))
    throw new LvmReportError("lvm's report has not exactly one part");
  const rows = part['pv'] ?? part['vg'];
  if (!Array.isArray(rows)) throw new LvmReportError("lvm's report lists neither physical volumes nor volume groups");
  return rows.map((row: unknown) => ({
    pvName: field(row, 'pv_name'),
    pvUuid: field(row, 'pv_uuid'),
    vgName: field(row, 'vg_name'),
  }));
}

/** Sizes in KiB; total = free + used. */
export interface VolumeGroupSizes {
  readonly totalKib: number;
  readonly freeKib: number;
  readonly usedKib: number;
  readonly extentKib: number;
}

/** The line of `vgdisplay -c`. */
export function parseVolumeGroupSizes(stdout: string): VolumeGroupSizes {
  const fields = stdout.trim().split(':');
  if (fields.length < 17) throw new LvmReportError(`vgdisplay returned an invalid string: ${stdout.slice(0, 200)}`);
  const [extentKib, total, allocated, free] = fields.slice(12, 16).map(wholeNumber) as [number, number, number, number];
  return { totalKib: total * extentKib, usedKib: allocated * extentKib, freeKib: free * extentKib, extentKib };
}

/** `lvs --options=thin_count` of a pool: volumes in it, snapshots included. */
export function parseThinCount(stdout: string): number {
  return wholeNumber(stdout);
}

function wholeNumber(text: string): number {
  const digits = text.trim();
  if (!/^\d+$/.test(digits))
    throw new LvmReportError(`lvm reported ${JSON.stringify(text)} where a number was expected`);
  return Number(digits);
}

function field(row: unknown, key: string): string {
  const value = isRecord(row) ? row[key] : undefined;
  if (typeof value !== 'string') throw new LvmReportError(`lvm's report has a row without ${key}`);
  return value;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
