import { type HeketiClient, pathOf } from '../client/client.js';
import { memberOf, readCluster, readNode, readTexts, readVolume } from '../client/wire.js';
import { JsonCursor } from '../json/json-cursor.js';
import type { JsonValue } from '../json/json-value.js';
import { fetchInOrder } from './context.js';
import { CliError, ServerError } from './errors.js';
import type { IncomingCluster, TopologyCluster } from './output/topology.js';

export async function* streamTopology(
  client: HeketiClient,
  options: { withVolumes: boolean },
): AsyncGenerator<IncomingCluster> {
  const whole = options.withVolumes ? await openWhole(client) : null;
  yield* whole === null ? clustersOneByOne(client, options) : explained(clustersOfWhole(whole));
}

export async function fetchTopology(
  client: HeketiClient,
  options: { withVolumes: boolean },
): Promise<TopologyCluster[]> {
  const clusters: TopologyCluster[] = [];
  for await (const { cluster, volumes, nodes } of streamTopology(client, options))
    clusters.push({
      cluster: readCluster(cluster),
      volumes: await collect(volumes, readVolume),
      nodes: await collect(nodes, readNode),
    });
  return clusters;
}

async function collect<T>(items: AsyncIterable<JsonValue>, read: (json: JsonValue) => T): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(read(item));
  return all;
}

/** Null: the server has no route for the whole, as Heketi has none. */
async function openWhole(client: HeketiClient): Promise<AsyncIterable<Buffer> | null> {
  try {
    return await client.openPieces('/topology');
  } catch (error) {
    if (error instanceof ServerError && error.status === 404) return null;
    throw error;
  }
}

async function* clustersOfWhole(pieces: AsyncIterable<Buffer>): AsyncGenerator<IncomingCluster> {
  const cursor = new JsonCursor(pieces);
  await cursor.beginObject();
  for (let name = await cursor.nextMember(); name !== null; name = await cursor.nextMember()) {
    if (name === 'clusters') yield* clustersOfList(cursor);
    else await cursor.value();
  }
  await cursor.end();
}

async function* clustersOfList(cursor: JsonCursor): AsyncGenerator<IncomingCluster> {
  await cursor.beginArray();
  while (await cursor.nextElement()) {
    await cursor.beginObject();
    const cluster: Record<string, JsonValue> = {};
    let name = await cursor.nextMember();
    const list = async function* (wanted: string): AsyncGenerator<JsonValue> {
      if (name !== wanted) return;
      await cursor.beginArray();
      while (await cursor.nextElement()) yield await cursor.value();
      name = await cursor.nextMember();
    };
    for (; name !== null && name !== 'volumes' && name !== 'nodes'; name = await cursor.nextMember())
      cluster[name] = await cursor.value();
    yield { cluster, volumes: explained(list('volumes')), nodes: explained(list('nodes')) };
    // Printed before it came, it would be missing without a word.
    if (name !== null) throw new SyntaxError(`${JSON.stringify(name)} stands too late in cluster ${cluster['id']}`);
  }
}

/** Whoever reads is told for people what is wrong with the text. */
async function* explained<T>(items: AsyncGenerator<T>): AsyncGenerator<T> {
  try {
    yield* items;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new CliError(`the server's answer is not JSON of a topology (${error.message})`, { cause: error });
  }
}

/** From the infos of clusters, nodes and volumes. */
async function* clustersOneByOne(
  client: HeketiClient,
  options: { withVolumes: boolean },
): AsyncGenerator<IncomingCluster> {
  for (const id of readTexts(memberOf(await client.getJson('/clusters'), 'clusters'))) {
    const json = await client.getJson(pathOf('clusters', id));
    const cluster = readCluster(json);
    const fetchAll = (noun: string, ids: readonly string[]): AsyncIterable<JsonValue> =>
      fetchInOrder(ids, (one) => client.getJson(pathOf(noun, one)));
    const volumes = fetchAll('volumes', options.withVolumes ? cluster.volumes : []);
    yield { cluster: json, volumes, nodes: fetchAll('nodes', cluster.nodes) };
  }
}
