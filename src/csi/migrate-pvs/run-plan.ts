import { bringClass, tryClass, turnedClass } from './class-mover.js';
import { keyOf } from './kubernetes-objects.js';
import type { Entry, Way } from './plan-file.js';
import { podsInUse, restartCommands } from './pods-in-use.js';
import { describeRestarts } from './report.js';
import { bringVolume, type Moving, tryVolume, turned, type WhyRefused } from './volume-mover.js';

export interface RunSettings {
  readonly way: Way;
  readonly dryRun: boolean;
  /** Names; empty: all. */
  readonly only: readonly string[];
  readonly say: (line: string) => void;
}

/**
 * Leads what the plan names to the end of the way, one after the other: volumes first on the way there, classes first on the
 * way back. Answers whether nothing was refused. Throws where it can't go on; it may be called again at any time.
 */
export async function runPlan(moving: Moving, settings: RunSettings): Promise<boolean> {
  const { cluster, plan } = moving;
  const { way, dryRun, only, say } = settings;
  if ((await cluster.clusterId()) !== plan.cluster) {
    throw new Error('the plan was made for another cluster (the uid of its namespace kube-system differs)');
  }
  const unknown = only.filter((name) => !plan.entries.some((entry) => entry.name === name));
  if (unknown.length > 0) throw new Error(`the plan has no ${unknown.join(', ')}`);
  const chosen = plan.entries.filter(({ name }) => only.length === 0 || only.includes(name));
  const entries = inOrder(chosen, way).flatMap((entry) => turnedEntry(entry, way) ?? []);
  if (way === 'move') await requireDrivers(entries, moving);
  let refused = 0;
  for (const entry of entries) {
    const why = dryRun ? await tryEntry(entry, moving) : await bring(entry, moving);
    if (why !== null) refused++;
    say(`${labelOf(entry)}: ${why === null ? outcomeOf(way, dryRun) : `left as it is: ${why}`}`);
  }
  say(
    `${entries.length - refused} of ${entries.length} ${outcomeOf(way, dryRun)}; ${chosen.length - entries.length} needed nothing.`,
  );
  if (!dryRun && way === 'move') for (const line of describeRestarts(await restartsOf(chosen, moving))) say(line);
  return refused === 0;
}

function outcomeOf(way: Way, dryRun: boolean): string {
  const done = way === 'move' ? 'moved' : 'taken back';
  return dryRun ? `would be ${done}` : done;
}

function labelOf(entry: Entry): string {
  const ref = entry.kind === 'PersistentVolume' ? entry.inTree.spec.claimRef : undefined;
  return `${entry.kind} ${entry.name}${ref ? ` (${keyOf(ref)})` : ''}`;
}

function inOrder(entries: readonly Entry[], way: Way): readonly Entry[] {
  const first = way === 'move' ? 'PersistentVolume' : 'StorageClass';
  return [...entries.filter(({ kind }) => kind === first), ...entries.filter(({ kind }) => kind !== first)];
}

function turnedEntry(entry: Entry, way: Way): Entry | null {
  return entry.kind === 'PersistentVolume' ? turned(entry, way) : turnedClass(entry, way);
}

/** Without it, nothing that is restarted would get its volume. */
async function requireDrivers(entries: readonly Entry[], { cluster }: Moving): Promise<void> {
  for (const driver of new Set(entries.map((entry) => entry.driver))) {
    if (await cluster.hasDriver(driver)) continue;
    throw new Error(`the driver ${driver} is not installed in this cluster: there is no CSIDriver of this name`);
  }
}

function bring(entry: Entry, moving: Moving): Promise<WhyRefused> {
  return entry.kind === 'PersistentVolume' ? bringVolume(entry, moving) : bringClass(entry, moving);
}

async function tryEntry(entry: Entry, { cluster }: Moving): Promise<WhyRefused> {
  return entry.kind === 'PersistentVolume' ? tryVolume(entry, cluster) : tryClass(entry, cluster);
}

async function restartsOf(chosen: readonly Entry[], { cluster }: Moving): Promise<readonly string[]> {
  const { ofClaim } = podsInUse(await cluster.pods());
  const refs = chosen.flatMap((entry) => (entry.kind === 'PersistentVolume' ? (entry.inTree.spec.claimRef ?? []) : []));
  return restartCommands(
    refs.flatMap((ref) => ofClaim.get(keyOf(ref)) ?? []),
    cluster,
  );
}
