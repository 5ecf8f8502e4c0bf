import type { Inventory, InventoryRow } from './inventory.js';
import { keyOf, type Pod } from './kubernetes-objects.js';
import { policyFor } from './next-step.js';

/** The lines that people read of an inventory. */
export function describeInventory(inventory: Inventory, restarts: readonly string[]): readonly string[] {
  const { rows, movedCount, classes, pods, hasDriver, nodesWithoutDriver } = inventory;
  const movable = rows.filter(({ verdict }) => verdict.is === 'movable');
  return [
    `${rows.length} PersistentVolumes of the in-tree plugin: ${movable.length} can be moved, ${rows.length - movable.length} can not. ${movedCount} are the driver's already.`,
    ...section('Can be moved:', aligned(movable.map(movableCells))),
    ...section(
      'Can not be moved:',
      aligned(
        rows.map((row) => (row.verdict.is === 'stuck' ? [...identityOf(row), row.verdict.why] : [])).filter(hasCells),
      ),
    ),
    ...section(
      'StorageClasses of the in-tree provisioner (migrate-pvs plan --replace-classes makes them anew for the driver):',
      classes.map(
        ({ storageClass, why }) => `${storageClass.metadata.name}${why === null ? '' : `  can not be: ${why}`}`,
      ),
    ),
    ...section(
      'Pods that mount gluster without a claim, for which CSI has nothing; give them a claim:',
      pods.inline.map(podName),
    ),
    ...describeRestarts(restarts),
    ...section(
      'Pods with an fsGroup: from CSI, the kubelet gives every file of their volumes to that group at each mount, unless fsGroupChangePolicy is OnRootMismatch:',
      withFsGroup(inventory).map(podName),
    ),
    ...(hasDriver ? [] : ['', 'The driver is not installed in this cluster: no volume can be moved before it is.']),
    ...section('Nodes without the driver, where pods could not mount what is moved:', nodesWithoutDriver),
  ];
}

export function describeRestarts(commands: readonly string[]): readonly string[] {
  return section(
    'Pods run on with the mounts that they have. Restart them before their node gets a kubelet of 1.26 or later:',
    commands,
  );
}

/** Of claims whose volumes can be moved. */
export function podsOf({ rows, pods }: Inventory): readonly Pod[] {
  return rows
    .filter(({ verdict }) => verdict.is === 'movable')
    .flatMap(({ pv }) => (pv.spec.claimRef ? (pods.ofClaim.get(keyOf(pv.spec.claimRef)) ?? []) : []));
}

function withFsGroup(inventory: Inventory): readonly Pod[] {
  return [...new Set(podsOf(inventory))].filter(({ spec }) => spec.securityContext?.fsGroup !== undefined);
}

function movableCells(row: InventoryRow): readonly string[] {
  const { pv, verdict } = row;
  if (verdict.is === 'stuck') return [];
  const policy = policyFor('move', pv.spec.persistentVolumeReclaimPolicy ?? 'Retain');
  return [...identityOf(row), verdict.volume.name, policy, verdict.notes.join('; ')];
}

function identityOf({ pv }: InventoryRow): readonly string[] {
  const { claimRef } = pv.spec;
  return [pv.metadata.name, pv.status?.phase ?? '', claimRef ? keyOf(claimRef) : '-'];
}

function podName({ metadata }: Pod): string {
  return keyOf(metadata);
}

function hasCells(cells: readonly string[]): boolean {
  return cells.length > 0;
}

function section(head: string, lines: readonly string[]): readonly string[] {
  return lines.length === 0 ? [] : ['', head, ...lines.map((line) => `  ${line}`)];
}

function aligned(rows: readonly (readonly string[])[]): readonly string[] {
  const widths: number[] = [];
  for (const row of rows) {
    for (const [at, cell] of row.entries()) widths[at] = Math.max(widths[at] ?? 0, cell.length);
  }
  return rows.map((row) =>
    row
      .map((cell, at) => cell.padEnd(widths[at] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}
