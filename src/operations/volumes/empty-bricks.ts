import type { Brick } from '../../domain/brick.js';
import type { Id } from '../../domain/ids.js';
import { manageName } from '../../domain/node.js';
import {
  type BrickDirectory,
  type BrickLook,
  isOwnFile,
  lookAtBricks,
  removeEmptyDirectory,
} from '../../executors/commands/brick/brick-contents.js';
import { type BrickMount, brickMount } from '../../executors/commands/brick/brick-mount.js';
import type { OperationContext } from '../engine/operation.js';

/** A brick of a volume, as its node should have it. */
export interface ExpectedBrick extends BrickMount {
  readonly id: Id;
  readonly nodeId: Id;
  /** gluster's name of it, `host:path`. */
  readonly glusterName: string;
}

/** `storage`: by which gluster knows its node. */
export function expectedBrick(brick: Brick, storage: string): ExpectedBrick {
  return { id: brick.id, nodeId: brick.nodeId, glusterName: `${storage}:${brick.path}`, ...brickMount(brick) };
}

/** What a start of a volume's bricks must not touch. */
export interface StartLook {
  /** Bricks that hold nothing, not even what gluster puts into each: what to do about them, by id. */
  readonly empty: ReadonlyMap<Id, string>;
  /** Why no brick may be started, or null. */
  readonly doubt: string | null;
}

/**
 * `volume start force` marks every brick directory that it finds, on all nodes, and serves it, also one that was made anew
 * and not given back to its volume yet. Clients would read that it is empty, and nobody would know that it has to be filled.
 * Takes such directories out of its way: they are made again when the brick is given back. `bricks`: those that gluster
 * would start. TransportError: a host can't be asked.
 */
export async function putEmptyAside(bricks: readonly ExpectedBrick[], context: OperationContext): Promise<StartLook> {
  const empty = new Map<Id, string>();
  for (const nodeId of new Set(bricks.map((brick) => brick.nodeId))) {
    const node = await context.store.read((tx) => tx.nodes.find(nodeId));
    if (!node) return { empty, doubt: `node ${nodeId} is not known any more` };
    const host = manageName(node);
    const there = bricks.filter((brick) => brick.nodeId === nodeId);
    const looks = await lookAtBricks(context.hosts, host, there.map(directoryOf));
    for (const [i, brick] of there.entries()) {
      const { isMounted, names } = looks[i] as BrickLook;
      const doubt = names && doubtAbout(brick, host, isMounted, names);
      if (doubt) return { empty, doubt };
      if (names && names.length > 0) continue;
      if (names) await removeEmptyDirectory(context.hosts, host, directoryOf(brick));
      empty.set(brick.id, whatToDo(brick, host));
    }
  }
  return { empty, doubt: null };
}

function doubtAbout(brick: ExpectedBrick, host: string, isMounted: boolean, names: readonly string[]): string | null {
  if (!isMounted) return `brick ${brick.id} on ${host} is not mounted`;
  if (names.length === 0 || names.some(isOwnFile)) return null;
  return `brick ${brick.id} on ${host} holds something, and nothing of gluster's (see: ls -A ${directoryOf(brick).path})`;
}

function whatToDo({ id, nodeId }: ExpectedBrick, host: string): string {
  return `brick ${id} on ${host} is empty, as one that was made anew and not given back to its volume yet: it is not started, since gluster would serve it as it is; give it back: heketi-cli node reinstate ${nodeId}`;
}

function directoryOf(brick: ExpectedBrick): BrickDirectory {
  return { path: brick.glusterName.slice(brick.glusterName.indexOf(':/') + 1), mount: brick };
}
