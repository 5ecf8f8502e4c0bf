import type { Command, CommandResult } from '../../executor.js';
import { child, childNumber, children, childText, readGlusterXml, type XmlElement } from './gluster-xml.js';

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
  /** Their ids, as far as gluster lists them. */
  readonly gfids: readonly string[];
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

/** Of `volume info [NAME] --xml`. Throws CommandError where that failed, and Error where a figure is none. */
export async function readVolumes(
  host: string,
  command: Command,
  result: CommandResult,
): Promise<readonly GlusterVolume[]> {
  const volumes: GlusterVolume[] = [];
  await forEachVolume(host, command, result, (volume) => volumes.push(volumeFrom(volume)));
  return volumes;
}

/** gluster's names of the bricks of these volumes, in its order, in which those of a set follow one another. */
export async function readBrickOrders(
  host: string,
  command: Command,
  result: CommandResult,
  volumes: ReadonlySet<string>,
): Promise<ReadonlyMap<string, readonly string[]>> {
  const orders = new Map<string, readonly string[]>();
  const take = (volume: XmlElement): void => {
    const name = childText(volume, 'name');
    if (volumes.has(name))
      orders.set(
        name,
        volumeBricks(volume).map((brick) => childText(brick, 'name')),
      );
  };
  await forEachVolume(host, command, result, take, ['options']);
  return orders;
}

/** The same as `readVolumes`, one after the other: of many volumes little may be wanted. Only once it resolves is it known to be an answer. */
export async function forEachVolume(
  host: string,
  command: Command,
  result: CommandResult,
  take: (volume: XmlElement) => void,
  without: readonly string[] = [],
): Promise<void> {
  await readGlusterXml(host, command, result, { each: { path: 'cliOutput/volInfo/volumes/volume', take }, without });
}

/** Of a whole answer that was read. */
export function volumesIn(output: XmlElement): readonly GlusterVolume[] {
  return children(child(child(output, 'volInfo'), 'volumes'), 'volume').map(volumeFrom);
}

function volumeFrom(volume: XmlElement): GlusterVolume {
  return {
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
    bricks: volumeBricks(volume).map((brick) => ({
      name: childText(brick, 'name'),
      hostUuid: childText(brick, 'hostUuid'),
      isArbiter: childText(brick, 'isArbiter') === '1',
    })),
    options: children(child(volume, 'options'), 'option').map((option) => ({
      name: childText(option, 'name'),
      value: childText(option, 'value'),
    })),
  };
}

function volumeBricks(volume: XmlElement): readonly XmlElement[] {
  return children(child(volume, 'bricks'), 'brick');
}

export function parseHealInfo(output: XmlElement): readonly HealingBrick[] {
  return children(child(child(output, 'healInfo'), 'bricks'), 'brick').map((brick) => {
    const entries = childText(brick, 'numberOfEntries');
    return {
      name: childText(brick, 'name'),
      hostUuid: childText(brick, '@hostUuid'),
      status: childText(brick, 'status'),
      entries: /^\d+$/.test(entries) ? Number(entries) : null,
      gfids: children(brick, 'file').map((file) => childText(file, '@gfid')),
    };
  });
}

/** Bricks of `volume status [NAME|all] --xml`; throws when the answer is of another kind. */
export async function readBrickProcesses(
  host: string,
  command: Command,
  result: CommandResult,
): Promise<readonly BrickProcess[]> {
  const processes: BrickProcess[] = [];
  const output = await readGlusterXml(host, command, result, {
    each: {
      path: 'cliOutput/volStatus/volumes/volume',
      take: (volume) => {
        for (const process of brickProcessesOf(volume)) processes.push(process);
      },
    },
  });
  if (child(output, 'volStatus') === null) throw new Error("gluster's answer has no volume status");
  return processes;
}

function brickProcessesOf(volume: XmlElement): readonly BrickProcess[] {
  return (
    children(volume, 'node')
      // Self-heal and other daemons are listed like bricks, with a host in place of the path.
      .filter((node) => childText(node, 'path').startsWith('/'))
      .map((node) => ({
        volume: childText(volume, 'volName'),
        name: `${childText(node, 'hostname')}:${childText(node, 'path')}`,
        isRunning: childText(node, 'status') === '1',
      }))
  );
}
