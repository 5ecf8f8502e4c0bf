import { manageName } from '../../domain/node.js';
import type { Examination } from '../../operations/examination/examine.js';
import type { PoolDifferences } from '../../operations/examination/find-differences.js';
import type { SurveyedNode } from '../../operations/examination/survey-pool.js';
import { Slices } from '../../timing/turns.js';
import type { components } from '../contract/openapi.js';

type ExaminedCluster = components['schemas']['ExaminedCluster'];

/** What was found, beside the whole database. */
export async function examinedPool<Dump>(
  heketidb: Dump,
  examination: Examination,
  inFlight: number,
): Promise<{ readonly heketidb: Dump; readonly report: string[]; readonly clusters: ExaminedCluster[] | null }> {
  return { heketidb, report: await examinationReport(examination, inFlight), clusters: examinedClusters(examination) };
}

/** Clusters and their nodes as the original shows them: a part that could not be had is null. */
function examinedClusters({ records, nodes }: Examination): ExaminedCluster[] | null {
  if (records.clusters.length === 0) return null;
  return records.clusters.map(({ id }) => {
    const ofCluster = nodes.filter(({ node }) => node.clusterId === id);
    return { ClusterHeketiID: id, NodesData: ofCluster.length === 0 ? null : ofCluster.map(examinedNode) };
  });
}

function examinedNode({ node, survey, blockVolumes }: SurveyedNode): NonNullable<ExaminedCluster['NodesData']>[number] {
  const names = [...blockVolumes].flatMap(([hosting, found]) => (found ?? []).map((name) => `${hosting}/${name}`));
  return {
    NodeHeketiID: node.id,
    VolumeInfo: survey?.volumeDocument ?? null,
    LVMPVInfo: survey?.physicalVolumes?.document ?? null,
    LVMVGInfo: survey?.volumeGroups?.document ?? null,
    LVMLVInfo: survey?.logicalVolumes?.document ?? null,
    BricksMountStatus: survey && mountStatus(survey),
    BlockVolumeNames: names.length === 0 ? null : names,
  };
}

/** Every line of the fstab, and whether its device is mounted. */
function mountStatus({ mounts, fstab }: NonNullable<SurveyedNode['survey']>): object | null {
  if (!mounts || !fstab) return null;
  const mounted = new Set(mounts.map(({ source }) => source));
  return {
    Statuses: fstab.map(({ device, mountPoint, type, options }) => ({
      Device: device,
      MountPoint: mountPoint,
      Type: type,
      MountOptions: options,
      Mounted: mounted.has(device),
    })),
  };
}

/** The original's report: what could not be had, and whether the names of all volumes agree on each node. */
async function examinationReport({ records, nodes }: Examination, inFlight: number): Promise<string[]> {
  const report = [`OnDemand Examiner invoked while ${inFlight} ops are in flight`];
  for (const { node, survey, failure, blockVolumes } of nodes) {
    if (!survey) report.push(`could not fetch anything from node ${node.id} (${manageName(node)}): ${failure}`);
    for (const { part, reason } of survey?.failures ?? [])
      report.push(`could not fetch ${part} from node ${node.id} (${manageName(node)}): ${reason}`);
    for (const [hosting, found] of blockVolumes)
      if (found === null) report.push(`could not fetch block volumes of ${hosting} from node ${node.id}`);
  }
  const known = new Map(records.clusters.map(({ id }) => [id, new Set<string>()]));
  for (const { clusterId, name } of records.volumes) known.get(clusterId)?.add(name);
  const slices = new Slices();
  for (const { id } of records.clusters) {
    const wanted = known.get(id) ?? new Set();
    const lines: string[] = [];
    for (const { node, survey } of nodes) {
      if (node.clusterId !== id) continue;
      if (slices.isOver) await slices.next();
      if (!survey?.volumes)
        lines.push(`heketi volume list could not be compared with volume list of node ${node.id} due to missing info`);
      else if (!areNamed(survey.volumes, wanted))
        lines.push(`heketi volume list does not match with volume list of node ${node.id}`);
    }
    report.push(...(lines.length === 0 ? ['heketi volume list matches with volume list of all nodes'] : lines));
  }
  return report;
}

function areNamed(volumes: readonly { readonly name: string }[], names: ReadonlySet<string>): boolean {
  return volumes.length === names.size && volumes.every(({ name }) => names.has(name));
}

export function poolDifferences(found: PoolDifferences): components['schemas']['PoolDifferences'] {
  return {
    differences: found.differences.map(({ kind, clusterId, host, subject, text, remedy }) => ({
      kind,
      cluster: clusterId,
      host,
      subject,
      text,
      remedy,
    })),
    notcompared: found.notCompared.map(({ clusterId, host, reason }) => ({ cluster: clusterId, host, reason })),
    pendingoperations: [...found.pendingOperations],
  };
}
