import { CliCommand, commandGroup } from '../command.js';
import type { CliContext } from '../context.js';

export function buildDbCommand(context: CliContext): CliCommand {
  return commandGroup(
    'db',
    { summary: 'Heketi Database Management' },
    bodyCommand(context, 'dump', '/db/dump', 'Dumps the database of the server as JSON'),
    bodyCommand(context, 'check', '/db/check', 'Checks the database of the server for inconsistencies'),
  );
}

/** A command that prints what the server answers, unchanged. */
export function bodyCommand(context: CliContext, name: string, path: string, summary: string): CliCommand {
  return new CliCommand(name, { summary }).runs(async (_args, flags) => {
    const client = await context.connect(flags);
    context.print(await client.getText(path));
  });
}
