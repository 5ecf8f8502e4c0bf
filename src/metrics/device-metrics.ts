import { DEVICE_CONDITIONS, type DeviceCondition } from '../domain/device.js';
import type { Id } from '../domain/ids.js';
import { type Exposition, labelsText, sampleLine } from './exposition.js';
import type { NodeLines } from './node-lines.js';
import { BYTES_PER_KIB, type SeenUsage } from './usage-metrics.js';

/** How devices were last seen; those of which nothing is known are missing. */
interface SeenDevices {
  thinPools(): ReadonlyMap<Id, number>;
  deviceConditions(): ReadonlyMap<Id, DeviceCondition>;
  readonly usage: Pick<SeenUsage, 'byDevice'>;
}

/** Our own metrics that have lines for each device. Devices come and go: what is not known any more is not told. */
export function addOwnDeviceMetrics(exposition: Exposition, nodes: readonly NodeLines[], seen: SeenDevices): void {
  const perDevice = <T>(
    name: string,
    help: string,
    known: ReadonlyMap<Id, T>,
    linesOf: (labels: Readonly<Record<string, string>>, value: T) => string,
  ) =>
    exposition.gauge(name, help, known.size === 0 ? [] : linesOfNodes(nodes, (n) => n.ofKnown(name, known, linesOf)));

  perDevice(
    THIN_POOL,
    'How full the fullest thin pool of a device is, of data or of metadata, as node repair last saw it',
    seen.thinPools(),
    (labels, value) => sampleLine(THIN_POOL, labelsText(labels), value),
  );
  perDevice(
    DATA,
    'Data in the thin pools of all bricks of a device, as the survey of usage last saw it; nothing where one did not tell',
    seen.usage.byDevice(),
    (labels, kib) => sampleLine(DATA, labelsText(labels), kib * BYTES_PER_KIB),
  );
  perDevice(
    CONDITION,
    'How a device was last seen by the check of devices: 1 for its condition, 0 for all others',
    seen.deviceConditions(),
    (labels, seenAs) =>
      DEVICE_CONDITIONS.map((condition) =>
        sampleLine(CONDITION, labelsText({ ...labels, condition }), condition === seenAs ? 1 : 0),
      ).join(''),
  );
}

const THIN_POOL = 'mortar_device_thin_pool_used_ratio';
const DATA = 'mortar_device_data_bytes';
const CONDITION = 'mortar_device_condition';

/** One after the other, as somebody goes through them, who may pause. */
export function linesOfNodes(nodes: readonly NodeLines[], linesOf: (node: NodeLines) => string): Iterable<string> {
  return {
    *[Symbol.iterator]() {
      for (const node of nodes) yield linesOf(node);
    },
  };
}
