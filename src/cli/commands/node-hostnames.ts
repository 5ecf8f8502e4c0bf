import { pathOf } from '../../client/client.js';
import { readNode } from '../../client/wire.js';
import { CliCommand } from '../command.js';
import type { CliContext } from '../context.js';
import { CliError } from '../errors.js';
import { stringFlag } from '../flags.js';
import { formatNodeHead } from '../output/node.js';
import { requireArgument, splitList } from './arguments.js';

export function buildNodeHostnamesCommand(context: CliContext): CliCommand {
  return new CliCommand('set-hostnames', {
    summary: 'Gives a node other names',
    long: "Gives a node other names in place of those that it has; the first of each list is used. Each new name must be known to lead to the same host, and the first storage name stays while gluster's volumes have bricks under it.",
    example: '    $ heketi-cli node set-hostnames 886a86a868711bef83001 --management-host-names=node1.rack7.lab.com',
    args: 'ID',
    argKind: 'node',
  })
    .withFlags(
      stringFlag('management-host-names', 'Comma-separated names by which the server reaches the node.'),
      stringFlag('storage-host-names', 'Comma-separated names or addresses by which GlusterFS reaches the node.'),
    )
    .runs(async (args, flags) => {
      const id = requireArgument(args, 'Node id missing');
      const manage = splitList(flags.string('management-host-names'));
      const storage = splitList(flags.string('storage-host-names'));
      if (manage.length + storage.length === 0)
        throw new CliError('Missing --management-host-names or --storage-host-names');
      const request = { ...(manage.length > 0 && { manage }), ...(storage.length > 0 && { storage }) };
      const client = await context.connect(flags);
      const json = await client.submitForJson('POST', pathOf('nodes', id, 'hostnames'), request, `renaming node ${id}`);
      context.printResult(flags, json, (node) => `Node information:\n${formatNodeHead(readNode(node))}`);
    });
}
