import { KubernetesError } from '../../kubernetes/kubernetes-error.js';
import type { ClusterObjects } from './cluster-objects.js';
import type { PersistentVolume, PersistentVolumeClaim } from './kubernetes-objects.js';
import { nextStep, policyFor, type Step } from './next-step.js';
import { Patience } from './patience.js';
import type { PlanFile, VolumeEntry, Way } from './plan-file.js';
import { csiVolume, inTreeVolume } from './replacement.js';

export interface Moving {
  readonly cluster: ClusterObjects;
  readonly plan: PlanFile;
  readonly sleep: (ms: number) => Promise<void>;
}

/** Null: it has come to the end of its way. */
export type WhyRefused = string | null;

/**
 * Leads a volume to the end of its way: one step, and then the cluster is asked again, whatever the step's answer was. May
 * die anywhere, and be called again. A refusal leaves the volume as it was, or with the policy Retain. Throws where it
 * can't go on, and nothing else should be begun.
 */
export async function bringVolume(begun: VolumeEntry, { cluster, plan, sleep }: Moving): Promise<WhyRefused> {
  const patience = new Patience(sleep);
  let entry = begun;
  const note = (next: VolumeEntry): void => {
    entry = plan.write(next);
  };
  for (;;) {
    try {
      const { pv, claim } = await look(entry.name, cluster);
      const step = nextStep(entry, pv, claim);
      if (step.do === 'refuse') return step.why;
      if (step.do === 'end') {
        note(ended(entry, pv));
        return null;
      }
      if (step.do === 'wait') await patience.wait(step.what);
      else if (step.do === 'create') await cluster.createVolume(replacementOf(entry));
      else if (pv !== null) await change(pv, step, entry, note, cluster);
    } catch (error) {
      const untouched = entry.stage === 'planned' ? refusalOf(error) : null;
      if (untouched !== null) return untouched;
      await patience.bear(error, `the volume ${entry.name} is on its way, and the plan knows how far it is`);
    }
  }
}

/** Why a volume would be refused now; null: it would not. Changes nothing. */
export async function tryVolume(entry: VolumeEntry, cluster: ClusterObjects): Promise<WhyRefused> {
  const { pv, claim } = await look(entry.name, cluster);
  const step = nextStep(entry, pv, claim);
  if (step.do === 'refuse') return step.why;
  if (step.do !== 'begin' || pv === null) return null;
  return refusalIn(() => cluster.tryVolume(replacementOf({ ...entry, inTree: pv })));
}

/** Why the API server does not take what is tried; null: it would. Throws what is no refusal. */
export async function refusalIn(attempt: () => Promise<void>): Promise<WhyRefused> {
  try {
    await attempt();
    return null;
  } catch (error) {
    const why = refusalOf(error);
    if (why === null) throw error;
    return why;
  }
}

async function look(
  name: string,
  cluster: ClusterObjects,
): Promise<{ readonly pv: PersistentVolume | null; readonly claim: PersistentVolumeClaim | null }> {
  const pv = await cluster.findVolume(name);
  const ref = pv?.spec.claimRef;
  return { pv, claim: ref ? await cluster.findClaim(ref.namespace, ref.name) : null };
}

/** What is noted is on disk before the cluster is changed. */
async function change(
  pv: PersistentVolume,
  step: Exclude<Step, { readonly do: 'refuse' | 'end' | 'wait' | 'create' }>,
  entry: VolumeEntry,
  note: (next: VolumeEntry) => void,
  cluster: ClusterObjects,
): Promise<void> {
  const { persistentVolumeReclaimPolicy: policy = 'Retain' } = pv.spec;
  switch (step.do) {
    case 'begin': {
      const next: VolumeEntry = { ...entry, stage: 'retaining', policy, inTree: pv };
      // What the API server would refuse has to be known as long as there still is the old one.
      await cluster.tryVolume(replacementOf(next));
      return note(next);
    }
    case 'retain':
      // Somebody has changed it since.
      if (policy !== policyFor(entry.way === 'move' ? 'back' : 'move', entry.policy)) note({ ...entry, policy });
      return cluster.setPolicy(pv, 'Retain');
    case 'delete': {
      const inTree = entry.way === 'move' ? pv : inTreeVolume(entry.inTree, pv);
      note({ ...entry, stage: 'replacing', inTree, deleting: pv.metadata.uid ?? '' });
      return cluster.deleteVolume(pv);
    }
    case 'release':
      return cluster.setFinalizers(pv, step.finalizers);
    case 'restore':
      return cluster.setPolicy(pv, step.policy);
  }
}

/** What takes the place of the one that is deleted. */
export function replacementOf({ way, inTree, volume, driver }: VolumeEntry): PersistentVolume {
  return way === 'move' ? csiVolume(inTree, volume, driver) : inTreeVolume(inTree, inTree);
}

/** A volume that came back is as one that was never moved. */
function ended(entry: VolumeEntry, pv: PersistentVolume | null): VolumeEntry {
  if (entry.way === 'move' || pv === null) return { ...entry, stage: 'done' };
  return { ...entry, way: 'move', stage: 'planned', inTree: pv };
}

/** The entry on this way; null: there is nothing to do. Ways that were broken off are turned where they are. */
export function turned(entry: VolumeEntry, way: Way): VolumeEntry | null {
  if (entry.way === way) return entry.stage === 'done' ? null : entry;
  if (entry.stage === 'planned') return null;
  return { ...entry, way, stage: entry.stage === 'replacing' ? 'replacing' : 'retaining' };
}

/** What the API server does not let be, where nothing has been changed yet. */
function refusalOf(error: unknown): string | null {
  const isRefused = error instanceof KubernetesError && ['invalid', 'too large'].includes(error.failure);
  return isRefused ? `the API server would not take the new one: ${error.message}` : null;
}
