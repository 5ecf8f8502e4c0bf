import type { Brick } from '../../domain/brick.js';
import { volumeGroupName } from '../../domain/device.js';
import { DomainError } from '../../domain/errors.js';
import { type Id, newId } from '../../domain/ids.js';
import { manageName, type Node, storageName } from '../../domain/node.js';
import type { Volume } from '../../domain/volume.js';
import { devicePath, mountPointOf } from '../../executors/commands/brick/brick.js';
import { listMounts, listThinVolumes } from '../../executors/commands/brick/mounted-brick.js';
import type { GlusterVolume } from '../../executors/commands/gluster/gluster-volume.js';
import type { MountLine } from '../../executors/commands/host/block-devices.js';
import type { OperationContext } from '../engine/operation.js';
import { findVolume } from './find-volume.js';
import type { HostedBrick } from './hosted-brick.js';
import { findUnhealed } from './unhealed.js';
import { countServed, glusterName, soughtVolume } from './volume-bricks.js';

/** A volume as the store knows it. */
export interface VolumeInBooks {
  readonly volume: Volume;
  readonly bricks: readonly HostedBrick[];
  /** Of its cluster. */
  readonly nodes: readonly Node[];
}

/** Bricks that gluster's volume has no longer, and those that took their places, as their hosts show them. */
export interface MovedBricks {
  readonly left: ReadonlySet<Id>;
  readonly came: readonly Brick[];
}

export function notTakenOver({ id, name }: Volume, reason: string): DomainError {
  return new DomainError('conflict', `bricks of volume ${name} (${id}) are not taken over: ${reason}`);
}

/** Only reads hosts, and refuses whatever this server could not have made and could not remove. */
export async function findMovedBricks(books: VolumeInBooks, context: OperationContext): Promise<MovedBricks> {
  const { volume, bricks } = books;
  const found = await findVolume(soughtVolume(volume, bricks), context, (seen) => isThisVolume(seen, books));
  if (!found) throw notTakenOver(volume, `gluster has no volume ${volume.name}`);
  if (!isThisVolume(found, books))
    throw notTakenOver(volume, `gluster's volume ${volume.name} has none of its bricks, and may be another one`);
  if (found.bricks.length !== bricks.length) {
    throw notTakenOver(
      volume,
      `gluster's volume has ${found.bricks.length} bricks, and this server knows ${bricks.length}; only bricks that took another's place can be taken over`,
    );
  }
  const served = new Set(found.bricks.map(({ name }) => name));
  const known = new Set(bricks.map(glusterName));
  const unknown = found.bricks.filter(({ name }) => !known.has(name));
  if (unknown.length === 0) throw notTakenOver(volume, 'gluster has the very bricks that this server knows');
  const unhealed = await findUnhealed(volume, found, context);
  if (unhealed !== null) throw notTakenOver(volume, unhealed.reason);
  const came: Brick[] = [];
  for (const { name, isArbiter } of unknown)
    came.push({ ...(await readBrick(name, books, context)), subType: isArbiter ? 'arbiter' : 'normal' });
  const left = bricks.filter((hosted) => !served.has(glusterName(hosted)));
  return { left: new Set(left.map(({ brick }) => brick.id)), came };
}

/** Not one that somebody made anew under the same name. */
function isThisVolume(found: GlusterVolume, { volume, bricks }: VolumeInBooks): boolean {
  if (countServed(found, bricks) > 0) return true;
  return found.options.some(({ name, value }) => name === 'user.heketi.id' && value === volume.id);
}

async function readBrick(name: string, { volume, nodes }: VolumeInBooks, context: OperationContext) {
  const refused = (reason: string) => notTakenOver(volume, `brick ${name}: ${reason}`);
  const { node, path } = placeOf(name, nodes, refused);
  const host = manageName(node);
  const mounts = await listMounts(context.hosts, host);
  const source = sourceOf(path, mounts, refused);
  const devices = await context.store.read((tx) => tx.devices.listByNode(node.id));
  const device = devices.find(({ id }) => source.startsWith(devicePath(volumeGroupName(id), '')));
  if (!device) throw refused(`${source} is not in the volume group of a known device of node ${host}`);
  const vg = volumeGroupName(device.id);
  const lv = (await listThinVolumes(context.hosts, host, vg)).find(({ lvName }) => devicePath(vg, lvName) === source);
  if (!lv) throw refused(`${source} is not a thin volume, and this server has no other bricks`);
  return {
    id: newId(),
    volumeId: volume.id,
    deviceId: device.id,
    nodeId: node.id,
    path,
    sizeKib: lv.sizeKib,
    thinPoolKib: lv.poolKib,
    poolMetadataKib: lv.poolMetadataKib,
    thinPool: lv.poolName,
    lv: lv.lvName,
    pendingId: null,
  };
}

type Refused = (reason: string) => DomainError;

function placeOf(
  name: string,
  nodes: readonly Node[],
  refused: Refused,
): { readonly node: Node; readonly path: string } {
  const colon = name.indexOf(':/');
  const [host, path] = [name.slice(0, colon), name.slice(colon + 1)];
  const node = nodes.find(({ storageNames }) => storageNames.includes(host));
  if (!node) throw refused(`${host} is the storage name of no node of the volume's cluster`);
  // All else that is done with bricks names them so.
  if (storageName(node) !== host)
    throw refused(`gluster has it under another name of its node than ${storageName(node)}, which this server uses`);
  return { node, path };
}

/** What is mounted where the path lies. Where that is, must be told by the path, for whoever removes the brick. */
function sourceOf(path: string, mounts: readonly MountLine[], refused: Refused): string {
  const real = path.replace(/^\/var\/run\//, '/run/');
  const around = mounts.filter(({ target }) => `${real}/`.startsWith(target === '/' ? '/' : `${target}/`));
  const depth = Math.max(...around.map(({ target }) => target.length));
  const seen = around.findLast(({ target }) => target.length === depth);
  if (!seen) throw refused('its host does not tell on which file system it lies');
  if (seen.target !== mountPointOf(real)) {
    throw refused(
      `its file system is mounted at ${seen.target}; it must be a mount point itself, or the directory "brick" right in one`,
    );
  }
  const places = mounts.filter(({ source }) => source === seen.source).map(({ target }) => target);
  if (places.length > 1) throw refused(`${seen.source} is mounted more than once, at ${places.join(' and ')}`);
  return seen.source;
}
