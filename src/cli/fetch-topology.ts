import type { JsonValue } from '../json/json-value.js';
import { type HeketiClient, pathOf } from './client.js';
import { fetchInOrder } from './context.js';
import type { TopologyCluster } from './output/topology.js';
import { memberOf, readCluster, readNode, readTexts, readVolume } from './wire.js';

/** One cluster as the server described it, still JSON, so that `--json` shows every member. */
export interface RawTopologyCluster {
  readonly cluster: JsonValue;
  readonly volumes: readonly JsonValue[];
  readonly nodes: readonly JsonValue[];
}

/** The server has no route for the whole: it is put together from the infos of clusters, nodes and volumes. */
export async function fetchTopology(
  client: HeketiClient,
  options: { withVolumes: boolean },
): Promise<RawTopologyCluster[]> {
  const clusters: RawTopologyCluster[] = [];
  for (const id of readTexts(memberOf(await client.getJson('/clusters'), 'clusters'))) {
    const json = await client.getJson(pathOf('clusters', id));
    const cluster = readCluster(json);
    const fetchAll = async (noun: string, ids: readonly string[]): Promise<JsonValue[]> => {
      const all: JsonValue[] = [];
      for await (const item of fetchInOrder(ids, (one) => client.getJson(pathOf(noun, one)))) all.push(item);
      return all;
    };
    const volumes = options.withVolumes ? await fetchAll('volumes', cluster.volumes) : [];
    clusters.push({ cluster: json, volumes, nodes: await fetchAll('nodes', cluster.nodes) });
  }
  return clusters;
}

export function readTopology(clusters: readonly RawTopologyCluster[]): TopologyCluster[] {
  return clusters.map(({ cluster, volumes, nodes }) => ({
    cluster: readCluster(cluster),
    volumes: volumes.map(readVolume),
    nodes: nodes.map(readNode),
  }));
}

/** The JSON form of `topology info`. */
export function topologyJson(clusters: readonly RawTopologyCluster[]): JsonValue {
  return {
    clusters: clusters.map(({ cluster, volumes, nodes }) => ({
      volumes: [...volumes],
      nodes: [...nodes],
      id: memberOf(cluster, 'id') ?? '',
      block: memberOf(cluster, 'block') ?? false,
      file: memberOf(cluster, 'file') ?? false,
    })),
  };
}
