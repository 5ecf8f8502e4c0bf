import { findCommand, readFlags } from './command-line.js';
import { CliContext } from './context.js';
import { ClientError } from './errors.js';
import { hintFor } from './hints.js';
import type { CliIo } from './io.js';
import { describeInterruption } from './output/interruption.js';
import { describeOutputFailure } from './output/output-failure.js';
import { buildCommandTree } from './tree.js';

/** Exit status of every failure, as scripts written for the original expect. */
const FAILURE = 255;
/** 128 and the number of SIGINT, as shells have it. */
const INTERRUPTED = 130;

/**
 * Runs one command line (without program name) and returns the exit status. After an interruption
 * the command may still hold timers: the caller ends the process.
 */
export async function runCli(argv: readonly string[], io: CliIo, version: string): Promise<number> {
  const context = new CliContext(io);
  try {
    return await Promise.race([
      waitForInterruption(context),
      waitForOutputFailure(context),
      runCommandLine(context, argv, version),
    ]);
  } finally {
    context.close();
  }
}

async function runCommandLine(context: CliContext, argv: readonly string[], version: string): Promise<number> {
  const { command, words } = findCommand(buildCommandTree(context, version), argv);
  try {
    const { args, flags, isHelp } = readFlags(command, words);
    if (isHelp) context.print(command.helpText());
    else await command.run(args, flags);
    await context.io.flush();
    return 0;
  } catch (error) {
    if (context.io.interruption.aborted) return INTERRUPTED;
    context.progress.wait(null);
    context.warn(`Error: ${error instanceof ClientError ? error.message : describeDefect(error)}\n`);
    const hint = context.io.stderr.isTty ? hintFor(error, command, context.hasConnected) : null;
    if (hint !== null) context.warn(`Hint: ${hint}\n`);
    return FAILURE;
  }
}

function waitForInterruption(context: CliContext): Promise<number> {
  const { interruption } = context.io;
  return new Promise((resolve) => {
    interruption.addEventListener('abort', () => {
      const text = describeInterruption(context.currentWait);
      context.progress.wait(null);
      context.warn(text);
      resolve(INTERRUPTED);
    });
  });
}

function waitForOutputFailure(context: CliContext): Promise<number> {
  const { outputFailure } = context.io;
  return new Promise((resolve) => {
    outputFailure.addEventListener('abort', () => {
      context.progress.wait(null);
      const text = describeOutputFailure(outputFailure.reason as Error, context.currentWait, context.doneSoFar);
      context.warn(text);
      resolve(text === '' ? 0 : FAILURE);
    });
  });
}

function describeDefect(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
