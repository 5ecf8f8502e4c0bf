import { expect, it } from 'vitest';
import { GlusterPods } from '../../../../src/executors/kubernetes/gluster-pods.js';
import { KUBERNETES_LIMITS } from '../../../../src/executors/kubernetes/kubernetes-options.js';
import { KubernetesApi } from '../../../../src/kubernetes/kubernetes-api.js';
import { until } from '../../../support/simcluster.js';
import { ScriptedServer } from '../../kubernetes/scripted-server.js';

it('a pod is waited for no more once nobody wants it, though the API server never listed any', async () => {
  const server = new ScriptedServer();
  server.answers = [() => undefined];
  await server.up();
  const log = { debug: () => undefined, info: () => undefined, warn: () => undefined };
  const api = new KubernetesApi(server.cluster());
  const options = { api, namespace: 'storage', namedBy: 'node', maxPerPod: 8, maxConnections: null, log } as const;
  const pods = new GlusterPods(options, KUBERNETES_LIMITS);
  const awaited = expect(pods.await('n1')).rejects.toThrow(/shutting down/);
  await until(() => server.asked.length === 1);
  pods.close();
  await server.down(); // the list that was asked for fails
  await awaited;
  await expect(pods.await('n2')).rejects.toThrow(/shutting down/);
  expect(server.asked).toHaveLength(1);
});
