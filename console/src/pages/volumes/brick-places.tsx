import type { Brick, Volume } from '../../api/contract.js';
import { type Column, Table } from '../../components/table.js';
import { useFormats } from '../../i18n/formats.js';
import { useTexts } from '../../i18n/language.js';
import { findDevice, nodeName, type Pool } from '../../state/pool.js';

/** Which bricks a change is about, and where they are. */
export function BrickPlaces({
  volume,
  pool,
  label,
}: {
  readonly volume: Volume;
  readonly pool: Pool;
  readonly label: string;
}) {
  const { common, volumes: texts } = useTexts();
  const formats = useFormats();
  const columns: readonly [Column<Brick>, ...Column<Brick>[]] = [
    { title: texts.node, cell: ({ node }) => nameOf(pool, node) },
    {
      title: texts.device,
      cell: ({ device }) => <span class="mono">{findDevice(pool, device)?.device.name ?? device}</span>,
    },
    { title: common.size, cell: ({ size }) => formats.sizeKib(size), isNumber: true },
  ];
  return <Table label={label} columns={columns} rows={volume.bricks} keyOf={({ id }) => id} empty={common.none} />;
}

function nameOf(pool: Pool, nodeId: string): string {
  const node = pool.nodes.get(nodeId);
  return node ? nodeName(node) : nodeId;
}
