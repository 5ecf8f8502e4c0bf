/**
 * Places replica-3 volumes until 20,000 bricks lie on clusters of 10, 100 and 1,000 nodes x 12 devices in 4 zones.
 * Prints the time of one placement, how it grows with the devices, and how evenly the devices fill.
 *
 *   npx tsx bench/placement.ts
 */
import { withBrick } from '../src/domain/allocator/changed-snapshot.js';
import { placeVolume } from '../src/domain/allocator/place-volume.js';
import type { DeviceSnapshot, NodeSnapshot, PlacementRequest } from '../src/domain/allocator/types.js';
import { newId } from '../src/domain/ids.js';
import { KIB_PER_GIB } from '../src/domain/size.js';

const BRICKS = 20_000;
const DEVICES_PER_NODE = 12;
const ZONES = 4;
const SIZES_GIB = [1, 5, 10, 20, 50];

function run(nodeCount: number): number {
  const totalKib = Math.ceil((BRICKS * 20) / (nodeCount * DEVICES_PER_NODE)) * 2 * KIB_PER_GIB;
  let nodes: readonly NodeSnapshot[] = Array.from({ length: nodeCount }, (_, n) => {
    const ofNode = Array.from({ length: DEVICES_PER_NODE }, (): DeviceSnapshot => {
      const id = newId();
      return {
        id,
        name: id,
        state: 'online',
        tags: {},
        totalKib,
        freeKib: totalKib,
        extentKib: 4096,
        hasBrokenCounters: false,
        trouble: null,
        largestMetadataKib: 0,
      };
    });
    return { id: `n${n}`, name: `n${n}`, zone: n % ZONES, state: 'online', isUp: true, tags: {}, devices: ofNode };
  });
  const times: number[] = [];
  let bricks = 0;
  for (let i = 0; bricks < BRICKS; i++) {
    const request: PlacementRequest = {
      sizeKib: (SIZES_GIB[i % SIZES_GIB.length] ?? 1) * KIB_PER_GIB,
      durability: { type: 'replicate', replica: 3, disperseData: 0, disperseRedundancy: 0 },
      snapshotFactor: 1,
      zoneChecking: 'none',
      tagMatch: null,
      arbiter: null,
      limits: { minBrickKib: KIB_PER_GIB, maxBrickKib: 4096 * KIB_PER_GIB, maxBricksPerVolume: 32 },
      existingBricks: 0,
      reserveSpareMetadata: true,
    };
    const at = performance.now();
    const placed = placeVolume({ clusterId: 'c', nodes }, request, newId);
    times.push(performance.now() - at);
    if (placed.kind === 'refused') throw new Error(placed.explanation);
    for (const brick of placed.sets.flat()) {
      ({ nodes } = withBrick({ clusterId: 'c', nodes }, brick));
      bricks++;
    }
  }
  const percent = (share: number) => `${(share * 100).toFixed(2)} %`;
  times.sort((a, b) => a - b);
  const fills = nodes.flatMap((node) => node.devices).map((device) => 1 - device.freeKib / device.totalKib);
  const at = (share: number) => times[Math.floor(times.length * share)] ?? 0;
  console.log(
    `${String(nodeCount).padStart(5)} nodes, ${nodeCount * DEVICES_PER_NODE} devices: median ${at(0.5).toFixed(3)} ms, p99 ${at(0.99).toFixed(3)} ms, ` +
      `fill ${percent(Math.min(...fills))} to ${percent(Math.max(...fills))}, spread ${percent(Math.max(...fills) - Math.min(...fills))}`,
  );
  return at(0.5);
}

const medians = [10, 100, 1000].map(run);
console.log(`median of 1,000 nodes is to be under 10 ms: ${(medians[2] ?? 0).toFixed(3)} ms`);
console.log(
  `growth per tenfold of devices: ${medians
    .slice(1)
    .map((m, i) => (m / (medians[i] ?? 1)).toFixed(1))
    .join(', ')}`,
);
