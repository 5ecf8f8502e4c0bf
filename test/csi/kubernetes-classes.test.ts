import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { KubernetesClasses } from '../../src/csi/servers/kubernetes-classes.js';
import { KubernetesApi } from '../../src/kubernetes/kubernetes-api.js';

const NOT_FOUND = {
  kind: 'Status',
  status: 'Failure',
  reason: 'NotFound',
  message: 'secrets "x" not found',
  code: 404,
};

const objects: Record<string, object> = {
  '/apis/storage.k8s.io/v1/storageclasses': {
    items: [
      { provisioner: 'ours', parameters: { resturl: 'http://one' } },
      { provisioner: 'kubernetes.io/glusterfs', parameters: { resturl: 'http://two' } },
      { provisioner: 'ours' },
      {
        provisioner: 'ours',
        parameters: {
          resturl: 'http://three',
          'csi.storage.k8s.io/provisioner-secret-name': 'old',
          'csi.storage.k8s.io/provisioner-secret-namespace': 'ns',
        },
      },
    ],
  },
  '/api/v1/namespaces/ns/secrets/old': { data: { key: Buffer.from('Schlüssel').toString('base64') } },
  '/api/v1/namespaces/ns/secrets/any': { data: { password: Buffer.from('p').toString('base64') } },
  '/api/v1/namespaces/ns/secrets/empty': {},
};

let server: Server;
let classes: KubernetesClasses;

beforeEach(async () => {
  server = createServer((request, response) => {
    const found = objects[request.url ?? ''];
    response.writeHead(found ? 200 : 404).end(JSON.stringify(found ?? NOT_FOUND));
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const url = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  const cluster = {
    server: url,
    namespace: null,
    source: 'test',
    credentials: async () => ({ headers: {}, connection: {} }),
  };
  classes = new KubernetesClasses(new KubernetesApi(cluster), 'ours');
});

afterEach(() => server.close());

it('lists the parameters of the classes of this driver, without those that never reach drivers', async () => {
  expect(await classes.listParameters()).toEqual([{ resturl: 'http://one' }, {}, { resturl: 'http://three' }]);
});

it('reads the key of a Secret, under its usual name or as the only member', async () => {
  expect(await classes.readKey('ns', 'old')).toBe('Schlüssel');
  expect(await classes.readKey('ns', 'any')).toBe('p');
  expect(await classes.readKey('ns', 'empty')).toBeNull();
  expect(await classes.readKey('ns', 'none')).toBeNull();
});

it('an API server that does not answer is UNAVAILABLE, not a Secret that is not there', async () => {
  await new Promise((done) => server.close(done));
  await expect(classes.readKey('ns', 'old')).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  await expect(classes.listParameters()).rejects.toMatchObject({ code: 'UNAVAILABLE' });
});
