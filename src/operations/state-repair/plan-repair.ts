import pLimit from 'p-limit';
import { isUnavailable } from '../../domain/errors.js';
import type { Id } from '../../domain/ids.js';
import { CommandError, TransportError } from '../../executors/executor.js';
import type { StoreReader } from '../../store/store.js';
import type { OperationContext } from '../engine/operation.js';
import type { Difference, DifferenceKind } from '../examination/difference.js';
import { findDifferences } from '../examination/find-differences.js';
import type { StateRepairWish } from '../ports/repairs.js';
import { type Adoptable, findAdoptable } from './adoptable.js';
import { whyLinesStay } from './dead-line.js';
import { adoptedPlaces, DECISIONS, OF_BRICKS, type Sight } from './decide.js';
import type { Decision, RepairChange, RepairStep, StateRepairPlan } from './repair-step.js';
import { findRestorable } from './restorable.js';
import { isPoolName, logicalVolumeIn } from './unclaimed-name.js';
import { type KeepReasons, whyKept } from './unclaimed-proof.js';

const NODES_AT_A_TIME = 8;

/**
 * Compares all hosts with the database, looks once more at what is different and may be mended, and says of each difference
 * what would be done about it, or why nothing. Changes nothing. A host that can't be asked is left alone: nothing that only
 * it could tell is concluded.
 */
export async function planStateRepair(request: StateRepairWish, context: OperationContext): Promise<StateRepairPlan> {
  const { differences, notCompared, pendingOperations } = await findDifferences(context.store, context.hosts);
  const { sight, unasked } = await lookAgain(request, differences, context);
  const places = adoptedPlaces(sight);
  const decide = (difference: Difference): Decision => {
    const step = OF_BRICKS.has(difference.kind) ? places.get(difference.subject) : undefined;
    return step ? { step } : DECISIONS[difference.kind](difference, sight);
  };
  const steps = new Map<string, RepairStep>();
  const items = differences.map((difference) => {
    const decision = decide(difference);
    if ('obstacle' in decision) return { difference, step: null, obstacle: decision.obstacle };
    const { step } = decision;
    steps.set(step.key, step);
    return { difference, step: step.key, obstacle: null };
  });
  const named = new Set(differences.flatMap(namesOf));
  return {
    steps: [...steps.values()].sort((one, other) => rank(one) - rank(other)),
    items,
    notCompared,
    unasked,
    pendingOperations,
    notFound: [...request.start, ...request.destroy].filter((name) => !named.has(name)),
  };
}

/** How a request can name it: a stopped volume by its id, too. */
export function namesOf({ kind, subject, about }: Difference): readonly string[] {
  return kind === 'stopped-volume' ? [subject, ...about] : [subject];
}

async function ambiguousAmong(names: readonly string[], store: StoreReader): Promise<ReadonlySet<string>> {
  return store.read(async (tx) => {
    const clusters = await tx.clusters.list();
    const ambiguous = new Set<string>();
    for (const name of names) {
      const found = await Promise.all(clusters.map(({ id }) => tx.volumes.findByName(id, name)));
      if (found.filter(Boolean).length > 1) ambiguous.add(name);
    }
    return ambiguous;
  });
}

/** Only at what is different: of everything else the examination has kept nothing. */
async function lookAgain(
  request: StateRepairWish,
  differences: readonly Difference[],
  context: OperationContext,
): Promise<{ readonly sight: Sight; readonly unasked: readonly string[] }> {
  const [unknown, lacking, lines, asked] = await Promise.all([
    adoptableAmong(differences, context),
    eachNode(differences, ['missing-mount', 'missing-fstab-line'], (nodeId) => findRestorable(nodeId, context)),
    eachNode(differences, ['superfluous-fstab-line'], (nodeId, points) => whyLinesStay(nodeId, points, null, context)),
    eachNode(namedAmong(differences, request), ['superfluous-logical-volume'], (nodeId, names) =>
      whyKept(names.map(logicalVolumeIn), nodeId, null, context),
    ),
  ]);
  const kept = merged(asked, differences);
  const ambiguous = await ambiguousAmong(request.start, context.store);
  const answers = [unknown, lacking, lines, asked].flatMap((found): readonly unknown[] => [...found.values()]);
  return {
    sight: { request, differences, ambiguous, adoptable: unknown, restorable: lacking, lines, kept },
    unasked: [...new Set(answers.filter((answer) => typeof answer === 'string'))],
  };
}

function namedAmong(differences: readonly Difference[], { destroy }: StateRepairWish): readonly Difference[] {
  const names = new Set(destroy);
  return differences.filter(({ subject }) => names.has(subject));
}

/** Looks at each node with differences of some kinds; a text is why it could not be asked. */
async function eachNode<T>(
  differences: readonly Difference[],
  kinds: readonly DifferenceKind[],
  look: (nodeId: Id, subjects: readonly string[]) => Promise<T>,
): Promise<ReadonlyMap<Id, T | string>> {
  const subjects = new Map<Id, string[]>();
  for (const { kind, nodeId, subject } of differences) {
    if (!kinds.includes(kind)) continue;
    const known = subjects.get(nodeId);
    if (known) known.push(subject);
    else subjects.set(nodeId, [subject]);
  }
  const limit = pLimit(NODES_AT_A_TIME);
  const found = [...subjects].map(([nodeId, names]) =>
    limit(async () => [nodeId, await orWhyNot(() => look(nodeId, names))] as const),
  );
  return new Map(await Promise.all(found));
}

async function orWhyNot<T>(look: () => Promise<T>): Promise<T | string> {
  try {
    return await look();
  } catch (error) {
    const isOfHost = error instanceof CommandError || error instanceof TransportError || isUnavailable(error);
    if (!isOfHost) throw error;
    return (error as Error).message;
  }
}

function merged(found: ReadonlyMap<Id, KeepReasons | string>, differences: readonly Difference[]): KeepReasons {
  const reasons = new Map<string, string | null>();
  for (const { nodeId, subject } of differences) {
    const ofNode = found.get(nodeId);
    const reason = typeof ofNode === 'string' ? ofNode : ofNode?.get(subject);
    // Two nodes that show one may have the same disk: what either has against it counts.
    if (reason !== undefined && (reasons.get(subject) ?? null) === null) reasons.set(subject, reason);
  }
  return reasons;
}

async function adoptableAmong(
  differences: readonly Difference[],
  context: OperationContext,
): Promise<ReadonlyMap<Id, Adoptable | string>> {
  const names = new Map<Id, Set<string>>();
  for (const { kind, clusterId, subject } of differences) {
    if (kind !== 'superfluous-volume') continue;
    names.set(clusterId, (names.get(clusterId) ?? new Set()).add(subject));
  }
  const found = new Map<Id, Adoptable | string>();
  for (const [clusterId, wanted] of names)
    found.set(clusterId, await orWhyNot(() => findAdoptable(clusterId, wanted, context)));
  return found;
}

/** Volumes come back before anything is removed: all that may use it has to be known. */
const ORDER: readonly RepairChange['do'][] = [
  'restore-mounts',
  'start-volume',
  'adopt-volume',
  'delete-fstab-line',
  'remove-unclaimed',
];

/** A thin pool goes after what lies in it. */
function rank({ change }: RepairStep): number {
  const isPool = change.do === 'remove-unclaimed' && isPoolName(change);
  return ORDER.indexOf(change.do) + (isPool ? 0.5 : 0);
}
