import { type HeketiClient, pathOf } from '../../client/client.js';
import { memberOf, type NodeInfo, readCluster, readNode, readText } from '../../client/wire.js';
import { CliCommand } from '../command.js';
import type { CliContext } from '../context.js';
import { CliError } from '../errors.js';
import { fetchTopology } from '../fetch-topology.js';
import { stringFlag } from '../flags.js';
import { readTopologyFile } from '../read-topology-file.js';
import type { PlannedCluster, PlannedDevice, PlannedNode } from '../topology-file.js';

export function buildTopologyLoadCommand(context: CliContext): CliCommand {
  return new CliCommand('load', {
    summary: 'Add devices to Heketi from a configuration file',
    long: 'Create the clusters, nodes and devices of a configuration file. What the server already knows stays as it is,\nso that a file may be loaded again after it has grown.',
    example: '    $ heketi-cli topology load --json=topology.json',
  })
    .withFlags(
      stringFlag('json', 'Configuration file containing devices, nodes, and clusters, in JSON format.', {
        short: 'j',
        takesFile: true,
      }),
    )
    .runs(async (_args, flags) => {
      const file = flags.string('json');
      if (file === '') throw new CliError('Missing configuration file');
      const { clusters, notice } = await readTopologyFile(context.io, file);
      if (notice !== null) context.warn(notice);
      const client = await context.connect(flags);
      await new TopologyLoad(context, client, clusters).run();
    });
}

/** One run of `topology load`; prints every step as it is done. */
class TopologyLoad {
  readonly #context: CliContext;
  readonly #client: HeketiClient;
  readonly #plan: readonly PlannedCluster[];
  readonly #allSteps: number;
  #begunSteps = 0;

  constructor(context: CliContext, client: HeketiClient, plan: readonly PlannedCluster[]) {
    this.#context = context;
    this.#client = client;
    this.#plan = plan;
    this.#allSteps = plan.flatMap((cluster) => cluster.nodes).reduce((sum, node) => sum + 1 + node.devices.length, 0);
  }

  async run(): Promise<void> {
    const known = await this.#readKnownNodes();
    for (const cluster of this.#plan) await this.#loadCluster(cluster, known);
  }

  /** Nodes of the server by their first management host name. */
  async #readKnownNodes(): Promise<Map<string, NodeInfo>> {
    try {
      const topology = await fetchTopology(this.#client, { withVolumes: false });
      return new Map(topology.flatMap(({ nodes }) => nodes.map((node) => [node.manage[0] ?? '', node])));
    } catch (error) {
      throw new CliError(`Unable to get topology information: ${(error as Error).message}`, { cause: error });
    }
  }

  async #loadCluster(planned: PlannedCluster, known: ReadonlyMap<string, NodeInfo>): Promise<void> {
    let clusterId: string | null = null;
    let createdId: string | null = null;
    for (const node of planned.nodes) {
      this.#step();
      const existing = known.get(node.manage);
      let devices: Devices | null;
      if (existing !== undefined) {
        this.#context.print(`\tFound node ${node.manage} on cluster ${existing.cluster}\n`);
        clusterId = await this.#confirmCluster(existing.cluster);
        devices = { nodeId: existing.id, names: new Set(existing.devices.map((device) => device.name)) };
      } else {
        if (clusterId === null) {
          clusterId = await this.#createCluster(planned);
          createdId = clusterId;
        }
        devices = await this.#createNode(node, clusterId);
      }
      for (const device of node.devices) {
        this.#step();
        if (devices !== null) await this.#loadDevice(device, devices);
      }
    }
    if (createdId !== null) await this.#deleteIfEmpty(createdId);
  }

  async #confirmCluster(id: string): Promise<string> {
    try {
      return readCluster(await this.#client.getJson(pathOf('clusters', id))).id;
    } catch (error) {
      throw new CliError('Unable to get cluster information', { cause: error });
    }
  }

  async #createCluster({ file, block }: PlannedCluster): Promise<string> {
    this.#context.print('Creating cluster ... ');
    const json = await this.#client.send('POST', '/clusters', { file, block }, [201]);
    const id = readText(memberOf(json, 'id'));
    this.#context.print(`ID: ${id}\n`);
    if (file) this.#context.print('\tAllowing file volumes on cluster.\n');
    if (block) this.#context.print('\tAllowing block volumes on cluster.\n');
    return id;
  }

  /** Null when the server refused the node; its devices are then skipped. */
  async #createNode(node: PlannedNode, cluster: string): Promise<Devices | null> {
    this.#context.print(`\tCreating node ${node.manage} ... `);
    try {
      const request = { ...node.request, cluster };
      const created = readNode(await this.#client.submitForJson('POST', '/nodes', request, `node ${node.manage}`));
      this.#context.print(`ID: ${created.id}\n`);
      return { nodeId: created.id, names: new Set() };
    } catch (error) {
      this.#context.print(`Unable to create node: ${(error as Error).message}\n`);
      return null;
    }
  }

  async #loadDevice(device: PlannedDevice, { nodeId, names }: Devices): Promise<void> {
    if (names.has(device.name)) {
      this.#context.print(`\t\tFound device ${device.name}\n`);
      return;
    }
    this.#context.print(`\t\tAdding device ${device.name} ... `);
    const request = {
      name: device.name,
      ...(device.tags.size === 0 ? {} : { tags: Object.fromEntries(device.tags) }),
      node: nodeId,
      destroydata: device.destroyData,
    };
    try {
      await this.#client.submit('POST', '/devices', request, `device ${device.name}`);
      this.#context.print('OK\n');
    } catch (error) {
      this.#context.print(`Unable to add device: ${(error as Error).message}\n`);
    }
  }

  /** A cluster of which no node could be created is not left behind. */
  async #deleteIfEmpty(id: string): Promise<void> {
    const cluster = readCluster(await this.#client.getJson(pathOf('clusters', id)));
    if (cluster.nodes.length > 0 || cluster.volumes.length > 0) return;
    await this.#client.send('DELETE', pathOf('clusters', id), undefined, [200]);
  }

  #step(): void {
    this.#context.progress.steps(this.#begunSteps, this.#allSteps);
    this.#begunSteps += 1;
  }
}

interface Devices {
  readonly nodeId: string;
  readonly names: ReadonlySet<string>;
}
