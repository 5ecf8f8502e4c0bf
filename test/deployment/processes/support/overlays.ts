import type { KubernetesVersion } from './manifests.js';

export interface Overlay {
  /** Below deploy/kubernetes/overlays. */
  readonly overlay: string;
  readonly versions: readonly KubernetesVersion[];
  /** Of the chart, which make the same; null: it makes nothing like this. */
  readonly values: object | null;
  readonly hasServer: boolean;
}

/**
 * Kubernetes 1.26 to 1.32, as far as there are schemas. Those of 1.26 and 1.31 lie between two: what is not new in the later
 * one, and not gone there, is in them too.
 */
const FOR_CSI: readonly KubernetesVersion[] = ['1.25', '1.27', '1.28', '1.29', '1.30', '1.32'];

/** Each overlay, and the versions of Kubernetes that it is for. */
export const OVERLAYS: readonly Overlay[] = [
  { overlay: 'gluster-pods', versions: ['1.25', '1.32'], values: {}, hasServer: true },
  {
    overlay: 'ssh',
    versions: ['1.20', '1.25', '1.32'],
    values: { executor: 'ssh', gluster: { enabled: false } },
    hasServer: true,
  },
  { overlay: 'backup', versions: ['1.25', '1.32'], values: { backup: { enabled: true } }, hasServer: true },
  {
    overlay: 'monitoring',
    versions: ['1.25', '1.32'],
    values: { backup: { enabled: true }, monitoring: { enabled: true } },
    hasServer: true,
  },
  {
    overlay: 'database-claim',
    versions: ['1.25', '1.32'],
    values: { databaseClaim: { enabled: true }, storageClass: { enabled: false } },
    hasServer: true,
  },
  { overlay: 'kubernetes-1.20', versions: ['1.20'], values: {}, hasServer: true },
  { overlay: 'bootstrap', versions: ['1.20', '1.25', '1.32'], values: null, hasServer: true },
  {
    overlay: 'kubernetes-1.26',
    versions: FOR_CSI,
    values: { databaseClaim: { enabled: true }, csi: { enabled: true } },
    hasServer: true,
  },
  {
    overlay: 'csi',
    versions: FOR_CSI,
    values: {
      server: { enabled: false },
      gluster: { enabled: false },
      storageClass: { enabled: false },
      csi: { enabled: true },
    },
    hasServer: false,
  },
];

export const WITH_SERVER = OVERLAYS.filter(({ hasServer }) => hasServer);
