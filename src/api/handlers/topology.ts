import type { Id } from '../../domain/ids.js';
import { stringifyJson } from '../../json/stringify-json.js';
import type { Store } from '../../store/store.js';
import { nextTurn } from '../../timing/turns.js';
import type { Handlers } from '../contract/handlers.js';
import { deviceInfo } from '../wire/device.js';
import { nodeInfo } from '../wire/node.js';
import type { HandlerDeps } from './deps.js';
import { readVolumeInfos } from './infos.js';

/** Of volumes in one piece of the text: one read, and one turn of the event loop. */
const AT_ONCE = 20;

/** What the text of an object ends with whose last member is a list, empty as yet. */
const END_OF_LIST = ']}';

export function topologyHandlers({ store }: HandlerDeps): Pick<Handlers, 'topologyInfo'> {
  return {
    topologyInfo: async () => ({ status: 200, pieces: topologyText(store) }),
  };
}

/** What is deleted while others are read is left out, as it would be by somebody who asks for one after the other. */
async function* topologyText(store: Store): AsyncGenerator<string> {
  yield '{"clusters":[';
  let separator = '';
  for (const { id, allowsBlock, allowsFile } of await store.read((tx) => tx.clusters.list())) {
    yield `${separator}${stringifyJson({ id, block: allowsBlock, file: allowsFile, volumes: [] }).slice(0, -END_OF_LIST.length)}`;
    yield* volumesText(store, await store.read((tx) => tx.volumes.listVisibleIdsByCluster(id)));
    yield '],"nodes":[';
    yield* nodesText(store, await store.read((tx) => tx.nodes.listIdsByCluster(id)));
    yield END_OF_LIST;
    separator = ',';
  }
  yield ']}\n';
}

async function* volumesText(store: Store, ids: readonly Id[]): AsyncGenerator<string> {
  let separator = '';
  for (let from = 0; from < ids.length; from += AT_ONCE) {
    const infos = await store.read((tx) => readVolumeInfos(tx, ids.slice(from, from + AT_ONCE)));
    if (infos.length > 0) yield `${separator}${stringifyJson(infos).slice(1, -1)}`;
    if (infos.length > 0) separator = ',';
    await nextTurn();
  }
}

/** A node may have thousands of bricks: each of its devices is a piece. */
async function* nodesText(store: Store, ids: readonly Id[]): AsyncGenerator<string> {
  let separator = '';
  for (const id of ids) {
    const [node, devices] = await store.read(async (tx) => [await tx.nodes.find(id), await tx.devices.listByNode(id)]);
    if (node === null) continue;
    yield `${separator}${stringifyJson(nodeInfo(node, [])).slice(0, -END_OF_LIST.length)}`;
    separator = ',';
    for (const [number, device] of devices.entries()) {
      const bricks = await store.read((tx) => tx.bricks.listByDevice(device.id));
      yield `${number === 0 ? '' : ','}${stringifyJson(deviceInfo(device, bricks))}`;
      await nextTurn();
    }
    yield END_OF_LIST;
  }
}
