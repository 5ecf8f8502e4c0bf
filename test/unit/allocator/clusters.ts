import type { ClusterSnapshot, DeviceSnapshot, NodeSnapshot } from '../../../src/domain/allocator/types.js';
import { KIB_PER_GIB } from '../../../src/domain/size.js';

/** One node with a device for each free size. Ids are `<node>` and `<node>d<index>`. */
export interface NodeOutline extends Partial<Pick<NodeSnapshot, 'state' | 'isUp' | 'tags'>> {
  readonly id: string;
  readonly zone: number;
  readonly freeGib: readonly number[];
  /** Laid over each device. */
  readonly device?: Partial<DeviceSnapshot>;
}

export function clusterOf(...nodes: readonly NodeOutline[]): ClusterSnapshot {
  return {
    clusterId: 'c',
    nodes: nodes.map(({ id, zone, freeGib, device, ...overrides }) => ({
      id,
      name: `host-${id}`,
      zone,
      state: 'online',
      isUp: true,
      tags: {},
      ...overrides,
      devices: freeGib.map((gib, d) => ({
        id: `${id}d${d}`,
        name: `/dev/sd${'bcdefgh'[d]}`,
        state: 'online',
        tags: {},
        totalKib: 100 * KIB_PER_GIB,
        freeKib: gib * KIB_PER_GIB,
        hasBrokenCounters: false,
        trouble: null,
        extentKib: 4096,
        largestMetadataKib: 0,
        ...device,
      })),
    })),
  };
}
