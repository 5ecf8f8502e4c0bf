import type { Id } from '../../domain/ids.js';
import { stringifyJson } from '../../json/stringify-json.js';
import type { DevicesOfNode } from '../../store/interface/topology.js';
import type { ReadTx } from '../../store/store.js';
import { JsonText } from '../json-text.js';
import type { NodeInfo } from '../wire/node.js';
import { readNodeInfo } from './infos.js';

interface Kept {
  /** The record of the node. */
  readonly node: string;
  readonly text: JsonText<NodeInfo>;
}

/**
 * The answers about nodes, kept as long as nothing changes of what they tell: the store's groups of devices are other
 * objects as soon as anything does of a node's devices, or of the bricks on them.
 */
export class KeptNodeInfos {
  readonly #byGroup = new WeakMap<DevicesOfNode, Kept>();

  /** Null: there is none. */
  async read(tx: ReadTx, id: Id): Promise<JsonText<NodeInfo> | null> {
    const record = await tx.nodes.find(id);
    if (record === null) return null;
    const node = stringifyJson(record);
    const group = await tx.devices.findGroup(id);
    const known = group === null ? undefined : this.#byGroup.get(group);
    if (known?.node === node) return known.text;
    const info = await readNodeInfo(tx, id);
    if (info === null) return null;
    const text = JsonText.of(info);
    if (group !== null) this.#byGroup.set(group, { node, text });
    return text;
  }
}
