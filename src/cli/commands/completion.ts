import { type HeketiClient, pathOf } from '../../client/client.js';
import { memberOf, readCluster, readList, readNode, readOperation, readTexts } from '../../client/wire.js';
import { CliCommand, commandGroup } from '../command.js';
import { findCommand, readFlags } from '../command-line.js';
import { completeWords, joinBashWords } from '../completion.js';
import { COMPLETION_HOMES, COMPLETION_SCRIPTS, type Shell } from '../completion-scripts.js';
import { type CliContext, fetchInOrder } from '../context.js';
import { CliError } from '../errors.js';
import { boolFlag, type FlagSet } from '../flags.js';

const SHELLS = Object.keys(COMPLETION_SCRIPTS) as Shell[];
const NO_DESCRIPTIONS = 'no-descriptions';

export function buildCompletionCommand(context: CliContext): CliCommand {
  const group = commandGroup(
    'completion',
    {
      summary: 'Generate the autocompletion script for the specified shell',
      long: 'Prints a script that makes a shell complete commands, flags and ids of heketi-cli. Ids come from the\nserver that the command line or the environment names (HEKETI_CLI_SERVER, HEKETI_CLI_USER, HEKETI_CLI_KEY).',
    },
    ...SHELLS.map((shell) => scriptCommand(context, shell)),
  );
  return group.runs(([shell]) => {
    if (shell !== undefined) throw new CliError(`no completion for shell "${shell}": one of ${SHELLS.join(', ')}`);
    context.print(group.helpText());
  });
}

function scriptCommand(context: CliContext, shell: Shell): CliCommand {
  return new CliCommand(shell, {
    summary: `Generate the autocompletion script for ${shell}`,
    example: `    $ ${COMPLETION_HOMES[shell]}`,
  })
    .withFlags(boolFlag(NO_DESCRIPTIONS, 'Offer words without their descriptions.'))
    .runs((_args, flags) => {
      const script = COMPLETION_SCRIPTS[shell];
      context.print(
        flags.bool(NO_DESCRIPTIONS) ? script.replace('__complete', `__complete --${NO_DESCRIPTIONS}`) : script,
      );
    });
}

const PATIENCE_MS = 2000;

/** What the scripts call: `__complete -- SHELL WORD...`, the last word being the one to complete. */
export function buildCompleteCommand(context: CliContext): CliCommand {
  const command = new CliCommand('__complete', { summary: 'Print completions', args: 'SHELL WORD...', isHidden: true });
  command.withFlags(boolFlag(NO_DESCRIPTIONS, 'Leave out the descriptions.'));
  return command.runs(async ([shell = '', ...typed], flags) => {
    const { words, strip } = readTypedWords(shell, typed);
    const { candidates, idsFor, wantsFiles } = completeWords(command.root, words);
    for (const { word, description } of candidates) {
      const shown = flags.bool(NO_DESCRIPTIONS) ? '' : description.replaceAll('\n', ' ');
      context.print(`${word.slice(strip)}\t${shown}\n`);
    }
    if (wantsFiles) context.print(':files\n');
    if (idsFor === null) return;
    const timeout = context.io.sleep(PATIENCE_MS, { isIdle: true }).then((): string[] => []);
    const connection = readConnectionFlags(command.root, words) ?? flags;
    const ids = await Promise.race([fetchIds(context, connection, idsFor.texts.argKind ?? ''), timeout]).catch(
      () => [],
    );
    for (const id of ids) if (id.startsWith(words.at(-1) ?? '')) context.print(`${id}\t\n`);
  });
}

/** The words as the user typed them, and how much of the last one the shell does not want back. */
function readTypedWords(shell: string, typed: readonly string[]): { words: readonly string[]; strip: number } {
  if (shell === 'bash') return joinBashWords(typed);
  if (shell !== 'powershell') return { words: typed, strip: 0 };
  return { words: [...typed.slice(0, -1), (typed.at(-1) ?? '').replace(/^=/, '')], strip: 0 };
}

/** Flags in front of the cursor, such as `--server`; null while they cannot be understood. */
function readConnectionFlags(root: CliCommand, words: readonly string[]): FlagSet | null {
  const found = findCommand(root, words.slice(0, -1));
  try {
    return readFlags(found.command, found.words).flags;
  } catch {
    return null;
  }
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
