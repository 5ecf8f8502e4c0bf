import { type Command, CommandError, type CommandResult, runOne } from '../../executor.js';
import { failsWith } from '../../failures/failures.js';
import { LONG_TIMEOUT_MS, program } from '../host/command-lines.js';
import type { Hosts } from '../host/hosts.js';
import {
  type BlockVolumeInfo,
  type CreatedBlockVolume,
  parseBlockAnswer,
  readBlockInfo,
  readCreatedBlock,
} from './gluster-block-json.js';

export type { BlockVolumeInfo, CreatedBlockVolume } from './gluster-block-json.js';

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
  const result = await runOne(hosts.executor, host, command);
  const output = result.stdout.trim() || result.stderr;
  const answer = parseBlockAnswer(output);
  if (!answer) throw refused(host, command, result, `Unparsable error during block volume create: ${output.trim()}`);
  if (answer.isFailure) throw refused(host, command, result, `Failed to create block volume: ${answer.message}`);
  if (result.exitCode !== 0)
    throw refused(host, command, result, `Failed to create block volume: exit code ${result.exitCode}`);
  return readCreatedBlock(answer);
}

/** `absent`: the block volume, or its hosting volume, is gone already. */
export async function deleteBlockVolume(hosts: Hosts, host: string, block: BlockName): Promise<'deleted' | 'absent'> {
  const command = blockCommand(['delete', path(block)]);
  const result = await runOne(hosts.executor, host, command);
  const output = result.stderr.trim() || result.stdout;
  if (output.trim() === '') return 'deleted'; // without a word it has not failed
  const answer = parseBlockAnswer(output);
  if (!answer) throw refused(host, command, result, `Unparsable error during block volume delete: ${output.trim()}`);
  if (!answer.isFailure && result.exitCode === 0) return 'deleted';
  const refusal = refused(host, command, result, answer.message);
  if (failsWith(refusal, 'block volume absent', block)) return 'absent';
  throw refusal;
}

/** Names of the block volumes on a hosting volume. */
export async function listBlockVolumes(hosts: Hosts, host: string, hostingVolume: string): Promise<readonly string[]> {
  const command = blockCommand(['list', hostingVolume]);
  const result = await runOne(hosts.executor, host, command);
  const answer = parseBlockAnswer(result.stdout.trim() || result.stderr);
  if (!answer || answer.isFailure || result.exitCode !== 0)
    throw refused(host, command, result, answer?.message ?? 'gluster-block list gave no JSON');
  const blocks = answer.fields['blocks'];
  if (!Array.isArray(blocks)) throw refused(host, command, result, 'gluster-block list gave no list of blocks');
  return blocks.map(String);
}

/** Null when there is no such block volume. Carries the password: never log it. */
export async function blockVolumeInfo(hosts: Hosts, host: string, block: BlockName): Promise<BlockVolumeInfo | null> {
  const command = blockCommand(['info', path(block)], true);
  const result = await runOne(hosts.executor, host, command);
  const answer = parseBlockAnswer(result.stdout.trim() || result.stderr);
  if (!answer)
    throw refused(
      host,
      command,
      result,
      `Failed to get information of block volume ${block.name}: gluster-block gave no JSON`,
    );
  const isAbsent = failsWith(refused(host, command, result, answer.message), 'block volume absent', block);
  if (answer.isFailure && isAbsent) return null;
  if (answer.isFailure || result.exitCode !== 0) {
    throw refused(host, command, result, `Failed to get information of block volume ${block.name}: ${answer.message}`);
  }
  return readBlockInfo(answer);
}

/** `sizeGib` is the new total. */
export async function expandBlockVolume(hosts: Hosts, host: string, block: BlockName, sizeGib: number): Promise<void> {
  const command = blockCommand(['modify', path(block), 'size', `${sizeGib}GiB`]);
  const result = await runOne(hosts.executor, host, command);
  const output = result.stdout.trim() || result.stderr;
  const answer = parseBlockAnswer(output);
  if (answer && !answer.isFailure && result.exitCode === 0) return;
  const reason = answer ? answer.message : output.trim();
  throw refused(
    host,
    command,
    result,
    `Failed to expand block volume${reason ? `: ${reason}` : ''} (see logs for details, and retry the operation)`,
  );
}

const READING = new Set(['info', 'list']);

/** gluster-block's own failures are read from its JSON, so no exit code stops the batch. */
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

/** The answer itself may hold a password, so only the reason goes into the error. */
function refused(host: string, command: Command, result: CommandResult, reason: string): CommandError {
  return new CommandError(host, command, { exitCode: result.exitCode || 1, stdout: '', stderr: reason });
}
