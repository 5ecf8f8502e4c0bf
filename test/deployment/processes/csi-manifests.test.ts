import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { readClassParameters } from '../../../src/csi/class-parameters.js';
import { controllerCalls } from '../../../src/csi/controller/controller-calls.js';
import { identityCalls } from '../../../src/csi/identity-calls.js';
import { nodeCalls } from '../../../src/csi/node/node-calls.js';
import { KubernetesClasses } from '../../../src/csi/servers/kubernetes-classes.js';
import type { KubernetesApi } from '../../../src/kubernetes/kubernetes-api.js';
import { blocksOf } from '../../docs/documents.js';
import { csiOptionsOf } from '../support/csi-options.js';
import { attemptOf, describeRights, isAllowed } from './support/cluster-rights.js';
import {
  kustomized,
  kustomizedFrom,
  type Manifest,
  nameOf,
  refusalsBy,
  rendered,
  whyNoTools,
} from './support/manifests.js';
import { OVERLAYS } from './support/overlays.js';
import { argumentsOf, type Container, containerOf, flagOf, type PodSpec, placeOf, podsIn } from './support/pods.js';

const ROOT = resolve(import.meta.dirname, '../../..');
const DRIVER = 'glusterfs.csi.mortar';
const CONTROLLER = 'heketi-csi-controller';
const { versions, values } = OVERLAYS.find(({ overlay }) => overlay === 'csi') ?? { versions: [], values: null };

const IN_CONTAINER = `
apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
resources: [deploy/kubernetes/overlays/csi]
components: [deploy/kubernetes/components/csi-mounts-in-container]
`;

const whyNot = whyNoTools();
let manifests: readonly Manifest[] = [];
beforeAll(() => {
  if (whyNot === null) manifests = kustomized('overlays/csi');
});

function objectOf(name: string, among = manifests): Manifest {
  const found = among.find((manifest) => nameOf(manifest) === name);
  if (!found) throw new Error(`there is no ${name}`);
  return found;
}

function pod(which: 'controller' | 'node', among = manifests): PodSpec {
  const found = podsIn(among).find(({ labels }) => labels['heketi-csi'] === `${which}-pod`);
  if (!found) throw new Error(`there is no pod ${which}`);
  return found.spec;
}

async function optionsOf(container: Container) {
  return csiOptionsOf(argumentsOf(container));
}

async function capabilitiesOf(call: string, calls: ReturnType<typeof identityCalls>): Promise<string> {
  return JSON.stringify(await calls[call]?.({} as never));
}

describe.skipIf(whyNot !== null)('the pods of the CSI driver', () => {
  it('start it with flags that it has, as what they are for', async () => {
    expect(await optionsOf(containerOf(pod('controller'), 'heketi-csi'))).toMatchObject({
      controller: true,
      node: false,
      kubernetes: true,
      driverName: DRIVER,
      server: ['http://heketi.glusterfs.svc:8080'],
      user: 'admin',
    });
    expect(await optionsOf(containerOf(pod('node'), 'heketi-csi'))).toMatchObject({
      controller: false,
      node: true,
      kubernetes: false,
      driverName: DRIVER,
      nodeId: 'NODE_NAME',
      mounts: 'host',
    });
    const wrong = { ...containerOf(pod('node'), 'heketi-csi'), args: ['--node', '--nodeid=x'] };
    await expect(optionsOf(wrong)).rejects.toThrow(/--nodeid/);
  });

  it('start a program that the image has', () => {
    const dockerfile = readFileSync(resolve(ROOT, 'Dockerfile'), 'utf8');
    for (const which of ['controller', 'node'] as const) {
      const words = containerOf(pod(which), 'heketi-csi').command ?? [];
      expect([words.at(0), words.at(-1)]).toEqual(['/usr/bin/tini', '/usr/bin/heketi-csi']);
    }
    expect(dockerfile).toMatch(/ln -s \S+\/bin\/heketi-csi \/usr\/bin\/heketi-csi/);
    for (const used of ['mount', 'tini', 'util-linux'])
      expect(dockerfile).toMatch(new RegExp(`install .*\\b${used}\\b`));
  });

  it.each(['controller', 'node'] as const)(
    'of the %s have one socket, which all of their containers see',
    async (which) => {
      const driver = containerOf(pod(which), 'heketi-csi');
      const { endpoint } = await optionsOf(driver);
      const sidecars = pod(which).containers.filter(({ name }) => name !== 'heketi-csi');
      expect(sidecars.map(({ name }) => name)).toEqual(
        which === 'controller' ? ['provisioner', 'resizer', 'liveness-probe'] : ['registrar', 'liveness-probe'],
      );
      for (const sidecar of sidecars)
        expect(placeOf(sidecar, flagOf(sidecar, '--csi-address'))).toBe(placeOf(driver, endpoint));
      // Who connects has to be the socket's own user, or root with all of its capabilities.
      if (which === 'controller')
        expect(pod(which).securityContext).toMatchObject({ runAsNonRoot: true, runAsUser: 10001 });
      for (const { securityContext } of pod(which).containers) {
        expect(securityContext).not.toHaveProperty('runAsUser');
        if (which === 'node') expect(securityContext).toEqual({ privileged: true });
      }
    },
  );

  it('are probed at the port of the sidecar that asks the driver', () => {
    for (const which of ['controller', 'node'] as const) {
      const { livenessProbe, ports } = containerOf(pod(which), 'heketi-csi');
      const containerPort = Number(flagOf(containerOf(pod(which), 'liveness-probe'), '--health-port'));
      expect(ports).toEqual([{ name: 'healthz', containerPort }]);
      expect(livenessProbe).toMatchObject({ httpGet: { path: '/healthz', port: 'healthz' } });
    }
    const registrar = containerOf(pod('node'), 'registrar');
    const containerPort = Number(flagOf(registrar, '--http-endpoint').slice(1));
    expect(registrar['ports']).toEqual([{ name: 'registered', containerPort }]);
  });

  it('of nodes tell the kubelet a socket that is theirs, below its own folder', async () => {
    const { volumes } = pod('node');
    const hostPath = (name: string) => volumes.find((volume) => volume.name === name)?.hostPath?.path;
    const registrar = containerOf(pod('node'), 'registrar');
    const driver = containerOf(pod('node'), 'heketi-csi');
    const [volume = '', rest] = placeOf(driver, (await optionsOf(driver)).endpoint).split(':');
    expect(flagOf(registrar, '--kubelet-registration-path')).toBe(`${hostPath(volume)}${rest}`);
    expect(hostPath(volume)).toBe(`${hostPath('kubelet')}/plugins/${DRIVER}`);
    expect(hostPath('registration')).toBe(`${hostPath('kubelet')}/plugins_registry`);
    expect(placeOf(registrar, '/registration')).toBe('registration:');
  });

  it('of nodes mount where the host sees it: in its processes, its paths and its log', async () => {
    const { hostPID, hostNetwork, volumes } = pod('node');
    const driver = containerOf(pod('node'), 'heketi-csi');
    expect({ hostPID, hostNetwork }).toEqual({ hostPID: true, hostNetwork: false });
    const [kubelet] = driver.volumeMounts.filter(({ name }) => name === 'kubelet');
    expect(kubelet).toEqual({ name: 'kubelet', mountPath: '/var/lib/kubelet', mountPropagation: 'Bidirectional' });
    for (const path of [kubelet?.mountPath ?? '', (await optionsOf(driver)).logDir]) {
      const [volume, rest] = placeOf(driver, path).split(':');
      expect(rest).toBe('');
      expect(volumes.find(({ name }) => name === volume)).toMatchObject({ hostPath: { path } });
    }
  });

  it('that mount in their containers are not replaced by a new image, and need the network instead of the processes', async () => {
    const inContainer = kustomizedFrom(IN_CONTAINER);
    for (const version of versions) expect(inContainer.flatMap(refusalsBy(version))).toEqual([]);
    const spec = pod('node', inContainer);
    expect((await optionsOf(containerOf(spec, 'heketi-csi'))).mounts).toBe('container');
    expect(spec).toMatchObject({ hostPID: false, hostNetwork: true });
    expect(objectOf('DaemonSet heketi-csi-node', inContainer)['spec']).toMatchObject({
      updateStrategy: { type: 'OnDelete' },
    });
    const chart = { ...values, csi: { enabled: true, mountsInContainer: true } };
    expect(rendered(chart, '1.32')).toEqual(inContainer);
  });
});

describe.skipIf(whyNot !== null)('the rights of the CSI driver', () => {
  /** What the driver asks of the API server: classes, and the Secret that one names. */
  async function driversRequests() {
    const { parameters } = objectOf('StorageClass glusterfs-csi') as Manifest & { parameters: Record<string, string> };
    const { secret } = readClassParameters(parameters).server;
    const paths: (readonly string[])[] = [];
    const api = {
      request: async ({ path }: { path: readonly string[] }) => {
        paths.push(path);
        return {};
      },
    };
    const classes = new KubernetesClasses(api as unknown as KubernetesApi, DRIVER);
    await classes.listParameters();
    await classes.readKey(secret?.namespace ?? '', secret?.name ?? '');
    return paths.map(attemptOf);
  }

  it('cover what it asks for, and end where they are not needed', async () => {
    const attempts = await driversRequests();
    expect(attempts.map(({ verb, resource }) => `${verb} ${resource}`)).toEqual(['list storageclasses', 'get secrets']);
    for (const attempt of attempts) {
      expect(isAllowed(manifests, CONTROLLER, attempt), JSON.stringify(attempt)).toBe(true);
      expect(isAllowed(manifests, 'heketi-csi-node', attempt)).toBe(false);
    }
    const secret = { verb: 'get', group: '', resource: 'secrets', namespace: 'glusterfs', name: 'heketi-admin-secret' };
    expect(isAllowed(manifests, CONTROLLER, secret)).toBe(true);
    for (const other of [{ name: 'other' }, { namespace: 'default' }, { verb: 'list', name: '' }, { verb: 'update' }])
      expect(isAllowed(manifests, CONTROLLER, { ...secret, ...other }), JSON.stringify(other)).toBe(false);
  });

  it('are these, with those of the sidecars', () => {
    expect(describeRights(manifests, CONTROLLER)).toEqual([
      'cluster: create,patch events',
      'cluster: get nodes',
      'cluster: get,list,watch storageclasses',
      'cluster: get,list,watch,create,patch,delete persistentvolumes',
      'cluster: get,list,watch,update persistentvolumeclaims',
      'cluster: patch persistentvolumeclaims/status',
      'glusterfs: get secrets heketi-admin-secret',
      'glusterfs: get,create,update leases',
    ]);
    expect(describeRights(manifests, 'heketi-csi-node')).toEqual([]);
    expect(pod('node').serviceAccountName).toBe('heketi-csi-node');
    expect(objectOf('ServiceAccount heketi-csi-node')).toMatchObject({ automountServiceAccountToken: false });
    expect(pod('controller').serviceAccountName).toBe(CONTROLLER);
  });

  it('leave out what sidecars need for capabilities that it does not have', async () => {
    const identity = identityCalls({ name: DRIVER, version: 'test' });
    const plugin = await capabilitiesOf('GetPluginCapabilities', identity);
    const controller = await capabilitiesOf('ControllerGetCapabilities', controllerCalls({} as never, ''));
    const node = await capabilitiesOf('NodeGetCapabilities', nodeCalls('node', {} as never));
    // Of CSINodes and all nodes; of VolumeAttachments; of snapshots; of VolumeAttributesClasses; by the kubelet
    expect(plugin).not.toContain('VOLUME_ACCESSIBILITY_CONSTRAINTS');
    for (const capability of ['PUBLISH_UNPUBLISH_VOLUME', 'CREATE_DELETE_SNAPSHOT', 'MODIFY_VOLUME'])
      expect(controller).not.toContain(capability);
    expect(node).not.toContain('EXPAND_VOLUME');
    for (const capability of ['CREATE_DELETE_VOLUME', 'EXPAND_VOLUME']) expect(controller).toContain(capability);
    expect(plugin).toContain('"ONLINE"');
    expect(node).toContain('STAGE_UNSTAGE_VOLUME');
    expect(flagOf(containerOf(pod('controller'), 'resizer'), '--handle-volume-inuse-error')).toBe('false');
    expect(objectOf(`CSIDriver ${DRIVER}`)['spec']).toEqual({
      attachRequired: false,
      podInfoOnMount: false,
      fsGroupPolicy: 'File',
      volumeLifecycleModes: ['Persistent'],
    });
  });

  it('are those of one controller at a time, which is told the claims', () => {
    const { replicas } = objectOf('Deployment heketi-csi-controller')['spec'] as { replicas: number };
    expect(replicas).toBe(2);
    for (const name of ['provisioner', 'resizer'])
      expect(containerOf(pod('controller'), name).args).toContain('--leader-election');
    expect(containerOf(pod('controller'), 'provisioner').args).toContain('--extra-create-metadata');
  });
});

describe.skipIf(whyNot !== null)('the classes', () => {
  it('of the driver and of the in-tree provisioner stand side by side, and differ in name and provisioner', () => {
    const both = kustomized('overlays/kubernetes-1.26');
    const { metadata: ours, ...driver } = objectOf('StorageClass glusterfs-csi', both);
    const { metadata: old, ...inTree } = objectOf('StorageClass glusterfs', both);
    expect({ ...driver, provisioner: 'kubernetes.io/glusterfs' }).toEqual(inTree);
    expect(driver['provisioner']).toBe(DRIVER);
    expect(ours.name).not.toBe(old.name);
    expect(() => readClassParameters(driver['parameters'] as Record<string, string>)).not.toThrow();
    // The driver reads it in the cluster; what stands in the namespace is what the role names.
    expect(driver['parameters']).toMatchObject({ secretNamespace: 'glusterfs', secretName: 'heketi-admin-secret' });
  });
});

describe.skipIf(whyNot !== null)('the chart of the CSI driver', () => {
  it("follows the kubelet's folder", () => {
    const chart = { ...values, csi: { enabled: true, kubeletFolder: '/var/lib/k0s/kubelet' } };
    const elsewhere = rendered(chart, '1.32');
    const text = JSON.stringify(elsewhere);
    expect(text).not.toContain('/var/lib/kubelet');
    expect(JSON.parse(text.replaceAll('/var/lib/k0s/kubelet', '/var/lib/kubelet'))).toEqual(manifests);
  });

  it('makes what the kustomization of the document makes', () => {
    const [ours] = blocksOf('docs/csi.md').filter(({ lines }) => lines.includes('kind: Kustomization'));
    const made = kustomizedFrom(ours?.lines.join('\n') ?? '');
    const url = 'http://heketi.example:8080';
    const csi = { enabled: true, server: url, kubeletFolder: '/var/lib/k0s/kubelet' };
    const storageClass = { enabled: false, parameters: { resturl: url } };
    expect(rendered({ ...values, image: 'REGISTRY/mortar:0.1.0', csi, storageClass }, '1.32')).toEqual(made);
  });

  it('makes no role for all Secrets', () => {
    for (const secrets of [[], null])
      expect(() => rendered({ ...values, csi: { enabled: true, secrets } }, '1.32'), String(secrets)).toThrow(
        /secrets/,
      );
  });

  it('makes nothing of it by default', () => {
    expect(rendered({}, '1.32').filter(({ kind }) => kind === 'CSIDriver')).toEqual([]);
  });
});
