import { CliCommand } from '../command.js';
import type { CliContext } from '../context.js';
import { formatBrickUsage, formatVolumeUsage } from '../output/usage.js';

export function buildVolumeUsageCommand(context: CliContext): CliCommand {
  return new CliCommand('usage', {
    summary: 'Shows how full volumes really are',
    long:
      'Shows how full volumes really are, as df would on a mount, and what waits to be healed; of one volume also each brick with its thin pool.\n' +
      'The server asks its hosts from time to time; no host is asked now. What nobody could tell is shown as ?, with the reason below.',
    example: '    $ heketi-cli volume usage\n    $ heketi-cli volume usage 886a86a868711bef83001',
    args: '[ID]',
    argKind: 'volume',
  }).runs(async ([id], flags) => {
    const client = await context.connect(flags);
    const query = new URLSearchParams(id === undefined ? { of: 'volumes' } : { of: 'volumes,bricks', volume: id });
    const usage = await client.getJson(`/usage?${query}`);
    context.printResult(flags, usage, (json) =>
      id === undefined ? formatVolumeUsage(json) : `${formatVolumeUsage(json)}\n${formatBrickUsage(json)}`,
    );
  });
}
