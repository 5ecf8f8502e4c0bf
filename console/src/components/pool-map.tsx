import type { Device, Node, Schema } from '../api/contract.js';
import { useFormats } from '../i18n/formats.js';
import { useTexts } from '../i18n/language.js';
import { hrefTo } from '../routing/route.js';
import { nodeName, type Pool } from '../state/pool.js';
import type { Tone } from './badge.js';
import { SizeBar } from './size-bar.js';
import { ConditionBadge, StateBadge } from './states.js';

/** What is drawn besides what the database has booked; all by device id. */
export interface PoolMapMarks {
  /** KiB that a plan would take. */
  readonly planned?: ReadonlyMap<string, number>;
  /** Why a plan passes a device over, in the server's words. */
  readonly refused?: ReadonlyMap<string, string>;
  /** KiB really in use; of what is missing it is not known. */
  readonly used?: ReadonlyMap<string, number>;
  readonly health?: ReadonlyMap<string, Schema<'DeviceHealth'>>;
  /** Ids of nodes that did not answer last. */
  readonly nodesDown?: ReadonlySet<string>;
}

/** Zones, the nodes in them and their devices, each as long as it is large. `clusterId`: only this one. */
export function PoolMap({
  pool,
  clusterId,
  marks = {},
}: {
  readonly pool: Pool;
  readonly clusterId: string;
  readonly marks?: PoolMapMarks;
}) {
  const { common } = useTexts();
  const nodes = [...pool.nodes.values()].filter(({ cluster }) => cluster === clusterId);
  const zones = [...new Set(nodes.map(({ zone }) => zone))].sort((a, b) => a - b);
  const largestKib = Math.max(1, ...nodes.flatMap(({ devices }) => devices.map(({ storage }) => storage.total)));
  return (
    <div class="zones">
      {zones.map((zone) => (
        <section key={zone} class="zone">
          <h3>{common.zone(zone)}</h3>
          <div class="stack">
            {nodes
              .filter((node) => node.zone === zone)
              .sort(byName)
              .map((node) => (
                <NodeBox key={node.id} node={node} largestKib={largestKib} marks={marks} />
              ))}
          </div>
        </section>
      ))}
    </div>
  );
}

function byName(a: Node, b: Node): number {
  return nodeName(a).localeCompare(nodeName(b), undefined, { numeric: true });
}

function toneOf(node: Node, { nodesDown, health }: PoolMapMarks): Tone {
  if (nodesDown?.has(node.id)) return 'bad';
  const conditions = node.devices.map(({ id }) => health?.get(id)?.condition);
  if (conditions.some((condition) => condition === 'broken' || condition === 'bricks-down')) return 'bad';
  if (node.state === 'failed') return 'neutral';
  return node.state === 'offline' || conditions.includes('doubtful') ? 'warn' : 'ok';
}

function NodeBox({
  node,
  largestKib,
  marks,
}: {
  readonly node: Node;
  readonly largestKib: number;
  readonly marks: PoolMapMarks;
}) {
  return (
    <article class="node" data-tone={toneOf(node, marks)}>
      <header>
        <a href={hrefTo(['nodes', node.id])}>{nodeName(node)}</a>
        {node.state === 'online' ? null : <StateBadge state={node.state} />}
      </header>
      {node.devices
        .toSorted((a, b) => a.name.localeCompare(b.name))
        .map((device) => (
          <DeviceBar key={device.id} device={device} largestKib={largestKib} marks={marks} />
        ))}
    </article>
  );
}

function DeviceBar({
  device,
  largestKib,
  marks,
}: {
  readonly device: Device;
  readonly largestKib: number;
  readonly marks: PoolMapMarks;
}) {
  const { common } = useTexts();
  const formats = useFormats();
  const { total, used } = device.storage;
  const condition = marks.health?.get(device.id)?.condition;
  const refusal = marks.refused?.get(device.id);
  const plannedKib = marks.planned?.get(device.id) ?? 0;
  return (
    <div class="device" data-state={device.state}>
      <div>
        <span class="row">
          <a href={hrefTo(['devices', device.id])} class="mono">
            {device.name}
          </a>
          {device.state === 'online' ? null : <StateBadge state={device.state} />}
          {condition === undefined || condition === 'ok' || condition === 'unknown' ? null : (
            <ConditionBadge condition={condition} />
          )}
        </span>
        <span class="soft number">
          {formats.sizeKib(device.storage.free)} {common.free}
        </span>
      </div>
      <div style={{ width: `${Math.max(2, (100 * total) / largestKib)}%` }}>
        <SizeBar
          totalKib={total}
          bookedKib={used}
          usedKib={marks.used === undefined ? undefined : (marks.used.get(device.id) ?? null)}
          plannedKib={plannedKib}
          label={device.name}
        />
      </div>
      {refusal === undefined ? null : <p class="small soft">{refusal}</p>}
    </div>
  );
}
