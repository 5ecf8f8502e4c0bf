import type { Brick } from '../../domain/brick.js';
import { shortestFloat32 } from '../../domain/float32.js';
import type { Id } from '../../domain/ids.js';
import { type Node, storageName } from '../../domain/node.js';
import { mountFor, type Volume } from '../../domain/volume.js';
import type { components } from '../contract/openapi.js';
import { brickInfo } from './brick.js';
import { exactly } from './integers.js';

export type VolumeInfo = components['schemas']['VolumeInfo'];

/** `nodes`: all of the volume's cluster, in id order. `blockVolumes`: the complete ones on a block hosting volume. */
export function volumeInfo(
  volume: Volume,
  bricks: readonly Brick[],
  nodes: readonly Node[],
  blockVolumes: readonly Id[],
): VolumeInfo {
  const { durability, options, blockInfo, origin } = volume;
  return {
    size: exactly(volume, 'sizeGib', volume.sizeGib),
    name: volume.name,
    durability: {
      type: durability.type,
      replicate: omitZero('replica', exactly(volume, 'replica', durability.replica)),
      disperse: {
        ...omitZero('data', exactly(volume, 'disperseData', durability.disperseData)),
        ...omitZero('redundancy', exactly(volume, 'disperseRedundancy', durability.disperseRedundancy)),
      },
    },
    ...omitZero('gid', exactly(volume, 'gid', volume.gid)),
    ...(options !== null && options.length > 0 && { glustervolumeoptions: options }),
    ...(volume.isBlockHosting && { block: true }),
    snapshot: { enable: volume.snapshotEnabled, factor: shortestFloat32(volume.snapshotFactor) },
    id: volume.id,
    cluster: volume.clusterId,
    mount: { glusterfs: mountFor(volume.name, nodes.map(storageName)) },
    blockinfo: {
      ...omitZero('freesize', exactly(volume, 'freeGib', blockInfo.freeGib)),
      ...omitZero('reservedsize', exactly(volume, 'reservedGib', blockInfo.reservedGib)),
      ...(blockVolumes.length > 0 && { blockvolume: blockVolumes }),
      ...(blockInfo.restriction !== '' && { restriction: blockInfo.restriction }),
    },
    bricks: bricks.map(brickInfo),
    ...(origin?.clientName && { client_name: origin.clientName }),
    ...(origin?.clonedFrom && { cloned_from: origin.clonedFrom }),
  };
}

function omitZero<Name extends string>(name: Name, value: number | bigint): { readonly [N in Name]?: number | bigint } {
  return value === 0 ? {} : ({ [name]: value } as { readonly [N in Name]?: number | bigint });
}
