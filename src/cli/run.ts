import { CommanderError } from 'commander';
import { CliContext } from './context.js';
import { CliError, EarlyExit } from './errors.js';
import type { CliIo } from './io.js';
import { buildCommandTree } from './tree.js';

/** Exit status of every failure, as scripts written for the original expect. */
const FAILURE = 255;

/** Runs one command line (without program name) and returns the exit status. */
export async function runCli(argv: readonly string[], io: CliIo, version: string): Promise<number> {
  const context = new CliContext(io);
  try {
    await buildCommandTree(context, version).parseAsync([...argv], { from: 'user' });
    return 0;
  } catch (error) {
    if (error instanceof EarlyExit) return error.exitCode;
    const isExpected = error instanceof CliError || error instanceof CommanderError;
    context.progress.wait(null);
    context.warn(`Error: ${isExpected ? error.message : describeDefect(error)}\n`);
    return FAILURE;
  } finally {
    context.close();
  }
}

function describeDefect(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
