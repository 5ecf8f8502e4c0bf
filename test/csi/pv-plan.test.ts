import { appendFileSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { KnownVolumes } from '../../src/csi/migrate-pvs/known-volume.js';
import type { Pod } from '../../src/csi/migrate-pvs/kubernetes-objects.js';
import { type ClassEntry, PlanFile } from '../../src/csi/migrate-pvs/plan-file.js';
import { restartCommands } from '../../src/csi/migrate-pvs/pods-in-use.js';
import { describeInventory, podsOf } from '../../src/csi/migrate-pvs/report.js';
import { volumesOfFile } from '../../src/csi/migrate-pvs/volume-sources.js';
import { PvScene } from './support/pv-scene.js';

const GOLDEN = resolve(import.meta.dirname, '../golden/db');

describe('a plan file', () => {
  let folder: string;
  let file: string;
  const entry: ClassEntry = {
    kind: 'StorageClass',
    name: 'fast',
    way: 'move',
    stage: 'planned',
    driver: 'd',
    inTree: { metadata: { name: 'fast' }, provisioner: 'p' },
  };

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'mortar-plan-'));
    file = join(folder, 'plan');
  });

  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('is for its owner alone, and takes the place of no file', async () => {
    await PlanFile.create(file, 'c', [entry]);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    await expect(PlanFile.create(file, 'c', [])).rejects.toThrow(/EEXIST/);
    expect(PlanFile.open(file).entries).toEqual([entry]);
  });

  it('has of each object what was written last, and keeps what was there before', async () => {
    await PlanFile.create(file, 'c', [entry]);
    PlanFile.open(file).write({ ...entry, stage: 'done' });
    const plan = PlanFile.open(file);
    expect(plan.entries).toEqual([{ ...entry, stage: 'done' }]);
    expect(readFileSync(file, 'utf8').trim().split('\n')).toHaveLength(3);
  });

  it('does without a line that was cut off, at whatever byte, and goes on behind the one before', async () => {
    await PlanFile.create(file, 'c', [entry]);
    const whole = readFileSync(file);
    const line = JSON.stringify({ ...entry, stage: 'done', name: 'fäst' });
    for (let bytes = 0; bytes <= Buffer.byteLength(line); bytes++) {
      writeFileSync(file, whole);
      appendFileSync(file, Buffer.from(line).subarray(0, bytes));
      const plan = PlanFile.open(file);
      expect(plan.entries).toEqual([entry]);
      plan.write({ ...entry, stage: 'replacing' });
      expect(PlanFile.open(file).entries).toEqual([{ ...entry, stage: 'replacing' }]);
    }
  });

  it.each([
    ['is empty', ''],
    ['is something else', '{"kind":"List"}\n'],
    ['is of another version', '{"kind":"MigrationPlan","version":2,"cluster":"c"}\n'],
    ['is damaged in its midst', '{"kind":"MigrationPlan","version":1,"cluster":"c"}\n{"ki\n{}\n'],
  ])('that %s is refused', (_what, text) => {
    writeFileSync(file, text);
    expect(() => PlanFile.open(file)).toThrow(/no plan of migrate-pvs|damaged: its line 2/);
  });
});

it("Heketi's database and its export tell of the same volumes, and of their hosts", async () => {
  const [fromDatabase, fromExport] = await Promise.all(
    ['arbiter.db', 'arbiter.export.json'].map((name) => volumesOfFile(join(GOLDEN, name))),
  );
  expect(fromDatabase?.length).toBeGreaterThan(0);
  expect(fromDatabase).toEqual(fromExport);
  for (const { id, cluster, name, sizeGib, hosts } of fromDatabase ?? []) {
    expect([id, cluster]).toEqual([expect.stringMatching(/^[0-9a-f]{32}$/), expect.stringMatching(/^[0-9a-f]{32}$/)]);
    expect(name).not.toBe('');
    expect(sizeGib).toBeGreaterThan(0);
    expect(hosts.length).toBeGreaterThan(0);
  }
});

it('one volume that two addresses of a server tell of is one', () => {
  const volume = { cluster: 'c', id: 'i', name: 'n', sizeGib: 1, isBlockHost: false, hosts: [] };
  const known = new KnownVolumes([volume, { ...volume }]);
  expect([known.count, known.named('n').length]).toEqual([1, 1]);
});

describe('the report', () => {
  let scene: PvScene;

  beforeEach(async () => {
    scene = await PvScene.up();
  });

  afterEach(() => scene.down());

  function pod(name: string, owner: readonly [string, string] | null, more: object = {}): void {
    scene.server.objects.put('pods', {
      metadata: {
        name,
        namespace: 'default',
        ...(owner && { ownerReferences: [{ kind: owner[0], name: owner[1], controller: true }] }),
      },
      spec: { volumes: [{ name: 'v', persistentVolumeClaim: { claimName: 'claim-dynamic' } }], ...more },
      status: { phase: 'Running' },
    });
  }

  async function told(): Promise<string> {
    const inventory = await scene.inventory();
    return describeInventory(inventory, await restartCommands(podsOf(inventory), scene.cluster)).join('\n');
  }

  it('tells what runs on the volumes, and how it is restarted', async () => {
    scene.add('dynamic');
    scene.server.objects.put('replicasets', {
      metadata: {
        name: 'web-1',
        namespace: 'default',
        ownerReferences: [{ kind: 'Deployment', name: 'web', controller: true }],
      },
    });
    pod('web-1-a', ['ReplicaSet', 'web-1']);
    pod('web-1-b', ['ReplicaSet', 'web-1'], { securityContext: { fsGroup: 7 }, volumes: [claimed('claim-dynamic')] });
    pod('db-0', ['StatefulSet', 'db']);
    pod('odd', ['Job', 'work']);
    pod('alone', null);
    pod('other', null, { volumes: [claimed('another')] });
    pod('inline', null, { volumes: [{ name: 'v', glusterfs: { endpoints: 'e', path: 'vol' } }] });
    const text = await told();
    expect(text).toContain('  kubectl -n default rollout restart deployment/web\n');
    expect(text).toContain('  kubectl -n default rollout restart statefulset/db\n');
    expect(text).toContain('  kubectl -n default delete pod odd # of Job/work');
    expect(text).toContain('  kubectl -n default delete pod alone # nothing makes it again');
    expect(text.match(/deployment\/web/g)).toHaveLength(1);
    expect(text).not.toContain('other');
    expect(text).toMatch(/without a claim.*\n {2}default\/inline\n/);
    expect(text).toMatch(/fsGroup.*\n {2}default\/web-1-b(\n|$)/);
  });

  it('tells that the driver is missing, on the cluster or on nodes', async () => {
    scene.add('dynamic');
    expect(await told()).not.toMatch(/driver is not installed|Nodes without/);
    scene.server.objects.remove('csidrivers', 'glusterfs.csi.mortar');
    scene.server.objects.put('csinodes', { metadata: { name: 'node-2' }, spec: { drivers: null } });
    expect(await told()).toMatch(/driver is not installed[\s\S]*Nodes without the driver.*\n {2}node-2$/);
  });

  it('lists are read to their end', async () => {
    for (let i = 0; i < 501; i++) pod(`p-${i}`, null, { volumes: [] } satisfies Partial<Pod['spec']>);
    expect(await scene.cluster.pods()).toHaveLength(501);
  });

  function claimed(claimName: string): object {
    return { name: 'v', persistentVolumeClaim: { claimName } };
  }
});
