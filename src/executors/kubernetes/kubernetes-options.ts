import type { KubernetesApi } from '../../kubernetes/kubernetes-api.js';
import type { NamedBy } from './pod-choice.js';

/** How the gluster pods are found and used. */
export interface KubernetesOptions {
  readonly api: KubernetesApi;
  /** Of the gluster pods. */
  readonly namespace: string;
  readonly namedBy: NamedBy;
  /** Programs at a time in one container: its runtime stalls for a while when some 28 end together. */
  readonly maxPerPod: number;
  /** Programs at a time in all of them; null: no limit. */
  readonly maxConnections: number | null;
  readonly log: KubernetesLog;
  readonly limits?: Partial<KubernetesLimits>;
}

export interface KubernetesLog {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
}

export interface KubernetesLimits {
  /** From the connection to the answer to the upgrade. A kubelet that hangs never answers. */
  readonly handshakeMs: number;
  /** A socket is asked for a sign of life this often, and given up when three remain unanswered. */
  readonly pingMs: number;
  /** How long a host may be without a pod that can be used before what waits for one is refused. */
  readonly podMs: number;
  /** Pause before a request that was refused for a moment is made again; it doubles. */
  readonly retryMs: number;
  /** The programs of a pod that is gone may take its grace period to end, and at least this long, */
  readonly leastGraceMs: number;
  /** and so much longer. */
  readonly overlapMs: number;
  /** Longest pause between two tries to list the pods. */
  readonly maxPauseMs: number;
}

export const KUBERNETES_LIMITS: KubernetesLimits = {
  handshakeMs: 30_000,
  pingMs: 15_000,
  podMs: 30_000,
  retryMs: 250,
  leastGraceMs: 30_000, // Kubernetes' own default: an earlier pod may have been made otherwise
  overlapMs: 10_000,
  maxPauseMs: 10_000,
};
