import { pathOf } from '../../client/client.js';
import { memberOf, readCluster, readNode, readTexts } from '../../client/wire.js';
import { CliCommand, commandGroup } from '../command.js';
import { type CliContext, fetchInOrder } from '../context.js';
import { CliError } from '../errors.js';
import { intFlag, stringFlag } from '../flags.js';
import { formatNodeHead, formatNodeInfo } from '../output/node.js';
import { requireArgument } from './arguments.js';
import { buildForgetHostKeyCommand } from './forget-host-key.js';
import { buildInfoCommand } from './info.js';
import { buildNodeHostnamesCommand } from './node-hostnames.js';
import { buildNodeLostCommand } from './node-lost.js';
import { buildNodeReinstateCommand } from './node-reinstate.js';
import { buildNodeRepairCommand } from './node-repair.js';
import { buildStateCommands } from './state.js';
import { buildRemoveTagsCommand, buildSetTagsCommand } from './tags.js';

const MISSING = 'Node id missing';

export function buildNodeCommand(context: CliContext): CliCommand {
  return commandGroup(
    'node',
    { summary: 'Heketi Node Management' },
    addCommand(context),
    deleteCommand(context),
    buildInfoCommand(context, 'node', { summary: 'Retrieves information about the node', missing: MISSING }, (json) =>
      formatNodeInfo(readNode(json)),
    ),
    listCommand(context),
    ...buildStateCommands(context, 'node'),
    buildNodeLostCommand(context),
    buildNodeHostnamesCommand(context),
    buildNodeRepairCommand(context),
    buildNodeReinstateCommand(context),
    buildForgetHostKeyCommand(context),
    buildSetTagsCommand(context, 'node'),
    buildRemoveTagsCommand(context, 'node'),
  );
}

function addCommand(context: CliContext): CliCommand {
  return new CliCommand('add', {
    summary: 'Add new node to be managed by Heketi',
    example:
      '    $ heketi-cli node add \\\n        --zone=3 \\\n        --cluster=3e098cb4407d7109806bb196d9e8f095 \\\n        --management-host-name=node1-manage.gluster.lab.com \\\n        --storage-host-name=node1-storage.gluster.lab.com',
  })
    .withFlags(
      intFlag('zone', 'The zone in which the node should reside: nodes that may fail together share one.'),
      stringFlag('cluster', 'The cluster in which the node should reside.'),
      stringFlag('management-host-name', 'Name by which the server reaches the node.'),
      stringFlag('storage-host-name', 'Name or address by which GlusterFS reaches the node.'),
    )
    .runs(async (_args, flags) => {
      const required = { zone: 'Missing zone', manage: 'Missing management hostname' };
      if (flags.int('zone') === 0) throw new CliError(required.zone);
      const manage = flags.string('management-host-name');
      const storage = flags.string('storage-host-name');
      const cluster = flags.string('cluster');
      if (manage === '') throw new CliError(required.manage);
      if (storage === '') throw new CliError('Missing storage hostname');
      if (cluster === '') throw new CliError('Missing cluster id');
      const client = await context.connect(flags);
      const request = { zone: flags.int('zone'), hostnames: { manage: [manage], storage: [storage] }, cluster };
      const node = await client.submitForJson('POST', '/nodes', request, `adding node ${manage}`);
      context.printResult(flags, node, (json) => `Node information:\n${formatNodeHead(readNode(json))}`);
    });
}

function deleteCommand(context: CliContext): CliCommand {
  return new CliCommand('delete', {
    summary: 'Deletes a node from Heketi management',
    long: 'Deletes a node from Heketi management. Its devices must have been deleted before.',
    example: '    $ heketi-cli node delete 886a86a868711bef83001',
    args: 'ID',
    argKind: 'node',
  }).runs(async (args, flags) => {
    const id = requireArgument(args, MISSING);
    const client = await context.connect(flags);
    await client.submit('DELETE', pathOf('nodes', id), undefined, `deleting node ${id}`);
    context.print(`Node ${id} deleted\n`);
  });
}

function listCommand(context: CliContext): CliCommand {
  return new CliCommand('list', {
    summary: 'List all nodes in cluster',
    long: 'List the nodes of all clusters.',
    example: '    $ heketi-cli node list',
  }).runs(async (_args, flags) => {
    const client = await context.connect(flags);
    const ids = readTexts(memberOf(await client.getJson('/clusters'), 'clusters'));
    for await (const json of fetchInOrder(ids, (id) => client.getJson(pathOf('clusters', id)))) {
      const cluster = readCluster(json);
      for (const node of cluster.nodes) context.print(`Id:${node}\tCluster:${cluster.id}\n`);
    }
  });
}
