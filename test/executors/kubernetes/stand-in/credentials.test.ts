import { readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { KubeConfig } from '@kubernetes/client-node';
import { expect, it } from 'vitest';
import { KubeconfigFile } from '../../../support/kubernetes-server/kubeconfig-file.js';
import { KubernetesServer } from '../../../support/kubernetes-server/kubernetes-server.js';
import { ServiceAccountFolder } from '../../../support/kubernetes-server/service-account-folder.js';

it('the folder of a service account is links through one that is swapped, and its token has no newline', () => {
  const folder = new ServiceAccountFolder('first', 'storage', 'CA');
  const read = (name: string) => readFileSync(join(folder.path, name), 'utf8');
  expect([read('token'), read('namespace'), read('ca.crt')]).toEqual(['first', 'storage', 'CA']);
  expect(readlinkSync(join(folder.path, 'token'))).toBe('..data/token');
  folder.rotate('second');
  expect([read('token'), read('namespace')]).toEqual(['second', 'storage']);
  folder.remove();
});

it('the kubeconfig is one that kubectl could use', async () => {
  const server = await KubernetesServer.up();
  const file = new KubeconfigFile(server, 'storage');
  const config = new KubeConfig();
  config.loadFromFile(file.path);
  expect(config.getCurrentCluster()?.server).toBe(server.url);
  expect(config.getCurrentUser()?.token).toBe(server.token);
  expect(config.getContextObject('test')?.namespace).toBe('storage');
  file.remove();
  await server.down();
});

it('tokens that were revoked are not accepted any more', async () => {
  const server = await KubernetesServer.up();
  const token = server.access.issue({ user: 'someone', rights: ['list pods'], namespace: 'default' });
  const list = async () => {
    const answer = await fetch(`${server.url}/api/v1/namespaces/default/pods`, {
      headers: { Authorization: `Bearer ${token}` },
    });
    return answer.status;
  };
  expect(await list()).toBe(200);
  server.access.revoke(token);
  expect(await list()).toBe(401);
  await server.down();
});
