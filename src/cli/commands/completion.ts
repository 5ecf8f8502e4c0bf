import { type HeketiClient, pathOf } from '../client.js';
import { CliCommand } from '../command.js';
import { COMPLETION_SCRIPTS, completeWords, joinBashWords } from '../completion.js';
import { type CliContext, fetchInOrder } from '../context.js';
import { CliError } from '../errors.js';
import type { FlagSet } from '../flags.js';
import { memberOf, readCluster, readList, readNode, readOperation, readTexts } from '../wire.js';
import { requireArgument } from './arguments.js';

const SHELLS = Object.keys(COMPLETION_SCRIPTS);

export function buildCompletionCommand(context: CliContext): CliCommand {
  return new CliCommand('completion', {
    summary: 'Generate the autocompletion script for the specified shell',
    long: 'Prints a script that makes a shell complete commands, flags and ids of heketi-cli. Ids come from the\nserver that the environment names (HEKETI_CLI_SERVER, HEKETI_CLI_USER, HEKETI_CLI_KEY).',
    example:
      '    $ source <(heketi-cli completion bash)\n    $ heketi-cli completion fish > ~/.config/fish/completions/heketi-cli.fish',
    args: 'SHELL',
    argWords: SHELLS,
  }).runs((args) => {
    const shell = requireArgument(args, `missing shell: one of ${SHELLS.join(', ')}`);
    const script = Object.hasOwn(COMPLETION_SCRIPTS, shell) ? COMPLETION_SCRIPTS[shell] : undefined;
    if (script === undefined) throw new CliError(`no completion for shell "${shell}": one of ${SHELLS.join(', ')}`);
    context.print(script);
  });
}

const PATIENCE_MS = 2000;

/** What the scripts call: `__complete -- SHELL WORD...`, the last word being the one to complete. */
export function buildCompleteCommand(context: CliContext): CliCommand {
  const command = new CliCommand('__complete', { summary: 'Print completions', args: 'SHELL WORD...', isHidden: true });
  return command.runs(async (args, flags) => {
    const [shell, ...typed] = args;
    const { words, strip } = shell === 'bash' ? joinBashWords(typed) : { words: typed, strip: 0 };
    const { candidates, idsFor } = completeWords(command.root, words);
    for (const { word, description } of candidates) {
      context.print(`${word.slice(strip)}\t${description.replaceAll('\n', ' ')}\n`);
    }
    if (idsFor === null) return;
    const timeout = context.io.sleep(PATIENCE_MS, { isIdle: true }).then((): string[] => []);
    const ids = await Promise.race([fetchIds(context, flags, idsFor.texts.argKind ?? ''), timeout]).catch(() => []);
    for (const id of ids) if (id.startsWith(words.at(-1) ?? '')) context.print(`${id}\t\n`);
  });
}

async function fetchIds(context: CliContext, flags: FlagSet, kind: string): Promise<string[]> {
  const client = await context.connect(flags);
  switch (kind) {
    case 'volume':
      return [...readTexts(memberOf(await client.getJson('/volumes'), 'volumes'))];
    case 'blockvolume':
      return [...readTexts(memberOf(await client.getJson('/blockvolumes'), 'blockvolumes'))];
    case 'operation': {
      const list = memberOf(await client.getJson('/operations/pending'), 'pendingoperations');
      return readList(list).map((operation) => readOperation(operation).id);
    }
    case 'cluster':
      return [...(await clusterIds(client))];
    default:
      return fetchNodesOrDevices(client, kind);
  }
}

async function clusterIds(client: HeketiClient): Promise<readonly string[]> {
  return readTexts(memberOf(await client.getJson('/clusters'), 'clusters'));
}

async function fetchNodesOrDevices(client: HeketiClient, kind: string): Promise<string[]> {
  const ids: string[] = [];
  for await (const json of fetchInOrder(await clusterIds(client), (id) => client.getJson(pathOf('clusters', id)))) {
    const { nodes } = readCluster(json);
    if (kind === 'node') {
      ids.push(...nodes);
      continue;
    }
    for await (const node of fetchInOrder(nodes, (id) => client.getJson(pathOf('nodes', id)))) {
      ids.push(...readNode(node).devices.map((device) => device.id));
    }
  }
  return ids;
}
