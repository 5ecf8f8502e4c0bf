import { CliCommand, commandGroup } from '../command.js';
import type { CliContext } from '../context.js';
import { formatRestoreState } from '../output/restore-state.js';

export function buildRestoreCommand(context: CliContext): CliCommand {
  return commandGroup(
    'restore',
    { summary: 'Manage a server that was started on a restored database' },
    statusCommand(context),
    confirmCommand(context),
  );
}

function statusCommand(context: CliContext): CliCommand {
  return new CliCommand('status', {
    summary: 'Show whether the server is held on a restored database',
    long: 'Show whether the server is held: started on a restored copy of its database, it changes nothing before that is\nconfirmed. If it is, list what the copy and the hosts disagree about, and what to do about it.',
    example: '    $ heketi-cli server restore status',
  }).runs(async (_args, flags) => {
    const client = await context.connect(flags);
    context.printResult(flags, await client.getJson('/restore'), formatRestoreState);
  });
}

function confirmCommand(context: CliContext): CliCommand {
  return new CliCommand('confirm', {
    summary: 'Let a server that is held work on its hosts',
    long: 'Let a server work on its hosts that was started on a restored copy of its database. The server that the copy is of\nmust not run any more: its hosts take no commands from it after that. Operations that were in flight when the copy\nwas made are kept until somebody leads them out: heketi-cli server operations cleanup ID.',
    example: '    $ heketi-cli server restore confirm',
  }).runs(async (_args, flags) => {
    const client = await context.connect(flags);
    await client.send('POST', '/restore/confirm', undefined, [204]);
    context.print('The server works on its hosts now\n');
  });
}
