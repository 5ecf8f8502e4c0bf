import { randomUUID } from 'node:crypto';
import type { Command } from '../../../src/executors/executor.js';
import { ShellExecutor } from '../../../src/executors/shell/shell-executor.js';
import type { ShellOptions } from '../../../src/executors/shell/shell-options.js';
import type { LocalShell } from '../../support/local-shell.js';

export const HOST = 'n1';

/** Another server, unless `identity` says otherwise. */
export function executorOver(channels: LocalShell, overrides: Partial<ShellOptions> = {}): ShellExecutor {
  return new ShellExecutor(channels, {
    user: 'nobody',
    useSudo: false,
    identity: { serverId: randomUUID().replaceAll('-', ''), generation: 1 },
    log: { debug: () => undefined, info: () => undefined },
    ...overrides,
  });
}

export function command(...argv: readonly string[]): Command {
  return { argv, timeoutMs: 60_000 };
}

/** A file in the home of the place. */
export function touch(name: string): Command {
  return command('sh', '-c', `touch "$HOME/${name}"`);
}

/** Makes `begun`, runs until `go` is there, and makes `ended`. */
export function waitingCommand(): Command {
  return command('sh', '-c', 'touch "$HOME/begun"; until [ -e "$HOME/go" ]; do sleep 0.02; done; touch "$HOME/ended"');
}
