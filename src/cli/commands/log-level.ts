import { memberOf, readText } from '../../client/wire.js';
import { CliCommand, commandGroup } from '../command.js';
import type { CliContext } from '../context.js';
import { requireOnlyArgument } from './arguments.js';

const PATH = '/internal/logging';
/** The one logger of the server that has a level. */
const LOGGER = 'glusterfs';

export function buildLogLevelCommand(context: CliContext): CliCommand {
  const get = new CliCommand('get', {
    summary: 'Get the current log level of the server',
    example: '    $ heketi-cli loglevel get',
  }).runs(async (_args, flags) => {
    const client = await context.connect(flags);
    const levels = memberOf(await client.getJson(PATH), 'loglevel');
    context.print(`${readText(memberOf(levels, LOGGER))}\n`);
  });
  const set = new CliCommand('set', {
    summary: 'Set the log level of the server',
    long: 'Set the log level of the server until its next start.',
    example: '    $ heketi-cli loglevel set debug',
    args: 'LEVEL',
    argWords: ['none', 'critical', 'error', 'warning', 'info', 'debug'],
  }).runs(async (args, flags) => {
    const level = requireOnlyArgument(args, 'missing log-level argument', 'too many arguments');
    const client = await context.connect(flags);
    await client.send('POST', PATH, { loglevel: { [LOGGER]: level } }, [200]);
    context.print('Server log level updated\n');
  });
  return commandGroup('loglevel', { summary: 'Heketi Log Level' }, get, set);
}
