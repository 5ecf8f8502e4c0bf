import type { Id } from '../domain/ids.js';
import type { VolumeUse } from '../domain/usage.js';
import { type Exposition, labelsText, sampleLine } from './exposition.js';

export const BYTES_PER_KIB = 1024;

/** What the survey of usage keeps; what is not known is missing. */
export interface SeenUsage {
  /** KiB of data in the thin pools of a device. */
  byDevice(): ReadonlyMap<Id, number>;
  /** The same object as long as nothing of a volume changes. */
  byVolume(): ReadonlyMap<Id, SeenVolume>;
}

interface SeenVolume {
  readonly id: Id;
  readonly name: string;
  readonly clusterId: Id;
  readonly use: VolumeUse;
}

const METRICS = [
  [
    'mortar_volume_size_bytes',
    'What df shows as the size of a volume, by what its bricks were last seen to have',
    ({ space }: VolumeUse) => space && space.totalKib * BYTES_PER_KIB,
  ],
  [
    'mortar_volume_used_bytes',
    'What df shows as used of a volume, by what its bricks were last seen to hold',
    ({ space }: VolumeUse) => space && space.usedKib * BYTES_PER_KIB,
  ],
  [
    'mortar_volume_heal_entries',
    'The most entries that wait to be healed on one brick of a volume, as gluster last told',
    ({ healEntries }: VolumeUse) => healEntries,
  ],
] as const;

/** The lines of a volume in each of the metrics, kept as long as nothing of it changes. */
const keptLines = new WeakMap<SeenVolume, readonly string[]>();

/** A gauge has no line for a volume of which nobody could tell. */
export function addVolumeUsage(exposition: Exposition, usage: Pick<SeenUsage, 'byVolume'>): void {
  const volumes = usage.byVolume();
  for (const [number, [name, help]] of METRICS.entries())
    exposition.gauge(name, help, {
      *[Symbol.iterator]() {
        for (const volume of volumes.values()) yield linesOfVolume(volume)[number] ?? '';
      },
    });
}

function linesOfVolume(volume: SeenVolume): readonly string[] {
  const known = keptLines.get(volume);
  if (known) return known;
  const labels = labelsText({ cluster: volume.clusterId, id: volume.id, volume: volume.name });
  const lines = METRICS.map(([name, , figureOf]) => {
    const value = figureOf(volume.use);
    return value === null ? '' : sampleLine(name, labels, value);
  });
  keptLines.set(volume, lines);
  return lines;
}
