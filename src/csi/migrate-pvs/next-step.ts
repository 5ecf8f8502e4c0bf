import { idOf } from '../controller/csi-volume.js';
import { foreignFinalizers, isReleased } from './assess.js';
import type { PersistentVolume, PersistentVolumeClaim } from './kubernetes-objects.js';
import type { VolumeEntry, Way } from './plan-file.js';

export type Step =
  | { readonly do: 'begin' } // note its policy, before anything is changed
  | { readonly do: 'retain' }
  | { readonly do: 'delete' }
  | { readonly do: 'release'; readonly finalizers: readonly string[] } // which stay
  | { readonly do: 'create' }
  | { readonly do: 'wait'; readonly what: string }
  | { readonly do: 'restore'; readonly policy: string }
  | { readonly do: 'end' }
  | { readonly do: 'refuse'; readonly why: string };

/** What comes next for a volume, by what the cluster shows of it and of its claim. */
export function nextStep(entry: VolumeEntry, pv: PersistentVolume | null, claim: PersistentVolumeClaim | null): Step {
  if (pv === null) {
    if (entry.stage === 'replacing') return { do: 'create' };
    return refuse('it is gone: somebody else has deleted it');
  }
  if (pv.metadata.deletionTimestamp !== undefined) return letGo(entry, pv);
  if (is(pv, otherSide(entry.way), entry)) return finish(entry, pv, claim);
  if (!is(pv, side(entry.way), entry)) return refuse('another volume has its name now');
  return replace(entry, pv, claim);
}

/** Gluster has no recycler, and drivers of CSI can't have one. */
export function policyFor(way: Way, policy: string): string {
  return way === 'move' && policy === 'Recycle' ? 'Retain' : policy;
}

function replace(entry: VolumeEntry, pv: PersistentVolume, claim: PersistentVolumeClaim | null): Step {
  const { metadata, spec } = pv;
  const foreign = foreignFinalizers(pv);
  if (foreign.length > 0) return refuse(`it has a finalizer of somebody else: ${foreign.join(', ')}`);
  if (isReleased(pv, claim) && spec.persistentVolumeReclaimPolicy !== 'Retain') {
    return refuse(
      'its claim is gone, and its policy lets somebody delete its volume; set the policy Retain to keep it',
    );
  }
  if (entry.stage === 'planned') {
    if (metadata.uid === entry.inTree.metadata.uid) return { do: 'begin' };
    return refuse('it was made anew since the plan was made; make a new plan');
  }
  return spec.persistentVolumeReclaimPolicy === 'Retain' ? { do: 'delete' } : { do: 'retain' };
}

/** What is being deleted can't be kept any more, also where the way was turned since then. */
function letGo({ stage, deleting }: VolumeEntry, pv: PersistentVolume): Step {
  if (stage !== 'replacing' || pv.metadata.uid !== deleting) return refuse('somebody deletes it');
  const foreign = foreignFinalizers(pv);
  if (foreign.length < (pv.metadata.finalizers ?? []).length) return { do: 'release', finalizers: foreign };
  return { do: 'wait', what: `${foreign.join(', ')} lets go of it` };
}

function finish(entry: VolumeEntry, pv: PersistentVolume, claim: PersistentVolumeClaim | null): Step {
  if (entry.stage === 'planned') return refuse('it has been moved already, by another plan');
  const { metadata, spec, status } = pv;
  const isClaimed = spec.claimRef?.uid !== undefined && !isReleased(pv, claim);
  if (isClaimed && claim) {
    const where = `claim ${claim.metadata.namespace}/${claim.metadata.name}`;
    if (claim.spec.volumeName !== metadata.name) return refuse(`${where} is bound to another volume`);
    if (claim.status?.phase !== 'Bound' || status?.phase !== 'Bound') {
      return {
        do: 'wait',
        what: `${where} is Bound to it (it is ${claim.status?.phase}, the volume ${status?.phase})`,
      };
    }
  }
  const policy = policyFor(entry.way, entry.policy);
  // With Delete, somebody would delete the volume of a claim that went meanwhile.
  if (spec.persistentVolumeReclaimPolicy === policy || isReleased(pv, claim)) return { do: 'end' };
  return { do: 'restore', policy };
}

type Side = 'inTree' | 'csi';

function side(way: Way): Side {
  return way === 'move' ? 'inTree' : 'csi';
}

function otherSide(way: Way): Side {
  return way === 'move' ? 'csi' : 'inTree';
}

function is({ spec }: PersistentVolume, which: Side, { inTree, driver, volume }: VolumeEntry): boolean {
  const { csi, glusterfs } = spec;
  if (which === 'csi') return csi?.driver === driver && csi.volumeHandle === idOf(volume);
  const { endpoints, path } = inTree.spec.glusterfs ?? {};
  return glusterfs !== undefined && glusterfs.path === path && glusterfs.endpoints === endpoints;
}

function refuse(why: string): Step {
  return { do: 'refuse', why };
}
