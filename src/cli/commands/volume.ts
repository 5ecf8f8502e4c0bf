import { pathOf } from '../../client/client.js';
import { memberOf, readTexts, readVolume, type VolumeInfo } from '../../client/wire.js';
import type { JsonValue } from '../../json/json-value.js';
import { CliCommand, commandGroup } from '../command.js';
import { type CliContext, fetchInOrder } from '../context.js';
import { CliError } from '../errors.js';
import { boolFlag, intFlag, stringFlag } from '../flags.js';
import { formatEndpointPatch, formatUnclaimedVolumes, formatVolumeInfo, formatVolumeRow } from '../output/volume.js';
import { formatVolumeTable } from '../output/volume-table.js';
import { allDevicesFlag } from './all-devices.js';
import { requireArgument } from './arguments.js';
import { buildInfoCommand } from './info.js';
import { showPlacement } from './placement-dry-run.js';
import { buildVolumeCreateCommand } from './volume-create.js';
import { buildVolumeUsageCommand } from './volume-usage.js';

const MISSING = 'Volume id missing';

export function buildVolumeCommand(context: CliContext): CliCommand {
  return commandGroup(
    'volume',
    { summary: 'Heketi Volume Management' },
    buildVolumeCreateCommand(context),
    deleteCommand(context),
    expandCommand(context),
    cloneCommand(context),
    buildInfoCommand(
      context,
      'volume',
      { summary: 'Retrieves information about the volume', missing: MISSING },
      (json) => formatVolumeInfo(readVolume(json)),
    ),
    listCommand(context),
    buildVolumeUsageCommand(context),
    claimCommand(context),
    adoptBricksCommand(context),
    restrictionCommand(context),
    commandGroup('endpoint', { summary: 'Kubernetes endpoints of a volume' }, endpointPatchCommand(context)),
  );
}

function deleteCommand(context: CliContext): CliCommand {
  return new CliCommand('delete', {
    summary: 'Deletes the volume',
    long: 'Deletes the volume and all data on it.',
    example: '    $ heketi-cli volume delete 886a86a868711bef83001',
    args: 'ID',
    argKind: 'volume',
  }).runs(async (args, flags) => {
    const id = requireArgument(args, MISSING);
    const client = await context.connect(flags);
    await client.submit('DELETE', pathOf('volumes', id), undefined, `deleting volume ${id}`);
    context.print(`Volume ${id} deleted\n`);
  });
}

function expandCommand(context: CliContext): CliCommand {
  return new CliCommand('expand', {
    summary: 'Expand a volume',
    long: 'Expand a volume by adding brick sets to it.',
    example:
      '* Add 10GiB to a volume\n    $ heketi-cli volume expand --volume=60d46d518074b13a04ce1022c8c7193c --expand-size=10\n\n* See where 500GiB more would be placed, without adding them\n    $ heketi-cli volume expand --volume=60d46d518074b13a04ce1022c8c7193c --expand-size=500 --dry-run',
    args: '[ID]',
    argKind: 'volume',
  })
    .withFlags(
      stringFlag('volume', 'Id of the volume to expand, if not given as argument.'),
      intFlag('expand-size', 'Amount in GiB to add to the volume.'),
      boolFlag('dry-run', 'Show where the new bricks would be placed, or why they would not fit, and change nothing.'),
      allDevicesFlag,
    )
    .runs(async (args, flags) => {
      const amount = flags.int('expand-size');
      if (amount === 0) throw new CliError('Missing volume amount to expand');
      const id = flags.string('volume') || requireArgument(args, 'Missing volume id');
      const client = await context.connect(flags);
      if (flags.bool('dry-run')) {
        await showPlacement(context, client, flags, 'expand', { id, expand_size: amount });
        return;
      }
      const path = pathOf('volumes', id, 'expand');
      const volume = await client.submitForJson('POST', path, { expand_size: amount }, `expanding volume ${id}`);
      context.printResult(flags, volume, (json) => formatVolumeInfo(readVolume(json)));
    });
}

function cloneCommand(context: CliContext): CliCommand {
  return new CliCommand('clone', {
    summary: 'Creates a clone',
    long: 'Creates a clone of a volume: a new volume that starts with the same content and shares its space.',
    example: '    $ heketi-cli volume clone --name=copy 886a86a868711bef83001',
    args: 'ID',
    argKind: 'volume',
  })
    .withFlags(stringFlag('name', 'Name of the clone. A name is made up if none is given.'))
    .runs(async (args, flags) => {
      const id = requireArgument(args, MISSING);
      const name = flags.string('name');
      const client = await context.connect(flags);
      const request = name === '' ? {} : { name };
      const volume = await client.submitForJson(
        'POST',
        pathOf('volumes', id, 'clone'),
        request,
        `cloning volume ${id}`,
      );
      context.printResult(flags, volume, (json) => formatVolumeInfo(readVolume(json)));
    });
}

const OUTPUTS = ['table', 'wide', 'json'];

function listCommand(context: CliContext): CliCommand {
  return new CliCommand('list', {
    summary: 'Lists the volumes managed by Heketi',
    example: '    $ heketi-cli volume list\n    $ heketi-cli volume list --output=table',
  })
    .withFlags(
      stringFlag('output', 'Other forms: table, wide (table with more columns), json (information on every volume).', {
        words: OUTPUTS,
      }),
      boolFlag('unclaimed', 'Only volumes whose creation ended without any client fetching the result.'),
    )
    .runs(async (_args, flags) => {
      const output = flags.string('output');
      if (output !== '' && !OUTPUTS.includes(output)) {
        throw new CliError(`--output must be table, wide or json, not "${output}"`);
      }
      const client = await context.connect(flags);
      if (flags.bool('unclaimed')) {
        context.printResult(flags, await client.getJson('/volumes/unclaimed'), formatUnclaimedVolumes);
        return;
      }
      const list = await client.getJson('/volumes');
      if (flags.bool('json') && output === '') {
        context.printJson(list);
        return;
      }
      const volumes = fetchInOrder(readTexts(memberOf(list, 'volumes')), (id) => client.getJson(pathOf('volumes', id)));
      if (output === '') {
        for await (const volume of volumes) context.print(formatVolumeRow(readVolume(volume)));
        return;
      }
      const all: JsonValue[] = [];
      for await (const volume of volumes) all.push(volume);
      if (output === 'json') context.printJson({ volumes: all });
      else context.print(formatVolumeTable(all.map(readVolume), { isWide: output === 'wide' }));
    });
}

function claimCommand(context: CliContext): CliCommand {
  return new CliCommand('claim', {
    summary: 'Take a volume off the list of unclaimed ones',
    long: 'Say that a volume is known and in use: it is no longer listed by volume list --unclaimed.',
    example: '    $ heketi-cli volume claim 886a86a868711bef83001',
    args: 'ID',
    argKind: 'volume',
  }).runs(async (args, flags) => {
    const id = requireArgument(args, MISSING);
    const client = await context.connect(flags);
    await client.send('POST', pathOf('volumes', id, 'claim'), undefined, [204]);
    context.print(`Volume ${id} claimed\n`);
  });
}

function adoptBricksCommand(context: CliContext): CliCommand {
  return new CliCommand('adopt-bricks', {
    summary: 'Take over bricks that were moved by hand',
    long: 'Take over bricks that were moved with gluster volume replace-brick to other known devices. Nothing on the hosts is changed; the bricks that gave their place up are removed later.',
    example: '    $ heketi-cli volume adopt-bricks 886a86a868711bef83001',
    args: 'ID',
    argKind: 'volume',
  }).runs(async (args, flags) => {
    const id = requireArgument(args, MISSING);
    const client = await context.connect(flags);
    const path = pathOf('volumes', id, 'adopt-bricks');
    const volume = await client.submitForJson('POST', path, undefined, `taking over bricks of volume ${id}`);
    context.printResult(flags, volume, (json) => formatVolumeInfo(readVolume(json)));
  });
}

function restrictionCommand(context: CliContext): CliCommand {
  return commandGroup(
    'set-block-hosting-restriction',
    { summary: "set volume's block hosting restriction" },
    setRestrictionCommand(context, 'locked', 'Refuse new block volumes on a block hosting volume'),
    setRestrictionCommand(context, 'unlocked', 'Allow new block volumes on a block hosting volume'),
  );
}

function setRestrictionCommand(context: CliContext, name: 'locked' | 'unlocked', summary: string): CliCommand {
  return new CliCommand(name, {
    summary,
    example: `    $ heketi-cli volume set-block-hosting-restriction ${name} 886a86a868711bef83001`,
    args: 'ID',
    argKind: 'volume',
  }).runs(async (args, flags) => {
    const id = requireArgument(args, MISSING);
    const client = await context.connect(flags);
    const request = { restriction: name === 'locked' ? 'locked' : '' };
    const path = pathOf('volumes', id, 'block-restriction');
    const volume = await client.submitForJson('POST', path, request, `setting volume ${id} ${name}`);
    context.printResult(flags, volume, (json) => formatVolumeInfo(readVolume(json)));
  });
}

function endpointPatchCommand(context: CliContext): CliCommand {
  return new CliCommand('patch', {
    summary: 'Print a patch for the Kubernetes endpoints of a volume',
    long: 'Print a patch that gives the Kubernetes endpoints of a volume its current hosts.',
    example:
      '    $ kubectl patch ep heketi-storage-endpoints -p "$(heketi-cli volume endpoint patch 886a86a868711bef83001)"',
    args: 'ID',
    argKind: 'volume',
  }).runs(async (args, flags) => {
    const id = requireArgument(args, MISSING);
    const client = await context.connect(flags);
    const volume: VolumeInfo = readVolume(await client.getJson(pathOf('volumes', id)));
    context.print(formatEndpointPatch(volume));
  });
}
