import type { Id } from '../../domain/ids.js';
import { stringifyJson } from '../../json/stringify-json.js';
import type { ReadTx, Store } from '../../store/store.js';
import { nextTurn } from '../../timing/turns.js';
import type { Handlers } from '../contract/handlers.js';
import type { HandlerDeps } from './deps.js';
import { readNodeInfo, readVolumeInfo } from './infos.js';

/** Of volumes or nodes in one piece of the text: one read, and one turn of the event loop. */
const AT_ONCE = 20;

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
    yield `${separator}${stringifyJson({ id, block: allowsBlock, file: allowsFile }).slice(0, -1)},"volumes":[`;
    yield* infosText(store, await store.read((tx) => tx.volumes.listVisibleIdsByCluster(id)), readVolumeInfo);
    yield '],"nodes":[';
    yield* infosText(store, await store.read((tx) => tx.nodes.listIdsByCluster(id)), readNodeInfo);
    yield ']}';
    separator = ',';
  }
  yield ']}\n';
}

async function* infosText<Info>(
  store: Store,
  ids: readonly Id[],
  readInfo: (tx: ReadTx, id: Id) => Promise<Info | null>,
): AsyncGenerator<string> {
  let separator = '';
  for (let from = 0; from < ids.length; from += AT_ONCE) {
    const texts = await store.read(async (tx) => {
      const infos = [];
      for (const id of ids.slice(from, from + AT_ONCE)) infos.push(await readInfo(tx, id));
      return infos.flatMap((info) => (info === null ? [] : [stringifyJson(info)]));
    });
    if (texts.length > 0) yield `${separator}${texts.join(',')}`;
    if (texts.length > 0) separator = ',';
    await nextTurn();
  }
}
