import type { Command } from 'commander';

/** A flag that is missing or holds nonsense; unlike an unknown one it ends with exit code 1. */
export class UnusableFlag extends Error {}

/** Notes the exit code of a command. */
export type Run = (action: Promise<number>) => Promise<void>;

export interface OfflineFlags {
  config?: string;
}

export function offlineCommand(parent: Command, name: string, description: string): Command {
  return parent
    .command(name)
    .description(description)
    .allowExcessArguments(false)
    .option('--config <file>', 'configuration file');
}

export function configFile(flags: OfflineFlags): string {
  if (!flags.config) throw new UnusableFlag('Please provide configuration file (--config)');
  return flags.config;
}
