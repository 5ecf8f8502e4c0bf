import { pathOf } from '../../client/client.js';
import { CliCommand } from '../command.js';
import type { ArgumentKind } from '../command-texts.js';
import type { CliContext } from '../context.js';
import { CliError } from '../errors.js';
import { boolFlag } from '../flags.js';
import { requireArgument } from './arguments.js';

type Tagged = 'node' | 'device';

/** `node settags` and `device settags` */
export function buildSetTagsCommand(context: CliContext, kind: Tagged): CliCommand {
  return new CliCommand('settags', {
    summary: `Sets tags on a ${kind}`,
    long: `Sets tags on a ${kind}. Other tags of the ${kind} stay as they are, unless --exact is given.`,
    example: `    $ heketi-cli ${kind} settags 886a86a868711bef83001 arbiter:supported`,
    args: 'ID TAG:VALUE...',
    argKind: kind satisfies ArgumentKind,
  })
    .withFlags(boolFlag('exact', `Replace all tags of the ${kind} by the given ones.`, { short: 'e' }))
    .runs(async (args, flags) => {
      const id = requireArgument(args, 'id required');
      const pairs = args.slice(1);
      if (pairs.length === 0) throw new CliError('at least one tag:value pair expected');
      const tags = Object.fromEntries(pairs.map(parsePair));
      const client = await context.connect(flags);
      const request = { change_type: flags.bool('exact') ? 'set' : 'update', tags };
      await client.send('POST', pathOf(`${kind}s`, id, 'tags'), request, [200]);
    });
}

function parsePair(text: string): [string, string] {
  const colon = text.indexOf(':');
  if (colon < 0) throw new CliError(`expected colon (:) between tag name and value, got: ${text}`);
  return [text.slice(0, colon), text.slice(colon + 1)];
}

/** `node rmtags` and `device rmtags` */
export function buildRemoveTagsCommand(context: CliContext, kind: Tagged): CliCommand {
  return new CliCommand('rmtags', {
    summary: `Removes tags from a ${kind}`,
    example: `    $ heketi-cli ${kind} rmtags 886a86a868711bef83001 arbiter`,
    args: 'ID TAG...',
    argKind: kind satisfies ArgumentKind,
    aliases: ['deltags', 'removetags'],
  })
    .withFlags(boolFlag('all', `Remove all tags of the ${kind}.`))
    .runs(async (args, flags) => {
      const id = requireArgument(args, 'id required');
      const names = args.slice(1);
      const all = flags.bool('all');
      if (all && names.length > 0) throw new CliError('--all may not be combined with named tags');
      if (!all && names.length === 0) throw new CliError('at least one tag expected');
      const tags = Object.fromEntries(names.map((name) => [name, '']));
      const client = await context.connect(flags);
      const request = { change_type: all ? 'set' : 'delete', tags };
      await client.send('POST', pathOf(`${kind}s`, id, 'tags'), request, [200]);
    });
}
