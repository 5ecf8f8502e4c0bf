import type { CliContext } from '../context.js';
import { CliError } from '../errors.js';
import type { FlagSet } from '../flags.js';

/** The first argument; `missing` is the error without one. */
export function requireArgument(args: readonly string[], missing: string): string {
  const [first] = args;
  if (first === undefined || first === '') throw new CliError(missing);
  return first;
}

/** Exactly one argument. */
export function requireOnlyArgument(args: readonly string[], missing: string, tooMany: string): string {
  const argument = requireArgument(args, missing);
  if (args.length > 1) throw new CliError(tooMany);
  return argument;
}

/** The parts of a comma separated list; none for an empty text. */
export function splitList(text: string): string[] {
  return text === '' ? [] : text.split(',');
}

export const NO_HEAL_CHECK = 'expert-option-disable-heal-check';
const RECONSIDER_MS = 10_000;

/**
 * The `healcheck` member of a request. Switching the check off may lose data, so the user is
 * warned and has ten seconds to interrupt.
 */
export async function readHealCheck(context: CliContext, flags: FlagSet): Promise<{ healcheck?: 'disable' }> {
  if (!flags.bool(NO_HEAL_CHECK)) return {};
  context.print(
    'WARNING: the self-heal check is disabled: bricks that still need healing may be replaced, and data lost.\n',
  );
  context.print(`Continuing in ${RECONSIDER_MS / 1000} seconds; interrupt now if this is not what you want.\n`);
  await context.io.sleep(RECONSIDER_MS);
  return { healcheck: 'disable' };
}
