import type { ClusterObjects } from './cluster-objects.js';
import { IN_TREE_PROVISIONER, type StorageClass } from './kubernetes-objects.js';
import { Patience } from './patience.js';
import type { ClassEntry, Way } from './plan-file.js';
import { classFor } from './replacement.js';
import { type Moving, refusalIn, type WhyRefused } from './volume-mover.js';

/**
 * Makes a StorageClass anew under its name: a provisioner can't be changed in place. Claims of the class that come in between
 * wait for it; volumes and claims that are bound do not notice. As `bringVolume`.
 */
export async function bringClass(begun: ClassEntry, { cluster, plan, sleep }: Moving): Promise<WhyRefused> {
  const patience = new Patience(sleep);
  let entry = begun;
  for (;;) {
    try {
      const found = await cluster.findClass(entry.name);
      const why = whyNot(entry, found) ?? (await whyNotMade(entry, found, cluster));
      if (why !== null) return why;
      if (found === null) {
        await cluster.createClass(classFor(provisionerOf(entry), entry.inTree));
      } else if (found.provisioner === provisionerOf(entry)) {
        plan.write<ClassEntry>(ended(entry, found));
        return null;
      } else {
        entry = plan.write<ClassEntry>({ ...entry, stage: 'replacing', inTree: inTreeOf(found) });
        await cluster.deleteClass(found);
      }
    } catch (error) {
      await patience.bear(error, `the StorageClass ${entry.name} is on its way, and the plan knows how far it is`);
    }
  }
}

/** Why a class would be refused now; null: it would not. Changes nothing. */
export async function tryClass(entry: ClassEntry, cluster: ClusterObjects): Promise<WhyRefused> {
  const found = await cluster.findClass(entry.name);
  return whyNot(entry, found) ?? whyNotMade(entry, found, cluster);
}

/** As `turned`. */
export function turnedClass(entry: ClassEntry, way: Way): ClassEntry | null {
  if (entry.way === way) return entry.stage === 'done' ? null : entry;
  if (entry.stage === 'planned') return null;
  return { ...entry, way, stage: entry.stage === 'replacing' ? 'replacing' : 'retaining' };
}

function whyNot(entry: ClassEntry, found: StorageClass | null): WhyRefused {
  if (found === null) return entry.stage === 'replacing' ? null : 'it is gone: somebody else has deleted it';
  const isKnown = [IN_TREE_PROVISIONER, entry.driver].includes(found.provisioner);
  return isKnown ? null : `its provisioner is ${found.provisioner} by now`;
}

/** What the API server would refuse has to be known as long as there still is the old one. */
async function whyNotMade(entry: ClassEntry, found: StorageClass | null, cluster: ClusterObjects): Promise<WhyRefused> {
  if (found === null || entry.stage === 'replacing' || found.provisioner === provisionerOf(entry)) return null;
  return refusalIn(() => cluster.tryClass(classFor(provisionerOf(entry), inTreeOf(found))));
}

function ended(entry: ClassEntry, found: StorageClass): ClassEntry {
  return entry.way === 'move'
    ? { ...entry, stage: 'done' }
    : { ...entry, way: 'move', stage: 'planned', inTree: found };
}

/** What people have changed of a class since it was moved stays. */
function inTreeOf(found: StorageClass): StorageClass {
  return { ...found, provisioner: IN_TREE_PROVISIONER };
}

function provisionerOf({ way, driver }: ClassEntry): string {
  return way === 'move' ? driver : IN_TREE_PROVISIONER;
}
