import type { Cluster } from '../../domain/cluster.js';
import type { Id } from '../../domain/ids.js';
import type { ClusterFlags } from '../../operations/ports/requests.js';
import type { ReadTx } from '../../store/store.js';
import type { Handlers } from '../contract/handlers.js';
import type { components } from '../contract/openapi.js';
import { JsonText } from '../json-text.js';
import { found, isSameList } from './answers.js';
import type { HandlerDeps } from './deps.js';

type Schemas = components['schemas'];
type ClusterInfo = Schemas['ClusterInfo'];
type ClusterHandlers = Pick<
  Handlers,
  'clusterList' | 'clusterCreate' | 'clusterInfo' | 'clusterSetFlags' | 'clusterDelete'
>;

export function clusterHandlers({ store, operations }: HandlerDeps): ClusterHandlers {
  /** The last answers, by cluster. */
  const kept = new Map<Id, { readonly info: ClusterInfo; readonly text: JsonText<ClusterInfo> }>();

  return {
    async clusterList() {
      const clusters = await store.read((tx) => tx.clusters.list());
      return { status: 200, json: { clusters: clusters.map(({ id }) => id) } };
    },

    async clusterCreate({ by, body }) {
      const flags = newClusterFlags(body);
      const id = await operations.createCluster(by, flags);
      return { status: 201, json: clusterInfo({ id, ...flags }, { nodes: [], volumes: [], blockvolumes: [] }) };
    },

    async clusterInfo({ id }) {
      const info = await store.read(async (tx) => {
        const cluster = found(await tx.clusters.find(id));
        return clusterInfo(cluster, await childrenOf(tx, cluster));
      });
      const known = kept.get(id);
      const text = known && isSame(known.info, info) ? known.text : JsonText.of(info);
      kept.set(id, { info, text });
      return { status: 200, jsonText: text };
    },

    async clusterSetFlags({ by, id, body }) {
      await operations.setClusterFlags(by, id, clusterFlags(body));
      return { status: 200 };
    },

    async clusterDelete({ by, id }) {
      await operations.deleteCluster(by, id);
      kept.delete(id);
      return { status: 200 };
    },
  };
}

type Children = Pick<Schemas['ClusterInfo'], 'nodes' | 'volumes' | 'blockvolumes'>;

async function childrenOf(tx: ReadTx, { id }: Cluster): Promise<Children> {
  return {
    nodes: await tx.nodes.listIdsByCluster(id),
    volumes: await tx.volumes.listVisibleIdsByCluster(id),
    blockvolumes: await tx.blockVolumes.listVisibleIdsByCluster(id),
  };
}

function clusterInfo(cluster: Cluster, children: Children): ClusterInfo {
  return {
    id: cluster.id,
    nodes: children.nodes,
    volumes: children.volumes,
    block: cluster.allowsBlock,
    file: cluster.allowsFile,
    blockvolumes: children.blockvolumes,
  };
}

function isSame(a: ClusterInfo, b: ClusterInfo): boolean {
  return (
    a.id === b.id &&
    a.block === b.block &&
    a.file === b.file &&
    isSameList(a.nodes, b.nodes) &&
    isSameList(a.volumes, b.volumes) &&
    isSameList(a.blockvolumes, b.blockvolumes)
  );
}

/** Clients of before the flags send none; their clusters take every kind of volume. */
function newClusterFlags(body: Schemas['ClusterFlags']): ClusterFlags {
  const isUnspoken = (body.block ?? null) === null && (body.file ?? null) === null;
  return isUnspoken ? { allowsBlock: true, allowsFile: true } : clusterFlags(body);
}

function clusterFlags(body: Schemas['ClusterFlags']): ClusterFlags {
  return { allowsBlock: body.block ?? false, allowsFile: body.file ?? false };
}
