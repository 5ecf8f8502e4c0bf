import type { Id } from '../ids.js';

export interface ClusterCandidate {
  readonly id: Id;
  readonly allowsFile: boolean;
  readonly allowsBlock: boolean;
  /** Pending volumes count. */
  readonly volumeCount: number;
  readonly nameTaken: boolean;
}

export interface ClusterReason {
  readonly clusterId: Id;
  readonly text: string;
}

/** Splits candidates, in their order, into those that may take the volume and the reasons of the others. */
export function eligibleClusters(
  candidates: readonly ClusterCandidate[],
  wanted: { readonly name: string; readonly isBlock: boolean; readonly maxVolumes: number },
): { readonly eligible: readonly Id[]; readonly reasons: readonly ClusterReason[] } {
  const eligible: Id[] = [];
  const reasons: ClusterReason[] = [];
  for (const candidate of candidates) {
    const text = refusal(candidate, wanted);
    if (text === null) eligible.push(candidate.id);
    else reasons.push({ clusterId: candidate.id, text });
  }
  return { eligible, reasons };
}

function refusal(
  cluster: ClusterCandidate,
  { name, isBlock, maxVolumes }: { readonly name: string; readonly isBlock: boolean; readonly maxVolumes: number },
): string | null {
  if (!cluster.allowsBlock && !cluster.allowsFile) return 'Cluster has disabled all volume types';
  if (isBlock ? !cluster.allowsBlock : !cluster.allowsFile) return 'Cluster does not support requested volume type';
  if (cluster.nameTaken) return `Volume name '${name}' already in use`;
  if (cluster.volumeCount >= maxVolumes) return `Cluster has ${cluster.volumeCount} volumes and limit is ${maxVolumes}`;
  return null;
}

/** One reason stands alone; several get a heading and a line per cluster. */
export function clusterErrorsText(reasons: readonly ClusterReason[], heading: string): string {
  const [only] = reasons;
  if (!only) return 'No clusters configured';
  if (reasons.length === 1) return only.text;
  return [heading, ...reasons.map(({ clusterId, text }) => `Cluster ${clusterId}: ${text}`)].join('\n');
}
