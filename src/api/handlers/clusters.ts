import type { Cluster } from '../../domain/cluster.js';
import type { ClusterFlags } from '../../operations/ports.js';
import type { Tx } from '../../store/store.js';
import type { Handlers } from '../contract/handlers.js';
import type { components } from '../contract/openapi.js';
import { found } from './answers.js';
import type { HandlerDeps } from './deps.js';

type Schemas = components['schemas'];
type ClusterHandlers = Pick<
  Handlers,
  'clusterList' | 'clusterCreate' | 'clusterInfo' | 'clusterSetFlags' | 'clusterDelete'
>;

export function clusterHandlers({ store, operations }: HandlerDeps): ClusterHandlers {
  return {
    async clusterList() {
      const clusters = await store.read((tx) => tx.clusters.list());
      return { status: 200, json: { clusters: clusters.map(({ id }) => id) } };
    },

    async clusterCreate({ body }) {
      const flags = clusterFlags(body);
      const id = await operations.createCluster(flags);
      return { status: 201, json: clusterInfo({ id, ...flags }, { nodes: [], volumes: [], blockvolumes: [] }) };
    },

    async clusterInfo({ id }) {
      const json = await store.read(async (tx) => {
        const cluster = found(await tx.clusters.find(id));
        return clusterInfo(cluster, await childrenOf(tx, cluster));
      });
      return { status: 200, json };
    },

    async clusterSetFlags({ id, body }) {
      await operations.setClusterFlags(id, clusterFlags(body));
      return { status: 200 };
    },

    async clusterDelete({ id }) {
      await operations.deleteCluster(id);
      return { status: 200 };
    },
  };
}

type Children = Pick<Schemas['ClusterInfo'], 'nodes' | 'volumes' | 'blockvolumes'>;

async function childrenOf(tx: Tx, { id }: Cluster): Promise<Children> {
  return {
    nodes: await tx.nodes.listIdsByCluster(id),
    volumes: await tx.volumes.listVisibleIdsByCluster(id),
    blockvolumes: await tx.blockVolumes.listVisibleIdsByCluster(id),
  };
}

function clusterInfo(cluster: Cluster, children: Children): Schemas['ClusterInfo'] {
  return {
    id: cluster.id,
    nodes: children.nodes,
    volumes: children.volumes,
    block: cluster.allowsBlock,
    file: cluster.allowsFile,
    blockvolumes: children.blockvolumes,
  };
}

function clusterFlags(body: Schemas['ClusterFlags']): ClusterFlags {
  return { allowsBlock: body.block ?? false, allowsFile: body.file ?? false };
}
