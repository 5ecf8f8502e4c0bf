import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { makeMemoryFolder } from '../../support/memory-folder.js';
import { done, openPool } from '../../support/pool.js';
import { until } from '../../support/simcluster.js';
import { command, touch, waitingCommand } from '../shell/shell-lab.js';
import { HOST, PodsLab, type PodsOptions, UNKNOWN, unborn } from './pods-lab.js';

let lab: PodsLab;
beforeEach(async () => {
  lab = await PodsLab.up();
});
afterEach(() => lab.down());

const pods = () => lab.server.pods;
const runs = { stdout: 'runs\n' };
const RUNS = [command('echo', 'runs')];
const AT_ONCE = { podMs: 0 };

/** A batch that runs until `go`, and what is expected of it. */
async function begin(options: PodsOptions = {}) {
  const executor = lab.executor(options);
  const running = executor.run(HOST, [waitingCommand(), touch('next')]);
  running.catch(() => undefined);
  await until(() => lab.home.has('begun'));
  return { executor, running };
}

describe('a pod that ends while commands run in it', () => {
  it.each([
    ['is deleted by force', () => void pods().replace(HOST)],
    [
      'is deleted, and process 1 ends at once',
      () => {
        pods().beginDeletion(HOST, 2);
        pods().stop(HOST);
        pods().finishDeletion(HOST);
        pods().start(HOST);
      },
    ],
    ['has its container started anew', () => pods().restartContainers(HOST)],
  ])('as it %s, leaves an unknown outcome, though 137 looks like an answer', async (_how, end) => {
    const { executor, running } = await begin();
    end();
    await expect(running).rejects.toMatchObject(UNKNOWN);
    await executor.awaitLeftovers(HOST);
    expect(await executor.run(HOST, RUNS)).toMatchObject([runs]);
  });

  it('leaves an unknown outcome where nothing had been heard of the program yet', async () => {
    const run = lab.run(['bash', '-c', 'touch "$HOME/begun"; sleep 600']);
    await until(() => lab.home.has('begun'));
    pods().restartContainers(HOST);
    expect(await run.end).toEqual({
      kind: 'unknown',
      reason: expect.stringMatching(/^the container in which it ran was replaced/) as string,
    });
  });

  it('leaves an unknown outcome while the books do not show it yet', async () => {
    const run = lab.run(['bash', '-c', 'touch "$HOME/begun"; sleep 600']);
    await until(() => lab.home.has('begun'));
    lab.home.kill();
    expect(await run.end).toMatchObject({ kind: 'unknown' });
  });

  it('lets them run on until its grace period is over, and takes no others', async () => {
    const { executor, running } = await begin();
    const old = lab.home;
    pods().beginDeletion(HOST, 30);
    await executor.checkName(HOST); // the pods are listed for it
    let isRun = false;
    const next = executor.run(HOST, RUNS).then((results) => {
      isRun = true;
      return results;
    });
    old.write('go');
    expect(await running).toMatchObject([{ exitCode: 0 }, { exitCode: 0 }]);
    expect([isRun, lab.asked.length]).toEqual([false, 1]);
    pods().finishDeletion(HOST);
    pods().start(HOST);
    expect(await next).toMatchObject([runs]);
  });
});

describe('a pod that is replaced', () => {
  it('is waited for until the next one is ready, which is found at once', async () => {
    const executor = lab.executor();
    await executor.run(HOST, RUNS);
    pods().forceDelete(HOST);
    const waiting = executor.run(HOST, RUNS);
    await until(
      () => lab.server.requests.filter(({ url }) => !url.includes('watch=true') && url.includes('/pods?')).length > 1,
    );
    pods().start(HOST);
    expect(await waiting).toMatchObject([runs]);
    expect(lab.server.execs.asked.at(-1)?.pod).toBe(pods().on(HOST).identity.name);
  });

  it('is looked up when the watch has not told of it', async () => {
    const executor = lab.executor();
    await executor.run(HOST, RUNS);
    lab.server.watches.hold();
    pods().replace(HOST);
    expect(await executor.run(HOST, RUNS)).toMatchObject([runs]);
  });

  it('is waited for no longer than it may take', async () => {
    pods().keepWaiting(pods().forceDelete(HOST).identity.nodeName, { reason: 'CrashLoopBackOff' });
    await expect(lab.executor({ limits: AT_ONCE }).run(HOST, RUNS)).rejects.toMatchObject(
      unborn(/the container glusterfs of the pod \S+ does not run \(CrashLoopBackOff\); kubectl describe pod/),
    );
    expect(lab.asked).toEqual([]);
  });

  it('is not waited for when its node is not heard of', async () => {
    pods().setNodeReady(HOST, false);
    await expect(lab.executor().run(HOST, RUNS)).rejects.toMatchObject(
      unborn(/the node n1 of the pod \S+ is not ready/),
    );
    pods().setNodeReady(HOST, true);
    expect(await lab.executor().run(HOST, RUNS)).toMatchObject([runs]);
  });

  it('has run its program once and for all when it was to run once', async () => {
    pods().finish(HOST, 0);
    await expect(lab.executor({ limits: AT_ONCE }).run(HOST, RUNS)).rejects.toMatchObject(
      unborn(/has ended and does not run/),
    );
  });
});

describe('programs of an earlier pod', () => {
  it('which its books have lost are given time to end where no lock tells of them', async () => {
    const { executor, running } = await begin({ limits: { overlapMs: 58_500, podMs: 1 } });
    const old = lab.home;
    pods().forget(HOST);
    pods().start(HOST);
    lab.server.execs.cut();
    await expect(running).rejects.toMatchObject(UNKNOWN);
    await expect(executor.awaitLeftovers(HOST)).rejects.toMatchObject({
      ...UNKNOWN,
      message: expect.stringMatching(/programs of an earlier pod may still run beside the pod /) as string,
    });
    expect(old.has('ended')).toBe(false);
    pods().endLingering();
    const other = lab.executor();
    await other.awaitLeftovers(HOST); // the time is over
  });

  it('are over in a pod whose container was started anew, with those locks of it', async () => {
    const { executor, running } = await begin();
    pods().restartContainers(HOST);
    await expect(running).rejects.toMatchObject(UNKNOWN);
    await executor.awaitLeftovers(HOST);
    await lab.executor().awaitLeftovers(HOST);
  });
});

describe('the name of a host', () => {
  const label = (value: string) => ({ labels: { 'glusterfs-node': value } });

  it('is that of a node, of a label or of a pod', async () => {
    pods().add('n2', { ...label('storage-2'), podName: 'gluster-2', containerNames: ['gluster', 'sidecar'] });
    for (const [namedBy, name] of [
      ['node', 'n2'],
      ['label', 'storage-2'],
      ['pod', 'gluster-2'],
    ] as const) {
      expect(await lab.executor({ namedBy }).run(name, RUNS)).toMatchObject([runs]);
      expect(lab.server.execs.asked.at(-1)).toMatchObject({ pod: 'gluster-2', nodeName: 'n2' });
      expect(lab.server.requests.findLast(({ url }) => url.includes('/exec?'))?.url).toContain('container=gluster&');
    }
  });

  it.each([
    ['node', /no gluster pod is on a Kubernetes node named nowhere .* are on n1, n2$/],
    ['label', /no pod has the label glusterfs-node=nowhere .* have pod, storage-2$/],
    ['pod', /no pod named nowhere is in the namespace default/],
  ] as const)('that is none of a %s is refused with those that there are', async (namedBy, message) => {
    pods().add('n2', label('storage-2'));
    const executor = lab.executor({ namedBy });
    await expect(executor.run('nowhere', RUNS)).rejects.toMatchObject(unborn(message));
    await expect(executor.checkName('nowhere')).rejects.toMatchObject({
      code: 'invalid',
      message: expect.stringMatching(message) as string,
    });
    await executor.checkName({ node: 'n2', label: 'storage-2', pod: pods().on('n2').identity.name }[namedBy]);
  });

  it('is looked at before a node is added, also beside others', async () => {
    const folder = makeMemoryFolder('mortar-pods-');
    const pool = await openPool(join(folder, 'heketi.db'), lab.executor());
    const clusterId = await pool.operations.createCluster({ allowsBlock: true, allowsFile: true });
    const node = { clusterId, zone: 1, storageNames: ['192.0.2.9'], tags: {} };
    const adding = pool.operations.addNode({ ...node, manageNames: ['storage-1.example.com'] });
    await expect(adding.then((id) => done(pool, id))).rejects.toThrow(
      /^no gluster pod is on a Kubernetes node named storage-1.example.com .*kubectl get nodes.* are on n1$/,
    );
    await lab.server.kill();
    const unreachable = pool.operations.addNode({ ...node, manageNames: [HOST] });
    await expect(unreachable.then((id) => done(pool, id))).rejects.toThrow(/API server .* can't be reached/);
    await pool.store.close();
    rmSync(folder, { recursive: true });
  });
});
