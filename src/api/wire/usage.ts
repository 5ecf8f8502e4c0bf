import type { Brick } from '../../domain/brick.js';
import type { Device } from '../../domain/device.js';
import type { Id } from '../../domain/ids.js';
import { type KnownUse, useOfDevice, useOfVolume } from '../../domain/usage.js';
import type { Volume } from '../../domain/volume.js';
import type { components } from '../contract/openapi.js';

type Schemas = components['schemas'];

/** `bricks`: those of the device; `heals`: whether a volume keeps copies, by its id. */
export function deviceUsage(
  { id, name, nodeId, totalKib, usedKib }: Device,
  clusterId: Id,
  bricks: readonly Brick[],
  known: KnownUse,
  heals: (volumeId: Id) => boolean,
): Schemas['DeviceUsage'] {
  const use = useOfDevice(bricks.filter(isSettled), known, heals);
  return {
    id,
    name,
    node: nodeId,
    cluster: clusterId,
    sizeKib: totalKib,
    bookedKib: usedKib,
    usedKib: use.usedKib,
    dataPercent: use.dataPercent,
    metadataPercent: use.metadataPercent,
    healEntries: use.healEntries,
    checkedAt: timeOf(use.at),
    unknown: [...use.unknown],
  };
}

export function volumeUsage(volume: Volume, bricks: readonly Brick[], known: KnownUse): Schemas['VolumeUsage'] {
  const { space, healEntries, at, unknown } = useOfVolume(volume, bricks, known);
  return {
    id: volume.id,
    name: volume.name,
    cluster: volume.clusterId,
    sizeGib: volume.sizeGib,
    totalKib: space?.totalKib ?? null,
    usedKib: space?.usedKib ?? null,
    freeKib: space?.freeKib ?? null,
    healEntries,
    checkedAt: timeOf(at),
    unknown: [...unknown],
  };
}

export function brickUsage({ id, volumeId, deviceId, nodeId, sizeKib }: Brick, known: KnownUse): Schemas['BrickUsage'] {
  const { at, fileSystem, pool, unknown } = known.brick(id);
  return {
    id,
    volume: volumeId,
    device: deviceId,
    node: nodeId,
    sizeKib,
    totalKib: fileSystem?.totalKib ?? null,
    usedKib: fileSystem?.usedKib ?? null,
    freeKib: fileSystem?.freeKib ?? null,
    pool,
    healEntries: known.heal(volumeId)?.entries.get(id) ?? null,
    checkedAt: timeOf(at),
    unknown: [...unknown],
  };
}

/** Not being made or removed: hosts need not have it. */
function isSettled({ pendingId }: Brick): boolean {
  return pendingId === null;
}

function timeOf(at: number | null): string | null {
  return at === null ? null : new Date(at).toISOString();
}
