import { type HeketiClient, pathOf } from '../../client/client.js';
import { describeFileError } from '../../client/transport.js';
import { memberOf, readTexts, readVolume } from '../../client/wire.js';
import { DATABASE_LEVEL, DATABASE_VOLUME_NAME, DATABASE_VOLUME_OPTIONS } from '../../domain/database-volume.js';
import { CliCommand } from '../command.js';
import { type CliContext, fetchInOrder } from '../context.js';
import { CliError } from '../errors.js';
import { type FlagSet, intFlag, stringFlag } from '../flags.js';
import { formatStorageList } from '../output/storage-list.js';
import { splitList } from './arguments.js';

const SIZE_GIB = 2;

const CUSTOM_LEVEL = `${DATABASE_LEVEL} custom`;

export function buildSetupStorageCommand(context: CliContext): CliCommand {
  return new CliCommand('setup-openshift-heketi-storage', {
    summary: 'Setup OpenShift/Kubernetes persistent storage for Heketi',
    long: 'Creates a volume for the database of the server, and writes a file with the Kubernetes objects\nthat bring the database there.',
    example: '    $ heketi-cli setup-openshift-heketi-storage\n    $ kubectl create -f heketi-storage.json',
    aliases: ['setup-heketi-db-storage', 'setup-kubernetes-heketi-storage'],
  })
    .withFlags(
      stringFlag('listfile', 'Filename to contain list of objects.', {
        fallback: 'heketi-storage.json',
        takesFile: true,
      }),
      stringFlag('image', 'Container image that runs the copy job.', { fallback: 'heketi/heketi:dev' }),
      stringFlag('durability', 'Durability type of the volume: none or replicate.', {
        fallback: 'replicate',
        words: ['none', 'replicate'],
      }),
      intFlag('replica', 'Number of copies, for durability replicate.', { fallback: 3 }),
      stringFlag('gluster-volume-options', 'Comma separated volume options that replace the recommended ones.'),
      stringFlag('append-volume-options', 'Comma separated volume options to add.'),
      stringFlag('node-selector', 'Run the copy job on nodes with this label: key=value.'),
    )
    .runs((_args, flags) => setUpStorage(context, flags));
}

async function setUpStorage(context: CliContext, flags: FlagSet): Promise<void> {
  const durability = readDurability(flags);
  const nodeSelector = readNodeSelector(flags.string('node-selector'));
  const client = await context.connect(flags);
  await refuseIfExists(client);
  const request = { size: SIZE_GIB, name: DATABASE_VOLUME_NAME, durability, glustervolumeoptions: readOptions(flags) };
  const json = await client.submitForJson('POST', '/volumes', request, 'creating the database volume');
  const volume = readVolume(json);
  try {
    // The server that starts on it goes on at once in place of this one; other copies are held until somebody confirms.
    const database = await client.getBytes('/backup/db', { 'X-Backup-Purpose': 'deployment' });
    const file = flags.string('listfile');
    context.print(`Saving ${file}\n`);
    const list = formatStorageList({ volume, database, image: flags.string('image'), nodeSelector });
    await context.io.writeFile(file, list).catch((error: unknown) => {
      throw new CliError(describeFileError(error, file), { cause: error });
    });
  } catch (error) {
    await cleanUp(context, client, volume.id);
    throw error;
  }
}

async function cleanUp(context: CliContext, client: HeketiClient, volumeId: string): Promise<void> {
  context.warn('Cleaning up\n');
  try {
    await client.submit('DELETE', pathOf('volumes', volumeId), undefined, 'deleting the database volume');
  } catch (error) {
    // Servers protect this volume from deletion; the first error is the one to report.
    context.warn(`Volume ${volumeId} (${DATABASE_VOLUME_NAME}) remains: ${(error as Error).message}\n`);
  }
}

function readDurability(flags: FlagSet): Record<string, unknown> {
  const type = flags.string('durability');
  if (type === 'none') return { type };
  if (type === 'replicate') return { type, replicate: { replica: flags.int('replica') } };
  if (type === 'disperse') throw new CliError('Durability disperse is not supported for heketi database storage');
  throw new CliError(`${type} is not a valid durability type`);
}

function readOptions(flags: FlagSet): string[] {
  const own = splitList(flags.string('gluster-volume-options'));
  const base = own.length === 0 ? DATABASE_VOLUME_OPTIONS : [...own, CUSTOM_LEVEL];
  return [...base, ...splitList(flags.string('append-volume-options'))];
}

function readNodeSelector(text: string): Record<string, string> | null {
  if (text === '') return null;
  const equals = text.indexOf('=');
  if (equals < 1) throw new CliError(`--node-selector must be key=value, not "${text}"`);
  return { [text.slice(0, equals)]: text.slice(equals + 1) };
}

async function refuseIfExists(client: HeketiClient): Promise<void> {
  const ids = readTexts(memberOf(await client.getJson('/volumes'), 'volumes'));
  for await (const volume of fetchInOrder(ids, (id) => client.getJson(pathOf('volumes', id)))) {
    if (readVolume(volume).name === DATABASE_VOLUME_NAME)
      throw new CliError(`Volume ${DATABASE_VOLUME_NAME} already exists`);
  }
}
