import { child, childNumber, children, childText, type XmlElement } from './gluster-xml.js';

/** A volume as gluster shows it. Counts that do not apply to its type are 0 or 1, as gluster has them. */
export interface GlusterVolume {
  readonly name: string;
  /** gluster's own UUID, with dashes. */
  readonly id: string;
  /** 0 created, 1 started, 2 stopped. */
  readonly status: number;
  /** 0 distribute, 2 replicate, 4 disperse; 5 more for several sets. */
  readonly type: number;
  /** Null where this gluster does not tell. */
  readonly snapshotCount: number | null;
  readonly brickCount: number;
  readonly replicaCount: number;
  readonly arbiterCount: number;
  readonly disperseCount: number;
  readonly redundancyCount: number;
  readonly bricks: readonly GlusterBrick[];
  readonly options: readonly { readonly name: string; readonly value: string }[];
}

export interface GlusterBrick {
  /** `host:path`. */
  readonly name: string;
  readonly hostUuid: string;
  readonly isArbiter: boolean;
}

export interface HealingBrick {
  /** `host:path`. */
  readonly name: string;
  /** `-` while the brick is down. */
  readonly hostUuid: string;
  /** `Connected` when the brick is up. */
  readonly status: string;
  /** Files that wait to be healed; null when gluster does not know. */
  readonly entries: number | null;
}

/** A brick's process, as `volume status` shows it; bricks of nodes that are down are not listed at all. */
export interface BrickProcess {
  readonly volume: string;
  /** `host:path`. */
  readonly name: string;
  readonly isRunning: boolean;
}

export function isStarted(volume: GlusterVolume): boolean {
  return volume.status === 1;
}

export function parseVolumes(output: XmlElement): readonly GlusterVolume[] {
  return children(child(child(output, 'volInfo'), 'volumes'), 'volume').map((volume) => ({
    name: childText(volume, 'name'),
    id: childText(volume, 'id'),
    status: childNumber(volume, 'status'),
    type: childNumber(volume, 'type'),
    snapshotCount: child(volume, 'snapshotCount') === null ? null : childNumber(volume, 'snapshotCount'),
    brickCount: childNumber(volume, 'brickCount'),
    replicaCount: childNumber(volume, 'replicaCount'),
    arbiterCount: childNumber(volume, 'arbiterCount'),
    disperseCount: childNumber(volume, 'disperseCount'),
    redundancyCount: childNumber(volume, 'redundancyCount'),
    bricks: children(child(volume, 'bricks'), 'brick').map((brick) => ({
      name: childText(brick, 'name'),
      hostUuid: childText(brick, 'hostUuid'),
      isArbiter: childText(brick, 'isArbiter') === '1',
    })),
    options: children(child(volume, 'options'), 'option').map((option) => ({
      name: childText(option, 'name'),
      value: childText(option, 'value'),
    })),
  }));
}

export function parseHealInfo(output: XmlElement): readonly HealingBrick[] {
  return children(child(child(output, 'healInfo'), 'bricks'), 'brick').map((brick) => {
    const entries = childText(brick, 'numberOfEntries');
    return {
      name: childText(brick, 'name'),
      hostUuid: childText(brick, '@hostUuid'),
      status: childText(brick, 'status'),
      entries: /^\d+$/.test(entries) ? Number(entries) : null,
    };
  });
}

/** Bricks of `volume status [NAME|all] --xml`; throws when the answer is of another kind. */
export function parseBrickProcesses(output: XmlElement): readonly BrickProcess[] {
  const status = child(output, 'volStatus');
  if (status === null) throw new Error("gluster's answer has no volume status");
  return children(child(status, 'volumes'), 'volume').flatMap((volume) =>
    children(volume, 'node')
      // Self-heal and other daemons are listed like bricks, with a host in place of the path.
      .filter((node) => childText(node, 'path').startsWith('/'))
      .map((node) => ({
        volume: childText(volume, 'volName'),
        name: `${childText(node, 'hostname')}:${childText(node, 'path')}`,
        isRunning: childText(node, 'status') === '1',
      })),
  );
}
