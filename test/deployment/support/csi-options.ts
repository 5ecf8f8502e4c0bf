import { type CsiOptions, csiCommand } from '../../../src/csi/command-line.js';

/** What the driver's own command line makes of arguments; rejects where it would end the program. */
export async function csiOptionsOf(args: readonly string[]): Promise<CsiOptions> {
  const given: CsiOptions[] = [];
  const command = csiCommand('test', {
    serve: async (options) => void given.push(options),
    migrate: async () => undefined,
  }).exitOverride();
  await command.configureOutput({ writeErr: () => {} }).parseAsync(args, { from: 'user' });
  const [options] = given;
  if (!options) throw new Error('the command line was not run');
  return options;
}
