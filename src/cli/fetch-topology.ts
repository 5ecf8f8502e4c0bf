import { type HeketiClient, pathOf } from '../client/client.js';
import { memberOf, readCluster, readList, readNode, readTexts, readVolume } from '../client/wire.js';
import { isJsonObject, type JsonValue } from '../json/json-value.js';
import { fetchInOrder } from './context.js';
import { ServerError } from './errors.js';
import type { TopologyCluster } from './output/topology.js';

/** One cluster as the server described it, still JSON, so that `--json` shows every member. */
export interface RawTopologyCluster {
  readonly cluster: JsonValue;
  readonly volumes: readonly JsonValue[];
  readonly nodes: readonly JsonValue[];
}

export async function fetchTopology(
  client: HeketiClient,
  options: { withVolumes: boolean },
): Promise<RawTopologyCluster[]> {
  return (options.withVolumes ? await fetchWhole(client) : null) ?? collectTopology(client, options);
}

/** Null: the server has no route for the whole, as Heketi has none. */
async function fetchWhole(client: HeketiClient): Promise<RawTopologyCluster[] | null> {
  try {
    return readList(memberOf(await client.getJson('/topology'), 'clusters')).map((whole) => {
      const { volumes, nodes, ...cluster } = isJsonObject(whole) ? whole : {};
      return { cluster, volumes: readList(volumes), nodes: readList(nodes) };
    });
  } catch (error) {
    if (error instanceof ServerError && error.status === 404) return null;
    throw error;
  }
}

/** From the infos of clusters, nodes and volumes. */
async function collectTopology(client: HeketiClient, options: { withVolumes: boolean }): Promise<RawTopologyCluster[]> {
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
