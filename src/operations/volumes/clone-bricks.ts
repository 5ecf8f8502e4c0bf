import type { Brick } from '../../domain/brick.js';
import { DomainError } from '../../domain/errors.js';
import type { Cloned } from '../../executors/commands/gluster/gluster-snapshot.js';
import type { GlusterVolume } from '../../executors/commands/gluster/gluster-volume.js';
import type { HostedBrick } from './hosted-brick.js';
import { glusterName } from './volume-bricks.js';

/** Refuses a volume of which gluster has other bricks than the store: what is made of it could not be told apart. */
export function refuseOtherBricks(volume: GlusterVolume, bricks: readonly HostedBrick[]): void {
  const known = new Set(bricks.map(glusterName));
  const there = new Set(volume.bricks.map(({ name }) => name));
  const unknown = [...there].filter((name) => !known.has(name));
  const missing = [...known].filter((name) => !there.has(name));
  if (unknown.length === 0 && missing.length === 0) return;
  const texts = [
    ...(missing.length > 0 ? [`gluster does not have ${missing.join(', ')}`] : []),
    ...(unknown.length > 0 ? [`this server does not know ${unknown.join(', ')}`] : []),
  ];
  throw new DomainError(
    'failed',
    `the bricks of gluster's volume ${volume.name} are not those that this server knows: ${texts.join('; ')}. "heketi-cli server state examine differences" says what can be done`,
  );
}

/** The clone's bricks, for each of `sources` in turn, with the paths and LV names that gluster gave them. */
export function clonedBricks(
  bricks: readonly Brick[],
  sources: readonly HostedBrick[],
  { source, clone }: Cloned,
): readonly Brick[] {
  refuseOtherBricks(source, sources);
  return bricks.map((brick, i) => {
    const from = sources[i];
    const position = from ? source.bricks.findIndex(({ name }) => name === glusterName(from)) : -1;
    const served = clone.bricks[position];
    if (!served || hostOf(served.name) !== from?.storageName)
      throw new DomainError('failed', `gluster's clone ${clone.name} has no brick for ${from && glusterName(from)}`);
    const path = served.name.slice(served.name.indexOf(':') + 1);
    if (!isSnapshotPath(path)) {
      throw new DomainError(
        'failed',
        `gluster's clone ${clone.name} has brick ${served.name}, which no snapshot made: somebody replaced it by hand`,
      );
    }
    return { ...brick, path, lv: `${clone.id.replaceAll('-', '')}_${countEarlierOnHost(clone, position)}` };
  });
}

/** Copies whose own paths and LVs are recorded, since gluster was seen to have them; until then they name the source's. */
export function copiesSeen(bricks: readonly HostedBrick[], sources: readonly HostedBrick[]): readonly HostedBrick[] {
  return bricks.filter(({ brick }, i) => brick.lv !== '' && brick.path !== sources[i]?.brick.path);
}

/** gluster mounts the bricks of clones below its directory of snapshots. */
export function isSnapshotPath(path: string): boolean {
  return /^\/(?:var\/)?run\/gluster\/snaps\//.test(path);
}

/** gluster numbers a clone's LVs per host, in the order of the bricks. */
function countEarlierOnHost(clone: GlusterVolume, position: number): number {
  const host = hostOf(clone.bricks[position]?.name ?? '');
  return clone.bricks.slice(0, position).filter(({ name }) => hostOf(name) === host).length;
}

function hostOf(brickName: string): string {
  return brickName.slice(0, brickName.indexOf(':'));
}
