import type { CliCommand } from './command.js';
import type { ArgumentKind } from './command-texts.js';
import { ClientError, ConnectionError, ServerError } from './errors.js';

/**
 * What a person can do about a failure, shown below it on a terminal. Null where the message says it
 * all. Scripts never see it: they get the server's text alone.
 */
export function hintFor(error: unknown, command: CliCommand, hasConnected: boolean): string | null {
  if (error instanceof ServerError) return hintForRefusal(error, command);
  if (error instanceof ConnectionError || !(error instanceof ClientError) || hasConnected) return null;
  return command.parent === null ? null : `heketi-cli help${command.path.replace('heketi-cli', '')} shows the usage.`;
}

function hintForRefusal({ status, message }: ServerError, command: CliCommand): string | null {
  if (message === 'Administrator access required') {
    return 'this needs the administrator: --user=admin with the key of the administrator.';
  }
  if (status === 401 && /expired|before issued/i.test(message)) {
    return 'compare the clock of this machine with the clock of the server.';
  }
  if (status === 401) {
    return 'check --user and --secret, or HEKETI_CLI_USER and HEKETI_CLI_KEY, against the keys of the server.';
  }
  if (message === 'Service disabled for maintenance') {
    return 'heketi-cli server mode get shows the mode; a read-only server returns to normal after SIGUSR2 or a restart.';
  }
  if (status === 404 && command.path.endsWith('operations wait')) {
    return 'results are kept for a while only: look at the resource itself, such as heketi-cli volume list.';
  }
  if (status === 404 && command.texts.argKind !== undefined) {
    return `${LISTS[command.texts.argKind]} lists the ids there are.`;
  }
  if (status === 429) return 'heketi-cli server operations list shows what keeps the server busy.';
  if (message.startsWith('No space') && command.path.endsWith('volume create')) {
    return 'the same command with --dry-run shows which devices come nearest and why they do not take it, and the largest size that fits.';
  }
  if (message.startsWith('Failed to allocate new block volume') && command.path.endsWith('blockvolume create')) {
    return 'the same command with --dry-run shows the largest size that fits; heketi-cli volume create --block makes a hosting volume.';
  }
  return null;
}

const LISTS: Readonly<Record<ArgumentKind, string>> = {
  cluster: 'heketi-cli cluster list',
  node: 'heketi-cli node list',
  device: 'heketi-cli topology info',
  volume: 'heketi-cli volume list',
  blockvolume: 'heketi-cli blockvolume list',
  operation: 'heketi-cli server operations list',
};
