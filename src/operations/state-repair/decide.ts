import { counted } from '../../domain/counted.js';
import type { Id } from '../../domain/ids.js';
import { brickMount } from '../../executors/commands/brick/brick-mount.js';
import type { AdoptedVolume } from '../adoption/adopt-volume.js';
import { logicalVolumeOf, thinPoolOf } from '../examination/brick-places.js';
import type { Difference, DifferenceKind } from '../examination/difference.js';
import type { StateRepairWish } from '../ports/repairs.js';
import type { Adoptable } from './adoptable.js';
import type { Decision, RepairChange, RepairStep } from './repair-step.js';
import type { Restorable } from './restorable.js';
import { logicalVolumeIn, mountPointOfBrickOn } from './unclaimed-name.js';
import type { KeepReasons } from './unclaimed-proof.js';

/** All that decisions are made from; nothing is asked any more. */
export interface Sight {
  readonly request: StateRepairWish;
  readonly differences: readonly Difference[];
  /** Of the names of volumes to start, those that volumes of several clusters have. */
  readonly ambiguous: ReadonlySet<string>;
  /** By cluster: volumes of gluster's that nobody knows. Here and below a text is why hosts could not be asked. */
  readonly adoptable: ReadonlyMap<Id, Adoptable | string>;
  /** By node, of those whose bricks lack something. */
  readonly restorable: ReadonlyMap<Id, Restorable | string>;
  /** Of logical volumes that are asked for. */
  readonly kept: KeepReasons;
  /** By node, the same by mount point. */
  readonly lines: ReadonlyMap<Id, ReadonlyMap<string, string | null> | string>;
}

type Decide = (difference: Difference, sight: Sight) => Decision;

const left =
  (obstacle: string): Decide =>
  () => ({ obstacle });

const BY_HAND = 'only a person knows what was meant';
const MOVED = 'bricks that were moved are taken over one volume at a time, by a command of its own';

/** What is repaired by itself, what when it is asked for, and what is left. */
export const DECISIONS: Readonly<Record<DifferenceKind, Decide>> = {
  'missing-peer': left('who belongs to the pool is not decided here'),
  'superfluous-peer': left('who belongs to the pool is not decided here'),
  'disconnected-peer': left('its host or the network has to be looked at'),
  'missing-volume-group': left('a disk that is away can not be brought back from here'),
  'superfluous-volume-group': left(`nothing is removed that is on no device of the database: ${BY_HAND}`),
  'missing-logical-volume': left('what was on it is gone from this host'),
  'superfluous-logical-volume': removeUnclaimed,
  'missing-mount': restore,
  'superfluous-mount': left('nothing is unmounted that may be in use'),
  'missing-fstab-line': restore,
  'superfluous-fstab-line': deleteLine,
  'missing-volume': left(BY_HAND),
  'superfluous-volume': adopt,
  'stopped-volume': start,
  'unclaimed-volume': left('whether somebody uses it is not known'),
  'restored-operation': left('it is led out by its id only'),
  'missing-brick': left(MOVED),
  'superfluous-brick': left(MOVED),
  'missing-block-volume': left(BY_HAND),
  'superfluous-block-volume': left(BY_HAND),
};

/** What becomes of places that belong to bricks of volumes that are taken in: they belong to nobody until then. */
export function adoptedPlaces({ adoptable }: Pick<Sight, 'adoptable'>): ReadonlyMap<string, RepairStep> {
  const steps = new Map<string, RepairStep>();
  for (const [clusterId, volumes] of adoptable)
    for (const one of typeof volumes === 'string' ? [] : volumes.values()) {
      if (typeof one === 'string') continue;
      const step = adoptStep(one, clusterId);
      for (const brick of one.bricks)
        for (const place of [logicalVolumeOf(brick), thinPoolOf(brick), brickMount(brick).mountPoint])
          steps.set(place, step);
    }
  return steps;
}

/** Kinds whose subjects are places of bricks. */
export const OF_BRICKS: ReadonlySet<DifferenceKind> = new Set([
  'superfluous-logical-volume',
  'superfluous-mount',
  'superfluous-fstab-line',
]);

function adopt({ clusterId, subject }: Difference, { adoptable }: Sight): Decision {
  const volumes = adoptable.get(clusterId) ?? 'its cluster was not asked';
  const found = typeof volumes === 'string' ? volumes : (volumes.get(subject) ?? 'gluster has it no more');
  return typeof found === 'string' ? { obstacle: found } : { step: adoptStep(found, clusterId) };
}

function adoptStep({ volume, bricks, blockVolumes, remarks }: AdoptedVolume, clusterId: Id): RepairStep {
  const { name, sizeGib } = volume;
  const hosted = blockVolumes.length > 0 ? ` and ${counted(blockVolumes.length, 'block volume')}` : '';
  const doubts = remarks.length > 0 ? ` (${remarks.join('; ')})` : '';
  const text = `takes volume ${name} of ${sizeGib} GiB into the database, with ${counted(bricks.length, 'brick')}${hosted}${doubts}`;
  return stepOf({ do: 'adopt-volume', clusterId, name }, `${name} (cluster ${clusterId})`, {
    clusterId,
    host: '',
    text,
  });
}

function start({ subject, clusterId, about }: Difference, { request, ambiguous }: Sight): Decision {
  const [volumeId = ''] = about;
  const named = [subject, volumeId].find((name) => request.start.includes(name) && !ambiguous.has(name));
  if (named !== undefined) {
    const text = `starts volume ${subject}`;
    return { step: stepOf({ do: 'start-volume', volumeId }, named, { clusterId, host: '', text }) };
  }
  return ambiguous.has(subject)
    ? { obstacle: `volumes of several clusters have its name; --start=${volumeId} starts this one` }
    : { obstacle: `somebody may have stopped it on purpose; --start=${subject} starts it` };
}

function restore({ clusterId, host, nodeId, subject, about }: Difference, { restorable }: Sight): Decision {
  if (subject.startsWith('/run/gluster/')) return { obstacle: 'gluster mounts the bricks of clones itself' };
  const found = restorable.get(nodeId) ?? `${host} was not asked`;
  if (typeof found === 'string') return { obstacle: found };
  const [brickId = ''] = about;
  const reason = found.get(brickId);
  if (reason === undefined) return { obstacle: 'it is there now, or an operation is changing its volume' };
  if (reason !== null) return { obstacle: reason };
  const text = `mounts what bricks of volumes lack on ${host}, restores their fstab lines, and starts all brick processes of the node that are down`;
  return { step: stepOf({ do: 'restore-mounts', nodeId }, `${host} (node ${nodeId})`, { clusterId, host, text }) };
}

function deleteLine(difference: Difference, sight: Sight): Decision {
  const { host, nodeId, subject: mountPoint, clusterId } = difference;
  const going = goingWith(difference, sight);
  if (going) return going;
  const reasons = sight.lines.get(nodeId) ?? `${host} was not asked`;
  if (typeof reasons === 'string') return { obstacle: reasons };
  const reason = reasons.get(mountPoint);
  if (reason !== null) return { obstacle: reason ?? 'it was not looked at' };
  const text = `deletes the line for ${mountPoint} from the fstab of ${host}`;
  const change = { do: 'delete-fstab-line', nodeId, mountPoint } as const;
  return { step: stepOf(change, `${host} ${mountPoint}`, { clusterId, host, text }) };
}

/** The line of a logical volume goes with it. */
function goingWith({ subject: mountPoint, nodeId }: Difference, sight: Sight): Decision | null {
  const owner = sight.differences.find(
    (other) =>
      other.nodeId === nodeId &&
      sight.kept.get(other.subject) === null &&
      mountPointOfBrickOn(logicalVolumeIn(other.subject)) === mountPoint,
  );
  return owner ? removeUnclaimed(owner, sight) : null;
}

function removeUnclaimed({ subject, host, clusterId }: Difference, { kept }: Sight): Decision {
  const reason = kept.get(subject);
  if (reason === undefined) return { obstacle: 'nothing is removed that is not named' };
  if (reason !== null) return { obstacle: `it is not removed: ${reason}` };
  const text = `removes logical volume ${subject} with all that is on it`;
  const change = { do: 'remove-unclaimed', ...logicalVolumeIn(subject) } as const;
  return { step: stepOf(change, subject, { clusterId, host, text }) };
}

function stepOf(
  change: RepairChange,
  subject: string,
  { clusterId, host, text }: Pick<RepairStep, 'clusterId' | 'host' | 'text'>,
): RepairStep {
  return { key: `${change.do} ${subject}`, change, clusterId, host, text };
}
