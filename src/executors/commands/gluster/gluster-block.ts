import { type Answer, answerTo, type Command, CommandError, type CommandResult, runOne } from '../../executor.js';
import { failsWith } from '../../failures/failures.js';
import { LONG_TIMEOUT_MS, program } from '../host/command-lines.js';
import type { Hosts } from '../host/hosts.js';
import {
  type BlockAnswer,
  type BlockVolumeInfo,
  type CreatedBlockVolume,
  readBlockAnswer,
  readBlockInfo,
  readCreatedBlock,
} from './gluster-block-json.js';

export { type BlockVolumeInfo, type CreatedBlockVolume, IQN_PREFIX, showsSize } from './gluster-block-json.js';

/** A block volume by its hosting volume and its own name. */
export interface BlockName {
  readonly hostingVolume: string;
  readonly name: string;
}

export interface BlockVolumeSpec extends BlockName {
  readonly haCount: number;
  readonly hasAuth: boolean;
  /** Storage names of the hosts to export it from. */
  readonly hosts: readonly string[];
  readonly sizeGib: number;
}

/** Throws CommandError `block volume exists` when there is one of this name already: then nothing was made. */
export async function createBlockVolume(
  hosts: Hosts,
  host: string,
  spec: BlockVolumeSpec,
): Promise<CreatedBlockVolume> {
  const command = blockCommand(
    [
      'create',
      path(spec),
      'ha',
      String(spec.haCount),
      'auth',
      spec.hasAuth ? 'enable' : 'disable',
      'prealloc',
      hosts.settings.blockPrealloc,
      spec.hosts.join(','),
      `${spec.sizeGib}GiB`,
    ],
    spec.hasAuth,
  );
  const said = await ask(hosts, host, command);
  return readCreatedBlock(fieldsOf(said, 'Failed to create block volume'));
}

/**
 * `absent`: the block volume, or its hosting volume, is gone already. Throws CommandError `block volume not exported` when
 * some host did not let it go; `isForced`: then it goes all the same.
 */
export async function deleteBlockVolume(
  hosts: Hosts,
  host: string,
  block: BlockName,
  { isForced }: { readonly isForced: boolean } = { isForced: false },
): Promise<'deleted' | 'absent'> {
  const force = isForced ? ['force'] : [];
  const said = await ask(hosts, host, blockCommand(['delete', path(block), ...force]));
  if (isAbsent(said, block)) return 'absent';
  fieldsOf(said, 'Failed to delete block volume');
  return 'deleted';
}

/** Names of the block volumes on a hosting volume. */
export async function listBlockVolumes(hosts: Hosts, host: string, hostingVolume: string): Promise<readonly string[]> {
  const said = await ask(hosts, host, blockCommand(['list', hostingVolume]));
  const { blocks } = fieldsOf(said, `Failed to list the block volumes on ${hostingVolume}`);
  if (!Array.isArray(blocks)) throw refusal(said, 'gluster-block list gave no list of blocks');
  return blocks.map(String);
}

/** Null when there is no such block volume. Carries the password: never log it. */
export async function blockVolumeInfo(hosts: Hosts, host: string, block: BlockName): Promise<BlockVolumeInfo | null> {
  const said = await ask(hosts, host, blockCommand(['info', path(block)], true));
  if (isAbsent(said, block)) return null;
  const what = `Failed to get information of block volume ${block.name}`;
  const fields = fieldsOf(said, what);
  try {
    return readBlockInfo(fields);
  } catch (error) {
    throw refusal(said, `${what}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** `sizeGib` is the new total. */
export async function expandBlockVolume(hosts: Hosts, host: string, block: BlockName, sizeGib: number): Promise<void> {
  const said = await ask(hosts, host, blockCommand(['modify', path(block), 'size', `${sizeGib}GiB`]));
  if (isDone(said)) return;
  const reason = wordsOf(said);
  throw refusal(said, `Failed to expand block volume: ${reason} (see logs for details, and retry the operation)`);
}

/**
 * Whether the block volume is larger than `sizeGib`, which it is at least. Nothing is changed: gluster-block refuses to
 * give it the size that it has, and to shrink it.
 */
export async function isLargerThan(hosts: Hosts, host: string, block: BlockName, sizeGib: number): Promise<boolean> {
  const said = await ask(hosts, host, blockCommand(['modify', path(block), 'size', `${sizeGib}GiB`]));
  const refused = wordsAsAnswer(said);
  if (failsWith(refused, 'block volume larger')) return true;
  // A resize that had failed on some hosts is made up for, to the size that it has.
  if (isDone(said) || failsWith(refused, 'block volume of that size')) return false;
  throw refusal(said, `Failed to get the size of block volume ${block.name}: ${wordsOf(said)}`);
}

const READING = new Set(['info', 'list']);

/** gluster-block's own failures are read from its answer, so no exit code stops the batch. */
function blockCommand(args: readonly string[], isSecret = false): Command {
  return {
    ...program(['gluster-block', ...args, '--json'], LONG_TIMEOUT_MS, { mayFail: true, isSecret }),
    mayGiveUp: true,
    isReading: READING.has(args[0] ?? ''),
  };
}

function path(block: BlockName): string {
  return `${block.hostingVolume}/${block.name}`;
}

interface Said {
  readonly host: string;
  readonly command: Command;
  readonly result: CommandResult;
  readonly answer: BlockAnswer;
}

/** Some versions answer on standard output, others their failures on standard error. */
async function ask(hosts: Hosts, host: string, command: Command): Promise<Said> {
  const result = await runOne(hosts.executor, host, command);
  const [answer, other] = [readBlockAnswer(result.stdout), readBlockAnswer(result.stderr)];
  const isOther = answer.fields === null && (other.fields !== null || answer.message === '');
  return { host, command, result, answer: isOther ? other : answer };
}

function isDone({ result, answer }: Said): boolean {
  return answer.fields !== null && !answer.isFailure && result.exitCode === 0;
}

function isAbsent(said: Said, block: BlockName): boolean {
  return failsWith(wordsAsAnswer(said), 'block volume absent', block);
}

function wordsAsAnswer({ command, result, answer }: Said): Answer {
  return answerTo(command, { ...result, stdout: '', stderr: answer.message });
}

/** What a success holds; any other answer is thrown, with gluster-block's own words. */
function fieldsOf(said: Said, what: string): NonNullable<BlockAnswer['fields']> {
  const { fields } = said.answer;
  if (fields === null || !isDone(said)) throw refusal(said, `${what}: ${wordsOf(said)}`);
  return fields;
}

/** Never empty, and what to look at where its words do not say. */
function wordsOf(said: Said): string {
  const { host, command, result, answer } = said;
  const words = wordsAsAnswer(said);
  if (failsWith(answerTo(command, result), 'program missing')) return `gluster-block is not installed on ${host}`;
  if (answer.message === '')
    return `gluster-block on ${host} ended with exit code ${result.exitCode} and did not say why; its log is in /var/log/gluster-block there`;
  if (failsWith(words, 'block daemon down'))
    return `${answer.message} (on ${host}: "systemctl status gluster-blockd tcmu-runner glusterd" tells why; gluster-blockd ends at its start when tcmu-runner does not run)`;
  if (failsWith(words, 'block volume not exported'))
    return `${answer.message} (on the hosts named: "systemctl status tcmu-runner target gluster-blockd" and /var/log/gluster-block tell why)`;
  return answer.message;
}

/** The answer itself may hold a password, so only the reason goes into the error. */
function refusal({ host, command, result }: Said, reason: string): CommandError {
  const isMissing = failsWith(answerTo(command, result), 'program missing');
  const exitCode = isMissing ? 127 : result.exitCode || 1;
  return new CommandError(host, command, { exitCode, stdout: '', stderr: reason });
}
