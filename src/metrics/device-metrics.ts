import { DEVICE_CONDITIONS, type DeviceCondition } from '../domain/device.js';
import type { Id } from '../domain/ids.js';
import { manageName } from '../domain/node.js';
import { gaugeText, labelsText, type Sample } from './exposition.js';
import type { PoolSnapshot } from './heketi-metrics.js';

/** How devices were last seen; those of which nothing is known are missing. */
interface SeenDevices {
  thinPools(): ReadonlyMap<Id, number>;
  deviceConditions(): ReadonlyMap<Id, DeviceCondition>;
}

type Labels = Readonly<Record<string, string>>;

/** Our own metrics that have lines for each device. Devices come and go: what is not known any more is not told. */
export async function renderDeviceMetrics(pool: PoolSnapshot | null, seen: SeenDevices): Promise<string> {
  const thinPools = await gaugeText(
    'mortar_device_thin_pool_used_ratio',
    'How full the fullest thin pool of a device is, of data or of metadata, as node repair last saw it',
    thinPoolSamples(pool, seen.thinPools()),
  );
  const conditions = await gaugeText(
    'mortar_device_condition',
    'How a device was last seen by the check of devices: 1 for its condition, 0 for all others',
    conditionSamples(pool, seen.deviceConditions()),
  );
  return `${thinPools}\n\n${conditions}\n`;
}

function* thinPoolSamples(pool: PoolSnapshot | null, known: ReadonlyMap<Id, number>): Iterable<Sample> {
  for (const [labels, value] of ofDevices(pool, known)) yield { labels: labelsText(labels), value };
}

function* conditionSamples(pool: PoolSnapshot | null, known: ReadonlyMap<Id, DeviceCondition>): Iterable<Sample> {
  for (const [labels, value] of ofDevices(pool, known))
    for (const condition of DEVICE_CONDITIONS)
      yield { labels: labelsText({ ...labels, condition }), value: condition === value ? 1 : 0 };
}

/** Of devices that there still are. */
function* ofDevices<T>(pool: PoolSnapshot | null, known: ReadonlyMap<Id, T>): Iterable<readonly [Labels, T]> {
  if (!pool || known.size === 0) return;
  const hostnames = new Map(pool.nodes.map((node) => [node.id, manageName(node)]));
  for (const { id, name, nodeId } of pool.devices) {
    const value = known.get(id);
    if (value !== undefined) yield [{ hostname: hostnames.get(nodeId) ?? '', id, device: name }, value];
  }
}
