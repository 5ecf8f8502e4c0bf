import type { HeketiClient } from '../../client/client.js';
import { CliCommand, commandGroup } from '../command.js';
import type { CliContext } from '../context.js';
import { ServerError } from '../errors.js';
import { fetchTopology, streamTopology } from '../fetch-topology.js';
import { stringFlag } from '../flags.js';
import { isColourful } from '../io.js';
import { formatTopology, formatTopologyJson } from '../output/topology.js';
import { drawTopology } from '../output/topology-drawing.js';
import { readDeviceHoldings } from '../output/usage.js';
import { buildTopologyLoadCommand } from './topology-load.js';

export function buildTopologyCommand(context: CliContext): CliCommand {
  return commandGroup(
    'topology',
    { summary: 'Heketi Topology Management' },
    buildTopologyLoadCommand(context),
    infoCommand(context),
    showCommand(context),
  );
}

function infoCommand(context: CliContext): CliCommand {
  return new CliCommand('info', {
    summary: 'Retrieves information about the current Topology',
    example:
      "    $ heketi-cli topology info\n    $ heketi-cli topology info --template '{{range .ClusterList}}{{.Id}} {{len .Volumes}}{{end}}'",
  })
    .withFlags(
      stringFlag(
        'template',
        'Go text/template for the output. Functions beyond the usual: join, kibToGib, entryStateString.',
        {
          short: 'T',
        },
      ),
    )
    .runs(async (_args, flags) => {
      const template = flags.string('template');
      // Loaded only when asked for; and a fault in the template is reported before any request.
      const render =
        template === '' ? null : (await import('../go-template/topology-template.js')).compileTemplate(template);
      const client = await context.connect(flags);
      const all = { withVolumes: true };
      if (flags.bool('json')) await context.printPieces(formatTopologyJson(streamTopology(client, all)));
      else if (render !== null) context.print(render(await fetchTopology(client, all)));
      else await context.printPieces(formatTopology(streamTopology(client, all)));
    });
}

function showCommand(context: CliContext): CliCommand {
  return new CliCommand('show', {
    summary: 'Draws clusters, zones, nodes and devices with their used and free space',
    long: 'Draws clusters, zones, nodes and devices with their used and free space: what is booked for bricks, and what these really hold, as far as hosts have told.',
    example: '    $ heketi-cli topology show',
  }).runs(async (_args, flags) => {
    const client = await context.connect(flags);
    const topology = await fetchTopology(client, { withVolumes: false });
    const { stdout, env } = context.io;
    const holdings = await fetchHoldings(context, client);
    context.print(drawTopology(topology, { columns: stdout.columns, isColourful: isColourful(stdout, env), holdings }));
  });
}

/** What devices really hold; nothing where the server is an older one, or Heketi's, or another server has the figures. */
async function fetchHoldings(context: CliContext, client: HeketiClient): Promise<ReadonlyMap<string, string>> {
  try {
    return readDeviceHoldings(await client.getJson('/usage?of=devices'));
  } catch (error) {
    if (!(error instanceof ServerError) || (error.status !== 404 && error.status !== 503)) throw error;
    if (error.status === 503) context.warn(`What devices really hold is not shown: ${error.message}\n`);
    return new Map();
  }
}
