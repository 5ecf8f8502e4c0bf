import { type ClientUse, runClient } from '../client-process.js';
import type { Figures, Row } from '../row.js';
import type { Site } from '../site.js';

const MIB = 1024 * 1024;

/** Everything there is, as the server sends it and as the client prints it. */
export const TOPOLOGY_ROWS: readonly Row[] = [
  {
    name: 'GET /topology',
    grows: 'with volumes',
    toReach: 'linear, turns of 50 ms',
    measure: (site) =>
      site.withServer((server) =>
        server.measure(async () => `${((await server.send('GET', '/topology')).bytes / MIB).toFixed(1)} MiB`),
      ),
  },
  ...(['text', 'json', 'template'] as const).map(
    (form): Row => ({
      name: `heketi-cli topology info, ${form}`,
      grows: 'with volumes',
      toReach: 'the client 2 s and 150 MiB at 20,000',
      measure: (site) => topologyInfo(site, form),
    }),
  ),
];

const FLAGS = { text: [], json: ['--json'], template: ['--template={{range .ClusterList}}{{len .Volumes}}{{end}}'] };

/** The server's CPU, the client's memory. */
function topologyInfo(site: Site, form: keyof typeof FLAGS): Promise<Figures> {
  return site.withServer(async (server) => {
    let use: ClientUse | undefined;
    const figures = await server.measure(async () => {
      use = await runClient(server.base, ['topology', 'info', ...FLAGS[form]]);
      return `the client: ${(use.wallMs / 1000).toFixed(1)} s, ${(use.cpuMs / 1000).toFixed(1)} s of CPU, ${(use.bytes / MIB).toFixed(1)} MiB printed`;
    });
    return { ...figures, mib: use?.mib ?? null };
  });
}
