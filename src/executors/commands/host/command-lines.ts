import type { Command } from '../../executor.js';
import type { HostSettings } from './host-settings.js';

const MINUTE_MS = 60_000;
export const SHORT_TIMEOUT_MS = 5 * MINUTE_MS;
export const LONG_TIMEOUT_MS = 10 * MINUTE_MS;

type Flags = Pick<Command, 'mayFail' | 'isSecret' | 'goesFirst' | 'isReading'>;

/** Any program but lvm, udevadm and gluster. */
export function program(argv: readonly string[], timeoutMs: number, flags: Flags = {}): Command {
  return { argv, timeoutMs, ...flags };
}

/**
 * Plain output whatever lvm.conf says: no program names before the lines, no log among the reports, no columns left
 * out. Without blanks and quotes: wrappers that build a command line of their own would take them apart.
 */
const PLAIN_OUTPUT = 'log{command_names=0}log{report_command_log=0}report{compact_output=0}';

/** lvm is called by its full path: some hosts keep /usr/sbin out of a plain user's PATH. */
export function lvm(settings: HostSettings, args: readonly string[], timeoutMs: number, flags: Flags = {}): Command {
  const argv = [...wrapped(settings), '/usr/sbin/lvm', ...args, '--config', PLAIN_OUTPUT];
  return { argv, timeoutMs, ...flags };
}

/** What lvm.conf itself says, so without our own settings. */
export function lvmConfiguration(settings: HostSettings, names: readonly string[], timeoutMs: number): Command {
  return {
    argv: [...wrapped(settings), '/usr/sbin/lvm', 'dumpconfig', ...names],
    timeoutMs,
    mayFail: true,
    isReading: true,
  };
}

export function udevadm(settings: HostSettings, args: readonly string[], flags: Flags = {}): Command {
  return { argv: [...wrapped(settings), '/usr/bin/udevadm', ...args], timeoutMs: SHORT_TIMEOUT_MS, ...flags };
}

const READING = new Set(['info', 'list', 'status']);

/** By the word for the action alone: a volume may be named like one. */
function isReadingGluster([subject, action = '', , detail = '']: readonly string[]): boolean {
  if (READING.has(action)) return true;
  return subject === 'volume' && (action === 'rebalance' || action === 'heal') && READING.has(detail);
}

/** gluster's own time limit ends first, so that its answer and not our deadline tells what happened. */
export function gluster(settings: HostSettings, args: readonly string[], flags: Flags = {}): Command {
  const seconds = settings.glusterCliTimeoutSeconds || 600;
  const minutes = Math.max(10, 1 + Math.floor((seconds + 1) / 60));
  return {
    argv: ['gluster', '--mode=script', `--timeout=${seconds}`, ...args],
    timeoutMs: minutes * MINUTE_MS,
    mayGiveUp: true,
    isReading: isReadingGluster(args),
    ...flags,
  };
}

export function autobackup(settings: HostSettings): string {
  return `--autobackup=${settings.backupLvmMetadata ? 'y' : 'n'}`;
}

/** The words before a program that belongs to LVM. */
export function wrapped(settings: HostSettings): readonly string[] {
  return settings.lvmWrapper === '' ? [] : [settings.lvmWrapper];
}
