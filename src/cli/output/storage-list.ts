import type { VolumeInfo } from '../../client/wire.js';

interface StorageListInput {
  readonly volume: VolumeInfo;
  /** The server's database, which already contains the volume. */
  readonly database: Buffer;
  readonly image: string;
  readonly nodeSelector: Readonly<Record<string, string>> | null;
}

const SECRET = 'heketi-storage-secret';
const ENDPOINTS = 'heketi-storage-endpoints';
const JOB = 'heketi-storage-copy-job';
const STORAGE = 'heketi-storage';
const SUPPORT = { 'deploy-heketi': 'support' };

/**
 * The Kubernetes objects that copy the database onto its volume: a secret with the database,
 * endpoints and service of the volume, and the job. Indented JSON without a final newline.
 */
export function formatStorageList(input: StorageListInput): string {
  const items = [buildSecret(input.database), buildEndpoints(input.volume), buildService(), buildJob(input)];
  return JSON.stringify({ apiVersion: 'v1', kind: 'List', items }, null, 2);
}

function buildSecret(database: Buffer): object {
  return {
    kind: 'Secret',
    apiVersion: 'v1',
    metadata: { name: SECRET, creationTimestamp: null, labels: SUPPORT },
    data: { 'heketi.db': database.toString('base64') },
  };
}

function buildEndpoints(volume: VolumeInfo): object {
  return {
    kind: 'Endpoints',
    apiVersion: 'v1',
    metadata: { name: ENDPOINTS, creationTimestamp: null },
    subsets: volume.mountHosts.map((ip) => ({ addresses: [{ ip }], ports: [{ port: 1 }] })),
  };
}

function buildService(): object {
  return {
    kind: 'Service',
    apiVersion: 'v1',
    metadata: { name: ENDPOINTS, creationTimestamp: null },
    spec: { ports: [{ port: 1, targetPort: 0 }] },
    status: { loadBalancer: {} },
  };
}

function buildJob({ volume, image, nodeSelector }: StorageListInput): object {
  const pod = {
    volumes: [
      { name: STORAGE, glusterfs: { endpoints: ENDPOINTS, path: volume.name } },
      { name: SECRET, secret: { secretName: SECRET } },
    ],
    containers: [
      {
        name: 'heketi',
        image,
        command: ['cp', '/db/heketi.db', '/heketi'],
        resources: {},
        volumeMounts: [
          { name: STORAGE, mountPath: '/heketi' },
          { name: SECRET, mountPath: '/db' },
        ],
      },
    ],
    restartPolicy: 'Never',
    ...(nodeSelector === null ? {} : { nodeSelector }),
  };
  return {
    kind: 'Job',
    apiVersion: 'batch/v1',
    metadata: { name: JOB, creationTimestamp: null, labels: SUPPORT },
    spec: {
      parallelism: 1,
      completions: 1,
      template: { metadata: { name: JOB, creationTimestamp: null }, spec: pod },
    },
    status: {},
  };
}
