import { bricksPerSet } from '../../domain/durability.js';
import { DomainError } from '../../domain/errors.js';
import type { Id } from '../../domain/ids.js';
import type { Volume } from '../../domain/volume.js';
import { isStarted } from '../../executors/commands/gluster/gluster-volume.js';
import type { OperationContext } from '../engine/operation.js';
import { type FoundVolume, findVolume } from './find-volume.js';
import type { HostedBrick } from './hosted-brick.js';
import { setSizeOf } from './unfilled.js';
import { glusterName, soughtVolume } from './volume-bricks.js';

/** A brick's set, as gluster has it. Bricks are named as gluster names them. */
export interface BrickSet {
  readonly volume: FoundVolume;
  /** Its place among the volume's sets. */
  readonly index: number;
  /** Of the brick, in the database and in gluster. */
  readonly id: Id;
  readonly name: string;
  /** The other bricks of the set. */
  readonly others: readonly string[];
  /** Those of the others that hold data: arbiters hold names only. */
  readonly sources: readonly string[];
  readonly isArbiter: boolean;
}

/** Refuses a brick that gluster can't replace: it is in no set, or its volume is not there, stopped, or another one. */
export async function findBrickSet(volume: Volume, hosted: HostedBrick, context: OperationContext): Promise<BrickSet> {
  const name = glusterName(hosted);
  const has = (seen: FoundVolume | { readonly bricks: FoundVolume['bricks'] }) =>
    seen.bricks.some((brick) => brick.name === name);
  const found = await findVolume(soughtVolume(volume, [hosted]), context, has);
  if (!found || !has(found))
    throw cannotReplace(name, `gluster's volume ${volume.name} ${found ? 'does not have it' : 'does not exist'}`);
  const size = bricksPerSet(volume.durability);
  if (size < 2)
    throw cannotReplace(name, `volume ${volume.name} keeps no copies, so that nothing could fill the new brick`);
  if (setSizeOf(found) !== size)
    throw cannotReplace(name, `gluster's sets have ${setSizeOf(found)} bricks, and the database's ${size}`);
  if (found.bricks.length % size !== 0)
    throw cannotReplace(name, `gluster's volume has ${found.bricks.length} bricks, which are no sets of ${size}`);
  if (!isStarted(found)) throw cannotReplace(name, `volume ${volume.name} is stopped; start it first`);
  const position = found.bricks.findIndex((brick) => brick.name === name);
  const first = position - (position % size);
  const others = found.bricks.slice(first, first + size).filter((brick) => brick.name !== name);
  return {
    volume: found,
    index: first / size,
    id: hosted.brick.id,
    name,
    others: others.map((brick) => brick.name),
    sources: others.filter((brick) => !brick.isArbiter).map((brick) => brick.name),
    isArbiter: found.bricks[position]?.isArbiter ?? false,
  };
}

/** What a client is told in the original's words. */
export function cannotReplace(name: string, reason: string, link: 'as' | ':' = ':'): DomainError {
  return new DomainError('failed', `Cannot replace brick ${name}${link === 'as' ? ' as' : ':'} ${reason}`);
}
