import { type HeketiClient, pathOf } from '../../client/client.js';
import { memberOf, readBlockVolume, readTexts } from '../../client/wire.js';
import { CliCommand, commandGroup } from '../command.js';
import { type CliContext, fetchInOrder } from '../context.js';
import { CliError } from '../errors.js';
import { boolFlag, type FlagSet, intFlag, stringFlag } from '../flags.js';
import { formatBlockPlan, readBlockPlan } from '../output/block-plan.js';
import { formatBlockVolumeInfo, formatBlockVolumeRow } from '../output/volume.js';
import { allDevicesFlag, asking } from './all-devices.js';
import { requireArgument, splitList } from './arguments.js';
import { buildInfoCommand } from './info.js';
import { isUnknownRoute } from './unknown-route.js';

const MISSING = 'Volume id missing';

export function buildBlockVolumeCommand(context: CliContext): CliCommand {
  return commandGroup(
    'blockvolume',
    { summary: 'Heketi Block Volume Management' },
    createCommand(context),
    deleteCommand(context),
    expandCommand(context),
    buildInfoCommand(
      context,
      'blockvolume',
      { summary: 'Retrieves information about the block volume', missing: MISSING },
      (json) => formatBlockVolumeInfo(readBlockVolume(json)),
    ),
    listCommand(context),
  );
}

function createCommand(context: CliContext): CliCommand {
  return new CliCommand('create', {
    summary: 'Create a GlusterFS block volume',
    example:
      '* Create a 100GiB block volume\n    $ heketi-cli blockvolume create --size=100\n\n* Create one that three hosts serve, with authentication\n    $ heketi-cli blockvolume create --size=100 --ha=3 --auth\n\n* See which hosting volume would take it, without creating it\n    $ heketi-cli blockvolume create --size=100 --dry-run',
  })
    .withFlags(
      intFlag('size', 'Size of block volume in GiB.'),
      intFlag('ha', 'Number of hosts that serve the block volume; 0 for all of them.'),
      boolFlag('auth', 'Ask initiators for a user and password (CHAP).'),
      stringFlag('name', 'Name of block volume. A name is made up if none is given.'),
      stringFlag('clusters', 'Comma separated ids of the clusters to try; all if none are given.'),
      boolFlag('dry-run', 'Show which hosting volume would take it, or why none would, and create nothing.'),
      allDevicesFlag,
    )
    .runs(async (_args, flags) => {
      const request = buildRequest(flags);
      const client = await context.connect(flags);
      if (flags.bool('dry-run')) {
        await showPlan(context, client, request, flags);
        return;
      }
      const volume = await client.submitForJson(
        'POST',
        '/blockvolumes',
        request,
        `creating a block volume of ${request.size} GiB`,
      );
      context.printResult(flags, volume, (json) => formatBlockVolumeInfo(readBlockVolume(json)));
    });
}

function buildRequest(flags: FlagSet) {
  const size = flags.int('size');
  const hacount = flags.int('ha');
  if (size === 0) throw new CliError('Missing volume size');
  if (hacount < 0) throw new CliError('Invalid HA count');
  const clusters = splitList(flags.string('clusters'));
  return {
    size,
    ...(clusters.length > 0 ? { clusters } : {}),
    name: flags.string('name'),
    ...(hacount === 0 ? {} : { hacount }),
    auth: flags.bool('auth'),
  };
}

/** A plan that fits is a success, anything else a failure, so that scripts can ask too. */
async function showPlan(context: CliContext, client: HeketiClient, request: object, flags: FlagSet): Promise<void> {
  const answer = await client
    .send('POST', asking('/placements/blockvolumes', flags), request, [200])
    .catch((error: unknown) => {
      throw isUnknownRoute(error)
        ? new CliError('--dry-run: this server cannot plan block volumes', { cause: error })
        : error;
    });
  context.printResult(flags, answer, (json) => formatBlockPlan(readBlockPlan(json)));
  if (!readBlockPlan(answer).fits) throw new CliError('The block volume would not fit');
}

function deleteCommand(context: CliContext): CliCommand {
  return new CliCommand('delete', {
    summary: 'Deletes the block volume',
    long: 'Deletes the block volume and all data on it.',
    example: '    $ heketi-cli blockvolume delete 886a86a868711bef83001',
    args: 'ID',
    argKind: 'blockvolume',
  }).runs(async (args, flags) => {
    const id = requireArgument(args, MISSING);
    const client = await context.connect(flags);
    await client.submit('DELETE', pathOf('blockvolumes', id), undefined, `deleting block volume ${id}`);
    context.print(`Volume ${id} deleted\n`);
  });
}

function expandCommand(context: CliContext): CliCommand {
  return new CliCommand('expand', {
    summary: 'Expand a block volume',
    long: 'Expand a block volume to a new total size.',
    example: '    $ heketi-cli blockvolume expand 886a86a868711bef83001 --new-size=200',
    args: '[ID]',
    argKind: 'blockvolume',
  })
    .withFlags(
      stringFlag('blockvolume', 'Id of the block volume to expand, if not given as argument.'),
      intFlag('new-size', 'New total size in GiB.'),
    )
    .runs(async (args, flags) => {
      const id = flags.string('blockvolume') || requireArgument(args, 'Missing block volume id');
      const size = flags.int('new-size');
      if (size === 0) throw new CliError('Missing block volume net new size');
      const client = await context.connect(flags);
      const path = pathOf('blockvolumes', id, 'expand');
      const volume = await client.submitForJson('POST', path, { new_size: size }, `expanding block volume ${id}`);
      context.printResult(flags, volume, (json) => formatBlockVolumeInfo(readBlockVolume(json)));
    });
}

function listCommand(context: CliContext): CliCommand {
  return new CliCommand('list', {
    summary: 'Lists the block volumes managed by Heketi',
    example: '    $ heketi-cli blockvolume list',
  }).runs(async (_args, flags) => {
    const client = await context.connect(flags);
    const list = await client.getJson('/blockvolumes');
    if (flags.bool('json')) {
      context.printJson(list);
      return;
    }
    const ids = readTexts(memberOf(list, 'blockvolumes'));
    for await (const volume of fetchInOrder(ids, (id) => client.getJson(pathOf('blockvolumes', id)))) {
      context.print(formatBlockVolumeRow(readBlockVolume(volume)));
    }
  });
}
