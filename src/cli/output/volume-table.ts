import type { VolumeInfo } from '../../client/wire.js';
import { lines, pad } from './text.js';

type Column = readonly [title: string, cell: (volume: VolumeInfo) => string];

const COLUMNS: readonly Column[] = [
  ['NAME', (volume) => volume.name],
  ['ID', (volume) => volume.id],
  ['SIZE', (volume) => `${volume.sizeGib} GiB`],
  ['DURABILITY', durability],
  ['BRICKS', (volume) => String(volume.bricks.length)],
];

const WIDE_COLUMNS: readonly Column[] = [
  ...COLUMNS,
  ['BLOCK', (volume) => (volume.block ? `${volume.freeSizeGib} GiB free` : '-')],
  ['SNAPSHOT', (volume) => (volume.snapshot ? volume.snapshotFactor.toFixed(2) : '-')],
  ['MOUNT', (volume) => volume.mountDevice],
  ['CLUSTER', (volume) => volume.cluster],
];

function durability(volume: VolumeInfo): string {
  if (volume.durability === 'replicate') return `replicate ${volume.replica}`;
  if (volume.durability === 'disperse') return `disperse ${volume.disperseData}+${volume.redundancy}`;
  return volume.durability;
}

/** Volumes as an aligned table with a heading, sorted by name. */
export function formatVolumeTable(volumes: readonly VolumeInfo[], options: { isWide: boolean }): string {
  const columns = options.isWide ? WIDE_COLUMNS : COLUMNS;
  const sorted = [...volumes].sort((a, b) => (a.name < b.name ? -1 : 1));
  return formatTable([
    columns.map(([title]) => title),
    ...sorted.map((volume) => columns.map(([, cell]) => cell(volume))),
  ]);
}

/** Rows of cells, each column as wide as its widest cell. */
export function formatTable(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, i) => Math.max(...rows.map((row) => [...(row[i] ?? '')].length)));
  return lines(
    ...rows.map((row) =>
      row
        .map((cell, i) => pad(cell, widths[i] ?? 0))
        .join('  ')
        .trimEnd(),
    ),
  );
}
