import type { Brick } from '../../domain/brick.js';
import { pathOfBrick } from '../../domain/brick.js';
import { idNotFound } from '../../domain/errors.js';
import type { Id } from '../../domain/ids.js';
import { manageName, type Node, storageName } from '../../domain/node.js';
import type { ReadTx } from '../../store/store.js';
import { findBusy } from './device-books.js';
import type { DeviceBooks } from './group-verdict.js';

/** What the store knows of a host's devices. */
export interface HostBooks {
  readonly node: Node;
  readonly host: string;
  readonly devices: readonly CheckedDevice[];
}

export interface CheckedDevice extends DeviceBooks {
  /** What is being done to it: `device` to itself, such as that it is added or deleted; `bricks` to bricks of it. */
  readonly busy: 'device' | 'bricks' | null;
  readonly settledBricks: readonly NamedBrick[];
}

export interface NamedBrick extends Brick {
  /** gluster's name of it, `host:path`. */
  readonly glusterName: string;
}

export async function readHostBooks(tx: ReadTx, nodeId: Id): Promise<HostBooks> {
  const node = await tx.nodes.find(nodeId);
  if (!node) throw idNotFound();
  const devices: CheckedDevice[] = [];
  for (const device of await tx.devices.listByNode(nodeId)) {
    const bricks = await tx.bricks.listByDevice(device.id);
    const isBusy = (await findBusy(tx, device.id)) !== null;
    const isItself = isBusy && (await tx.operations.listByObject(device.id)).length > 0;
    devices.push({
      device,
      bricks,
      busy: isItself ? 'device' : isBusy ? 'bricks' : null,
      settledBricks: bricks
        .filter(({ pendingId }) => pendingId === null)
        .map((brick) => ({ ...brick, glusterName: `${storageName(node)}:${pathOfBrick(brick)}` })),
    });
  }
  return { node, host: manageName(node), devices };
}
