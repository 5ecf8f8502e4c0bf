import { describeFileError } from '../../client/transport.js';
import { readVolume, type VolumeInfo } from '../../client/wire.js';
import { CliCommand } from '../command.js';
import type { CliContext } from '../context.js';
import { CliError } from '../errors.js';
import { boolFlag, type FlagSet, floatFlag, intFlag, stringFlag } from '../flags.js';
import { formatPersistentVolume } from '../output/persistent-volume.js';
import { formatVolumeInfo } from '../output/volume.js';
import { allDevicesFlag } from './all-devices.js';
import { splitList } from './arguments.js';
import { showPlacement } from './placement-dry-run.js';

export function buildVolumeCreateCommand(context: CliContext): CliCommand {
  return new CliCommand('create', {
    summary: 'Create a GlusterFS volume',
    example: [
      '* Create a 100GiB replica 3 volume:\n    $ heketi-cli volume create --size=100',
      '* Create a 100GiB replica 3 volume specifying two specific clusters:\n    $ heketi-cli volume create --size=100 \\\n        --clusters=0995098e1284ddccb46c7752d142c832,60d46d518074b13a04ce1022c8c7193c',
      '* Create a 100GiB replica 2 volume with 50GiB of snapshot storage:\n    $ heketi-cli volume create --size=100 --snapshot-factor=1.5 --replica=2',
      '* Create a 100GiB distributed volume:\n    $ heketi-cli volume create --size=100 --durability=none',
      '* Create a 100GiB erasure coded 4+2 volume with 25GiB of snapshot storage:\n    $ heketi-cli volume create --size=100 --durability=disperse --snapshot-factor=1.25',
      '* See where a 2TiB volume would be placed, without creating it:\n    $ heketi-cli volume create --size=2048 --dry-run',
    ].join('\n\n'),
  })
    .withFlags(
      intFlag('size', 'Size of volume in GiB.'),
      stringFlag('name', 'Name of volume. A name is made up if none is given.'),
      stringFlag('durability', 'Durability type: none (no protection), replicate, or disperse (erasure coding).', {
        fallback: 'replicate',
        words: ['none', 'replicate', 'disperse'],
      }),
      intFlag('replica', 'Number of copies, for durability replicate.', { fallback: 3 }),
      intFlag('disperse-data', 'Number of data bricks of a set, for durability disperse.', { fallback: 4 }),
      intFlag('redundancy', 'Number of redundancy bricks of a set, for durability disperse.', { fallback: 2 }),
      intFlag('gid', 'Group id that owns the root of the volume.'),
      floatFlag('snapshot-factor', 'Amount of storage to allocate for snapshots: size times factor, if above 1.', {
        fallback: 1,
      }),
      stringFlag('clusters', 'Comma separated ids of the clusters to try; all if none are given.'),
      stringFlag('gluster-volume-options', 'Comma separated options set on the volume: "key1 value1,key2 value2".'),
      boolFlag('block', 'Create a volume that hosts block volumes.'),
      boolFlag(
        'persistent-volume',
        'Print a Kubernetes PersistentVolume for the new volume, instead of its information.',
      ),
      stringFlag('persistent-volume-file', 'File to write the Kubernetes PersistentVolume to.', { takesFile: true }),
      stringFlag('persistent-volume-endpoint', 'Name of the Kubernetes Endpoints for the PersistentVolume.'),
      boolFlag('dry-run', 'Show where the volume would be placed, or why it would not fit, and create nothing.'),
      allDevicesFlag,
    )
    .runs((_args, flags) => createVolume(context, flags));
}

async function createVolume(context: CliContext, flags: FlagSet): Promise<void> {
  if (flags.int('size') === 0) throw new CliError('Missing volume size');
  const endpoint = flags.string('persistent-volume-endpoint');
  if (flags.bool('persistent-volume') && endpoint === '') {
    context.warn('--persistent-volume-endpoint must be provided when using --persistent-volume\n');
    throw new CliError('Missing endpoint');
  }
  const request = buildRequest(flags);
  const client = await context.connect(flags);
  if (flags.bool('dry-run')) {
    await showPlacement(context, client, flags, 'create', request);
    return;
  }
  const json = await client.submitForJson('POST', '/volumes', request, `creating a volume of ${flags.int('size')} GiB`);
  const volume = readVolume(json);
  const file = flags.string('persistent-volume-file');
  if (flags.bool('persistent-volume')) {
    context.print(`${formatPersistentVolume(volume, endpoint)}\n`);
  } else if (file !== '') {
    await writePersistentVolume(context, volume, endpoint, file);
  } else {
    context.printResult(flags, json, () => formatVolumeInfo(volume));
  }
}

async function writePersistentVolume(
  context: CliContext,
  volume: VolumeInfo,
  endpoint: string,
  file: string,
): Promise<void> {
  try {
    await context.io.writeFile(file, formatPersistentVolume(volume, endpoint));
  } catch (error) {
    context.warn(`Unable to write to file ${file}\n`);
    throw new CliError(`${describeFileError(error, file)} (volume ${volume.id} has been created)`, { cause: error });
  }
}

/** The request as the original sends it: parameters of every durability, whichever is asked for. */
function buildRequest(flags: FlagSet): Record<string, unknown> {
  const gid = flags.int('gid');
  const factor = flags.float('snapshot-factor');
  const clusters = splitList(flags.string('clusters'));
  const options = splitList(flags.string('gluster-volume-options'));
  return {
    size: flags.int('size'),
    ...(clusters.length > 0 ? { clusters } : {}),
    name: flags.string('name'),
    durability: {
      type: flags.string('durability'),
      replicate: { replica: flags.int('replica') },
      disperse: { data: flags.int('disperse-data'), redundancy: flags.int('redundancy') },
    },
    ...(gid === 0 ? {} : { gid }),
    ...(options.length > 0 ? { glustervolumeoptions: options } : {}),
    ...(flags.bool('block') ? { block: true } : {}),
    ...(factor > 1 ? { snapshot: { enable: true, factor } } : {}),
  };
}
