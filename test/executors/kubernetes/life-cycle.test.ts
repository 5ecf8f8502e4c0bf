import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createKubernetesExecutor, type KubernetesSettings } from '../../../src/executors/create-executor.js';
import { KubeconfigFile } from '../../support/kubernetes-server/kubeconfig-file.js';
import { until } from '../../support/simcluster.js';
import { command, touch, waitingCommand } from '../shell/shell-lab.js';
import { HOST, PodsLab, SILENT_LOG, UNKNOWN, unborn } from './pods-lab.js';

let lab: PodsLab;
beforeEach(async () => {
  lab = await PodsLab.up();
});
afterEach(() => lab.down());

describe('an executor for pods', () => {
  const settings = (kubeconfig: string | null, namespace: string | null = null): KubernetesSettings => ({
    namespace,
    isDaemonset: true,
    usePodNames: false,
    maxConnections: null,
    maxPerPod: 8,
    kubeconfig,
  });
  const around = { identity: null, log: SILENT_LOG, env: {} };

  it('takes server, namespace and credentials from a kubeconfig', async () => {
    const file = new KubeconfigFile(lab.server);
    const executor = await createKubernetesExecutor(settings(file.path), around);
    expect(await executor.run(HOST, [command('echo', 'runs')])).toMatchObject([{ stdout: 'runs\n' }]);
    await executor.close();
    file.remove();
  });

  it('looks into the namespace that it is told', async () => {
    const file = new KubeconfigFile(lab.server);
    const executor = await createKubernetesExecutor(settings(file.path, 'other'), around);
    await expect(executor.run(HOST, [command('true')])).rejects.toMatchObject(
      unborn(/there are no pods with the label glusterfs-node in the namespace other: .*HEKETI_KUBE_NAMESPACE/),
    );
    await executor.close();
    file.remove();
  });

  it('is refused where no API server or no namespace is known', async () => {
    await expect(createKubernetesExecutor(settings(null), around)).rejects.toThrow(/no Kubernetes API server is known/);
    const file = new KubeconfigFile(lab.server, '');
    await expect(createKubernetesExecutor(settings(file.path), around)).rejects.toThrow(
      /namespace of the gluster pods is not known, .* set glusterfs.kubeexec.namespace or HEKETI_KUBE_NAMESPACE/,
    );
    file.remove();
  });

  it('waits with what is begun before anything is known of the pods', async () => {
    lab.server.hang();
    const executor = lab.executor();
    const running = executor.run(HOST, [command('echo', 'runs')]);
    await until(() => lab.server.requests.length > 0);
    lab.server.resume();
    expect(await running).toMatchObject([{ stdout: 'runs\n' }]);
  });

  it('refuses what can not be known of them, with the reason', async () => {
    await lab.server.kill();
    const executor = lab.executor();
    await expect(executor.run(HOST, [command('true')])).rejects.toMatchObject(unborn(/API server .* can't be reached/));
    await lab.server.start();
    await until(() =>
      executor.checkName(HOST).then(
        () => true,
        () => false,
      ),
    );
    expect(await executor.run(HOST, [command('echo', 'runs')])).toMatchObject([{ stdout: 'runs\n' }]);
  });

  it('leaves what runs to its pod when it is closed, and begins nothing more', async () => {
    const executor = lab.executor({ maxPerPod: 1 });
    const running = expect(executor.run(HOST, [waitingCommand()])).rejects.toMatchObject(UNKNOWN);
    const waiting = expect(executor.run(HOST, [touch('made')])).rejects.toMatchObject(unborn(/shutting down/));
    await until(() => lab.home.has('begun'));
    await executor.close();
    await Promise.all([running, waiting]);
    for (const host of [HOST, 'n9'])
      await expect(executor.run(host, [touch('made')])).rejects.toMatchObject(unborn(/shutting down/));
    lab.home.write('go');
    await until(() => lab.home.has('ended'));
    await until(() => lab.server.watches.count === 0);
    expect(lab.home.has('made')).toBe(false);
  });

  it('is not told where a pod has no place for locks', async () => {
    await expect(lab.channels({ namedBy: 'node' }).placeOf('nowhere')).rejects.toMatchObject(
      unborn(/no gluster pod is on/),
    );
    lab.server.pods.add('n2');
    const executor = lab.executor();
    await executor.run('n2', [command('sh', '-c', 'rm -rf "$HOME"/.mortar; : >"$HOME"/.mortar')]);
    await expect(lab.channels().placeOf('n2')).rejects.toMatchObject({
      ...UNKNOWN,
      message: expect.stringMatching(/has no place for locks in .*: is its file system full or read-only\?/) as string,
    });
  });
});
