import { pathOf } from '../../client/client.js';
import type { JsonValue } from '../../json/json-value.js';
import { CliCommand } from '../command.js';
import type { CliContext } from '../context.js';
import { requireArgument } from './arguments.js';

interface InfoTexts {
  readonly summary: string;
  /** The error without an id. */
  readonly missing: string;
}

/** `KIND info ID`: one resource of the server, as `format` shows it. */
export function buildInfoCommand(
  context: CliContext,
  kind: 'cluster' | 'node' | 'device' | 'volume' | 'blockvolume',
  { summary, missing }: InfoTexts,
  format: (json: JsonValue) => string,
): CliCommand {
  return new CliCommand('info', {
    summary,
    example: `    $ heketi-cli ${kind} info 886a86a868711bef83001`,
    args: 'ID',
    argKind: kind,
  }).runs(async (args, flags) => {
    const id = requireArgument(args, missing);
    const client = await context.connect(flags);
    context.printResult(flags, await client.getJson(pathOf(`${kind}s`, id)), format);
  });
}
