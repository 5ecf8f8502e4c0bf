import { DomainError } from '../../domain/errors.js';
import type { Progress } from '../../domain/pending-operation.js';
import type { ReadTx } from '../../store/store.js';
import { type Next, part, type SequenceKind } from '../engine/sequence.js';
import type { StateRepairWish } from '../ports/repairs.js';
import { fstabLineRemoval } from './fstab-line-removal.js';
import { mountsRestoration } from './mounts-restoration.js';
import { namesOf, planStateRepair } from './plan-repair.js';
import type { RepairStep, StateRepairPlan } from './repair-step.js';
import { unclaimedRemoval } from './unclaimed-removal.js';
import { volumeAdoption } from './volume-adoption.js';
import { volumeStart } from './volume-start.js';

/** A step that has ended well, and whose difference the hosts show still, is not taken again and again. */
const MOST_TRIES = 2;
/** Steps that are taken for one look at all hosts; each looks itself at what it is about. They are kept in the record. */
const STEPS_PER_LOOK = 100;

interface StateRepairWork {
  readonly request: StateRepairWish;
  readonly progress: Progress | null;
}

/**
 * Mends what the database and the hosts disagree about: compares all, takes the steps that follow, and compares anew, until
 * nothing is left to do. Each step looks itself, at that moment, at what it changes. What is left to a person is no failure;
 * what was named and stays, could not be asked, or did not help, is.
 */
export const stateRepair: SequenceKind<StateRepairWish, StateRepairWork> = {
  type: 'repair-state',

  check: refuseSecondRepair,

  async build(tx, _operationId, { start, destroy }) {
    const clusters = await tx.clusters.list();
    return {
      actions: clusters.map(({ id }) => ({ change: 'repair-state', id, delta: null })),
      plan: { start, destroy } satisfies StateRepairWish,
    };
  },

  load: async (_tx, { plan, progress }) => ({ request: plan as StateRepairWish, progress }),

  async next({ request, progress }, context) {
    const tried = progress?.tried ?? [];
    const planned = (progress?.planned ?? []) as readonly RepairStep[];
    if (planned.length > 0) return stepOf(planned, tried);
    const plan = await planStateRepair(request, context);
    const open = plan.steps.filter((step) => isOpen(step, progress)).slice(0, STEPS_PER_LOOK);
    return open.length > 0 ? stepOf(open, tried) : theEnd(plan, { request, progress });
  },

  finalize: async () => null,
};

/** Two would take each other's steps for drift. */
export async function refuseSecondRepair(tx: ReadTx): Promise<void> {
  const other = (await tx.operations.list()).find(({ type }) => type === 'repair-state');
  if (other)
    throw new DomainError(
      'conflict',
      `operation ${other.id} repairs the state already; wait until that has ended, or end it with: heketi-cli server operations cancel ${other.id}`,
    );
}

function isOpen({ key }: RepairStep, progress: Progress | null): boolean {
  const tries = progress?.tried?.filter((tried) => tried === key).length ?? 0;
  return tries < MOST_TRIES && !progress?.refused?.some(({ id }) => id === key);
}

/** The first of them; the others are kept for later. */
function stepOf([first, ...planned]: readonly RepairStep[], tried: readonly string[]): Next {
  if (!first) throw new Error('no step is planned');
  return partFor(first, {
    done: tried.length,
    total: tried.length + 1 + planned.length,
    current: first.text,
    tried: [...tried, first.key],
    planned,
  });
}

function partFor({ change, key }: RepairStep, step: Parameters<typeof part>[2]): Next {
  switch (change.do) {
    case 'restore-mounts':
      return part(mountsRestoration, change.nodeId, step, key);
    case 'start-volume':
      return part(volumeStart, change.volumeId, step, key);
    case 'delete-fstab-line':
      return part(fstabLineRemoval, change, step, key);
    case 'remove-unclaimed':
      return part(unclaimedRemoval, change, step, key);
    case 'adopt-volume':
      return part(volumeAdoption, { clusterId: change.clusterId, name: change.name, adopted: null }, step, key);
  }
}

function theEnd(plan: StateRepairPlan, { request, progress }: StateRepairWork): Next {
  const tried = progress?.tried ?? [];
  const refused = progress?.refused ?? [];
  const isRefused = (key: string) => refused.some(({ id }) => id === key);
  const named = new Set([...request.start, ...request.destroy]);
  const isAsked = (subject: string) => named.has(subject) && !refused.some(({ id }) => id.endsWith(` ${subject}`));
  const lines = [
    ...refused.map(({ id, reason }) => `- ${id}: ${reason}`),
    ...plan.steps
      .filter(({ key }) => !isRefused(key))
      .map(({ key }) => `- ${key}: was done, and the hosts show no change`),
    ...plan.notFound
      .filter((name) => !tried.some((key) => key.endsWith(` ${name}`)))
      .map((name) => `- ${name}: is not among the differences`),
    ...plan.items
      .filter(({ difference, obstacle }) => obstacle !== null && namesOf(difference).some(isAsked))
      .map(({ difference: { subject }, obstacle }) => `- ${subject}: ${obstacle}`),
    ...plan.unasked.map((reason) => `- ${reason}`),
    ...plan.notCompared.map(
      ({ host, reason }) => `- ${host} could not be asked, and nothing of it was repaired: ${reason}`,
    ),
  ];
  if (lines.length === 0) return { do: 'end' };
  throw new DomainError('failed', `what could be repaired is repaired, but for what follows\n${lines.join('\n')}`);
}
