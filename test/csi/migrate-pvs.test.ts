import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { PlanFile } from '../../src/csi/migrate-pvs/plan-file.js';
import { KubernetesError } from '../../src/kubernetes/kubernetes-error.js';
import { KINDS, Killed, PvScene } from './support/pv-scene.js';

let scene: PvScene;

beforeEach(async () => {
  scene = await PvScene.up();
});

afterEach(() => scene.down());

const MOVABLE = [...KINDS].filter(([, { stuck }]) => !stuck).map(([kind]) => kind);

/** Thousands of requests, one after the other, on a busy machine. */
const LONG_MS = 900_000;

/** Those of which the steps differ. */
const DIFFERENT = ['dynamic', 'recycled', 'available', 'waiting', 'released', 'protected'];

function volume(name: string) {
  const found = scene.server.objects.find('persistentvolumes', name);
  if (!found) throw new Error(`no volume ${name}`);
  return found as typeof found & { spec: Record<string, unknown> };
}

describe('the inventory', () => {
  it('tells of every kind of volume whether it can be moved, and why it can not', async () => {
    for (const kind of KINDS.keys()) scene.add(kind);
    const { rows } = await scene.inventory();
    expect(rows).toHaveLength(KINDS.size);
    for (const { pv, verdict } of rows) {
      const { stuck } = KINDS.get(pv.metadata.name) ?? {};
      const said = verdict.is === 'stuck' ? verdict.why : 'movable';
      expect(said, pv.metadata.name).toMatch(stuck ?? /^movable$/);
    }
  });

  it('takes no volume of another cluster that has the same name', async () => {
    scene.add('by-name');
    const [there] = scene.volumes;
    if (!there) throw new Error('no volume');
    scene.volumes.push({ ...there, cluster: 'a'.repeat(32), id: 'd'.repeat(32), hosts: ['10.0.0.1'] });
    const [row] = (await scene.inventory()).rows;
    expect(row?.verdict).toMatchObject({ is: 'movable', volume: { cluster: 'b'.repeat(32) } });
    scene.volumes.push({ ...there, cluster: 'e'.repeat(32), id: 'e'.repeat(32), hosts: ['10.0.1.2'] });
    expect((await scene.inventory()).rows[0]?.verdict).toMatchObject({
      is: 'stuck',
      why: expect.stringMatching(/more than one/),
    });
  });

  it('counts a volume of the driver as one that has the volume too', async () => {
    scene.add('dynamic');
    await scene.plan();
    await scene.run('move');
    // Made by hand meanwhile, for the same volume.
    scene.add('static');
    const { glusterfs } = volume('static').spec;
    const [{ name: path = '' } = {}] = scene.volumes;
    scene.server.objects.put('persistentvolumes', {
      ...volume('static'),
      spec: { ...volume('static').spec, glusterfs: { ...(glusterfs as object), path } },
    });
    expect((await scene.inventory()).rows[0]?.verdict).toMatchObject({
      is: 'stuck',
      why: expect.stringMatching(/also that of dynamic/),
    });
  });
});

describe('a volume that is moved', () => {
  it('is one of the driver, with all else as it was', async () => {
    for (const kind of MOVABLE) scene.add(kind);
    const before = new Map(MOVABLE.map((kind) => [kind, volume(kind)]));
    await scene.plan();
    expect(await scene.run('move')).toBe(true);
    for (const [kind, old] of before) {
      const now = volume(kind);
      const { csi, claimRef, mountOptions, persistentVolumeReclaimPolicy, ...rest } = now.spec;
      const {
        glusterfs,
        claimRef: oldRef,
        mountOptions: _m,
        persistentVolumeReclaimPolicy: policy,
        ...oldRest
      } = old.spec;
      expect(rest, kind).toEqual(oldRest);
      expect(csi, kind).toMatchObject({
        driver: 'glusterfs.csi.mortar',
        volumeHandle: expect.stringMatching(/^([ab])\1{31}-0{30}[0-9a-f]{2}$/),
        volumeAttributes: { volume: String((glusterfs as { path: string }).path).replaceAll('/', '') },
      });
      if (kind !== 'waiting') expect(claimRef?.valueOf() ?? {}, kind).toMatchObject((oldRef as object) ?? {});
      expect(persistentVolumeReclaimPolicy, kind).toBe(policy === 'Recycle' ? 'Retain' : policy);
      expect(now.metadata['labels'], kind).toEqual(old.metadata['labels']);
    }
  });

  it('keeps what the kubelet reads: its group, its options, that it is only read', async () => {
    for (const kind of ['grouped', 'options', 'old-options', 'read-only', 'applied', 'static-delete']) scene.add(kind);
    await scene.plan();
    await scene.run('move');
    expect(volume('grouped').metadata.annotations).toMatchObject({
      'pv.beta.kubernetes.io/gid': '2042',
      'pv.kubernetes.io/provisioned-by': 'glusterfs.csi.mortar',
    });
    expect(volume('options').spec['mountOptions']).toEqual(['log-level=DEBUG', 'acl']);
    expect(volume('old-options').spec['mountOptions']).toEqual(['acl', 'log-level=DEBUG']);
    expect(volume('old-options').metadata.annotations).not.toHaveProperty(['volume.beta.kubernetes.io/mount-options']);
    expect(volume('read-only').spec['csi']).toMatchObject({ readOnly: true });
    expect(volume('applied').metadata.annotations).toEqual({});
    expect(volume('static-delete').metadata.annotations).not.toHaveProperty(['pv.kubernetes.io/provisioned-by']);
  });

  it('is not deleted before its policy was seen to be Retain, nor when it has changed since', async () => {
    scene.add('dynamic');
    await scene.plan();
    let changes = 0;
    scene.around = (when, method, path) => {
      if (when !== 'before' || method !== 'DELETE' || !path.endsWith('/dynamic')) return;
      const { spec } = volume('dynamic');
      expect(spec['persistentVolumeReclaimPolicy']).toBe('Retain');
      // Somebody sets it back, just before.
      if (changes++ < 2) {
        scene.server.objects.put('persistentvolumes', {
          ...volume('dynamic'),
          spec: { ...spec, persistentVolumeReclaimPolicy: 'Delete' },
        });
      }
    };
    expect(await scene.run('move')).toBe(true);
    expect(changes).toBe(3);
    expect(volume('dynamic').spec).toMatchObject({ persistentVolumeReclaimPolicy: 'Delete', csi: {} });
  });

  it('keeps Retain when its claim goes in the meantime: nothing deletes what is behind it', async () => {
    scene.add('dynamic');
    await scene.plan();
    scene.around = (when, method, path) => {
      if (when === 'before' && method === 'POST' && path.endsWith('/dynamic')) {
        scene.server.objects.remove('persistentvolumeclaims', 'claim-dynamic', 'default');
      }
    };
    await scene.run('move');
    scene.server.controllers.sync();
    expect(volume('dynamic')).toMatchObject({
      spec: { persistentVolumeReclaimPolicy: 'Retain' },
      status: { phase: 'Released' },
    });
    expect(scene.server.controllers.deleted).toEqual([]);
  });
});

describe('what has changed since the plan was made', () => {
  const PV = 'persistentvolumes';

  it.each([
    ['a volume that is gone', () => scene.server.objects.remove(PV, 'dynamic'), /somebody else has deleted it/],
    [
      'a volume that was made anew',
      () =>
        scene.server.objects.put(PV, { ...volume('dynamic'), metadata: { ...volume('dynamic').metadata, uid: 'x' } }),
      /made anew since/,
    ],
    [
      'a volume of another kind',
      () => scene.server.objects.put(PV, { ...volume('dynamic'), spec: { hostPath: {} } }),
      /another volume has its name/,
    ],
    [
      'one that is being deleted',
      () => scene.server.objects.beginDeletion(PV, volume('dynamic')),
      /somebody deletes it/,
    ],
    [
      'one with a finalizer',
      () =>
        scene.server.objects.put(PV, {
          ...volume('dynamic'),
          metadata: { ...volume('dynamic').metadata, finalizers: ['x/y'] },
        }),
      /x\/y/,
    ],
    [
      'one whose claim is gone',
      () => {
        // From 1.26 on, nothing deletes such a volume.
        scene.server.controllers.hasPlugin = false;
        scene.server.objects.remove('persistentvolumeclaims', 'claim-dynamic', 'default');
      },
      /claim is gone/,
    ],
  ])('leaves %s alone', async (_what, change, why) => {
    scene.add('dynamic');
    scene.add('retained');
    await scene.plan();
    scene.server.controllers.isDown = true;
    change();
    scene.server.controllers.isDown = false;
    for (const dryRun of [true, false]) {
      expect(await scene.run('move', { dryRun, only: ['dynamic'] })).toBe(false);
      expect(scene.said.find((line) => line.startsWith('PersistentVolume dynamic'))).toMatch(why);
      scene.said.length = 0;
    }
    expect(scene.server.objects.find(PV, 'dynamic')?.spec?.['csi']).toBeUndefined();
    expect(scene.server.controllers.deleted).toEqual([]);
    expect(await scene.run('move')).toBe(false);
    expect(volume('retained').spec['csi']).toBeDefined();
  });

  it('a plan of another cluster, or one without the driver, is not begun', async () => {
    scene.add('dynamic');
    await scene.plan();
    scene.server.objects.remove('csidrivers', 'glusterfs.csi.mortar');
    await expect(scene.run('move')).rejects.toThrow(/is not installed/);
    scene.server.objects.put('namespaces', { metadata: { name: 'kube-system', uid: 'another' } });
    await expect(scene.run('back')).rejects.toThrow(/another cluster/);
    expect(volume('dynamic').spec['csi']).toBeUndefined();
  });
});

describe('two runs of one plan at once', () => {
  it('do not take for the policy of a volume what the other has set: one of them ends', async () => {
    scene.add('dynamic');
    await scene.plan();
    const second = PlanFile.open(scene.file);
    // The first is no further than this when the second comes to the volume.
    scene.around = (when, method) => {
      if (when === 'after' && method === 'PATCH') throw new Killed();
    };
    await expect(scene.run('move')).rejects.toThrow(Killed);
    scene.around = () => undefined;
    await expect(scene.run('move', { plan: second })).rejects.toThrow(/another run has written to/);
    expect(await scene.run('move')).toBe(true);
    expect(volume('dynamic').spec).toMatchObject({ persistentVolumeReclaimPolicy: 'Delete', csi: {} });
  });

  it('leave all volumes as one run would, whichever of them ends first', async () => {
    for (const kind of MOVABLE) scene.add(kind);
    await scene.plan();
    const before = scene.state();
    const ends = await Promise.allSettled([scene.run('move'), scene.run('move')]);
    expect(ends.map(({ status }) => status)).toContain('rejected');
    await scene.run('move');
    const policies = (state: unknown) =>
      (state as { volumes: { spec: Record<string, unknown> }[] }).volumes.map(
        ({ spec }) => spec['persistentVolumeReclaimPolicy'],
      );
    expect(policies(scene.state())).toEqual(
      policies(before).map((policy) => (policy === 'Recycle' ? 'Retain' : policy)),
    );
    await scene.run('back');
    expect(scene.state()).toEqual(before);
  });
});

it('a dry run changes nothing, and asks the API server whether it would take what is made', async () => {
  for (const kind of MOVABLE) scene.add(kind);
  await scene.plan();
  const before = scene.state();
  expect(await scene.run('move', { dryRun: true })).toBe(true);
  expect(scene.state()).toEqual(before);
  const asked = scene.server.requests.filter(({ method }) => method !== 'GET');
  // All volumes, and the class.
  expect(asked).toHaveLength(MOVABLE.length + 1);
  expect(asked.every(({ method, url }) => method === 'POST' && url.includes('dryRun=All'))).toBe(true);
});

it('an API server that would not take the new one is found out before the old one is touched', async () => {
  scene.add('dynamic');
  const { capacity: _capacity, ...spec } = volume('dynamic').spec;
  scene.server.objects.put('persistentvolumes', { ...volume('dynamic'), spec });
  await scene.plan();
  const before = scene.state();
  expect(await scene.run('move', { only: ['dynamic'] })).toBe(false);
  expect(scene.state()).toEqual(before);
  expect(scene.said.join('\n')).toMatch(/would not take the new one/);
});

it('so it is of a class, which a dry run tells as well', async () => {
  await scene.plan();
  const before = scene.state();
  scene.around = (when, method, path) => {
    // A webhook that knows one provisioner only.
    if (when === 'before' && method === 'POST' && /storageclasses/.test(path))
      throw new KubernetesError('invalid', 'admission webhook "classes.example" denied the request', { status: 400 });
  };
  for (const dryRun of [true, false]) {
    expect(await scene.run('move', { dryRun })).toBe(false);
    expect(scene.said.splice(0).join('\n')).toMatch(/StorageClass glusterfs: left as it is: .*denied the request/);
    expect(scene.state()).toEqual(before);
  }
});

it('when the volume controller does not run, one claim waits, and nothing else is begun', async () => {
  scene.add('dynamic');
  scene.add('retained');
  await scene.plan();
  scene.around = (when, method) => {
    if (when === 'before' && method === 'DELETE') {
      scene.server.controllers.sync();
      scene.server.controllers.isDown = true;
    }
  };
  await expect(scene.run('move')).rejects.toThrow(/kube-controller-manager/);
  expect(volume('dynamic').spec['persistentVolumeReclaimPolicy']).toBe('Retain');
  expect(volume('retained').spec['csi']).toBeUndefined();
  scene.server.controllers.isDown = false;
  scene.around = () => undefined;
  expect(await scene.run('move')).toBe(true);
  expect(volume('dynamic')).toMatchObject({
    spec: { persistentVolumeReclaimPolicy: 'Delete' },
    status: { phase: 'Bound' },
  });
});

it('answers that are lost, and an API server that is away for a while, are outlived', async () => {
  for (const kind of MOVABLE) scene.add(kind);
  await scene.plan();
  const before = scene.state();
  const seen = new Set<string>();
  scene.around = (when, method, path) => {
    // Of what is asked before anything is begun, and after all has ended, a failure is told.
    if (method === 'GET' && !/volume|class/.test(path)) return;
    const once = `${when} ${method} ${path}`;
    if (seen.has(once)) return;
    seen.add(once);
    throw new KubernetesError(when === 'before' ? 'unreachable' : 'lost', once, { status: null });
  };
  expect(await scene.run('move')).toBe(true);
  seen.clear();
  expect(await scene.run('back')).toBe(true);
  scene.around = () => undefined;
  expect(scene.state()).toEqual(before);
});

describe('killed at every request', () => {
  it.each(DIFFERENT)('a volume that is %s comes to its end, and back to where it was', async (kind) => {
    scene.add(kind);
    await scene.plan();
    scene.server.controllers.sync();
    const before = scene.state();
    await scene.run('move');
    const after = scene.state();
    await scene.run('back');
    expect(scene.state()).toEqual(before);
    for (const when of ['before', 'after'] as const) {
      for (let at = 1, deaths = 1; deaths > 0; at++) {
        scene.server.controllers.lag = at % 3;
        const ways = [];
        for (const way of ['move', 'back'] as const) {
          dieAt(when, at);
          ways.push(await scene.runOn(way));
          expect(scene.state(), `${way}, ${when} ${at}`).toEqual(way === 'move' ? after : before);
        }
        deaths = Math.max(...ways);
      }
    }
    expect(scene.server.controllers.deleted).toEqual([]);
  });

  it.each(['dynamic', 'static', 'released'])(
    'a move of a volume that is %s can be taken back from there',
    async (kind) => {
      scene.add(kind);
      await scene.plan();
      const before = scene.state();
      for (const when of ['before', 'after'] as const) {
        for (let at = 1; ; at++) {
          dieAt(when, at);
          const isKilled = await scene.run('move').then(
            () => false,
            () => true,
          );
          if (!isKilled) break;
          dieAt(when, at);
          await scene.run('back').catch(() => undefined);
          dieAt(when, at + 1);
          await scene.run('move').catch(() => undefined);
          await scene.runOn('back');
          expect(scene.state(), `${when} ${at}`).toEqual(before);
        }
        await scene.runOn('back');
      }
      expect(scene.server.controllers.deleted).toEqual([]);
    },
  );

  function dieAt(when: 'before' | 'after', at: number): void {
    let count = 0;
    scene.around = (now) => {
      if (now === when && ++count === at) throw new Killed();
    };
  }
});

it(
  '200 volumes of all kinds, the tool killed before and after every change: claims are bound as before',
  async () => {
    const kinds = [...KINDS.keys()].filter((kind) => !kind.startsWith('shared') && kind !== 'misbound');
    for (let i = 0; i < 200; i++) {
      const kind = kinds[i % kinds.length] as string;
      scene.add(kind, `${kind}-${i}`);
    }
    await scene.plan();
    const before = scene.state();
    const died = new Map<string, number>();
    scene.around = (when, method, path) => {
      const once = `${when} ${method} ${path}`;
      const times = died.get(once) ?? 0;
      // The finalizers and the policy are changed at one path: Retain, released, restored.
      if (method === 'GET' || times === (method === 'PATCH' ? 3 : 1)) return;
      died.set(once, times + 1);
      throw new Killed();
    };
    const there = await scene.runOn('move');
    expect(there).toBeGreaterThan(1000);
    const claims = (state: unknown) => (state as { claims: unknown }).claims;
    expect(claims(scene.state())).toEqual(claims(before));
    died.clear();
    expect(await scene.runOn('back')).toBeGreaterThan(1000);
    expect(scene.state()).toEqual(before);
    expect(scene.server.controllers.deleted).toEqual([]);
  },
  LONG_MS,
);
