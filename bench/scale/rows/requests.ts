import type { Figures, Row } from '../row.js';
import type { Site } from '../site.js';

const ASKED = 10;
/** Where each takes seconds. */
const LONG_ASKED = 3;

/** One kind of request, asked a few times after one that is not counted: CPU is of each. */
function repeated(site: Site, method: string, url: string, times = ASKED): Promise<Figures> {
  return site.withServer(async (server) => {
    await server.send(method, url);
    const figures = await server.measure(async () => {
      let bytes = 0;
      for (let i = 0; i < times; i++) bytes = (await server.send(method, url)).bytes;
      return `${(bytes / 1024).toFixed(0)} KiB`;
    });
    return { ...figures, cpuMs: figures.cpuMs / times };
  });
}

/** All at once, and what is answered to each: CPU is of all. */
function atOnce(site: Site, method: string, url: string, count: number): Promise<Figures> {
  return site.withServer((server) =>
    server.measure(async () => {
      const answers = await Promise.all(Array.from({ length: count }, () => server.send(method, url)));
      return `answered with ${[...new Set(answers.map(({ status }) => status))].join(' and ')}`;
    }),
  );
}

/** Of the whole list, which a create has changed: what the create itself takes is counted before, without the list. */
function afterChanges(site: Site): Promise<Figures> {
  return site.withServer(async (server) => {
    const create = () => server.change('POST', '/volumes', { size: 1, durability: { type: 'none' } });
    const creates = (andList: boolean) =>
      server.measure(async () => {
        let bytes = 0;
        for (let i = 0; i < ASKED; i++) {
          await create();
          if (andList) bytes = (await server.send('GET', '/volumes')).bytes;
        }
        return `${(bytes / 1024).toFixed(0)} KiB`;
      });
    await creates(true);
    const alone = await creates(false);
    const both = await creates(true);
    return { ...both, cpuMs: (both.cpuMs - alone.cpuMs) / ASKED };
  });
}

const NODE_ASKED = 5000;

/** After a create, which has the server know its devices. */
function nodeInfos(site: Site): Promise<Figures> {
  return site.withServer(async (server) => {
    await server.change('POST', '/volumes', { size: 1, durability: { type: 'none' } });
    const [cluster] = (JSON.parse((await server.send('GET', '/clusters')).text) as { clusters: string[] }).clusters;
    const { nodes } = JSON.parse((await server.send('GET', `/clusters/${cluster}`)).text) as { nodes: string[] };
    const figures = await server.measure(async () => {
      let bytes = 0;
      for (let i = 0; i < NODE_ASKED; i++) bytes = (await server.send('GET', `/nodes/${nodes[0]}`)).bytes;
      return `${(bytes / 1024).toFixed(0)} KiB`;
    });
    return { ...figures, cpuMs: figures.cpuMs / NODE_ASKED };
  });
}

/** Volumes that find no place: too many bricks, too few zones, no device with the tag. */
const REFUSED = [
  { size: 900_000, durability: { type: 'replicate', replicate: { replica: 3 } } },
  {
    size: 100,
    durability: { type: 'disperse', disperse: { data: 4, redundancy: 2 } },
    glustervolumeoptions: ['user.heketi.zone-checking strict'],
  },
  {
    size: 100,
    durability: { type: 'replicate', replicate: { replica: 3 } },
    glustervolumeoptions: ['user.heketi.device-tag-match tier=ssd'],
  },
];

/** What is refused for want of a place, by itself or in a plan: CPU is of each. */
function refused(site: Site, url: string): Promise<Figures> {
  return site.withServer(
    async (server) => {
      for (let i = 0; i < ASKED; i++) for (const body of REFUSED) await server.send('POST', url, body);
      const before = server.loggedBytes;
      let bytes = 0;
      const figures = await server.measure(async () => {
        for (let i = 0; i < ASKED; i++)
          for (const body of REFUSED) bytes = Math.max(bytes, (await server.send('POST', url, body)).bytes);
        return undefined;
      });
      const count = ASKED * REFUSED.length;
      const logged = (server.loggedBytes - before) / count;
      const note = `answers of ${(bytes / 1024).toFixed(1)} KiB, ${(logged / 1024).toFixed(1)} KiB logged of each`;
      return { ...figures, cpuMs: figures.cpuMs / count, note };
    },
    { loglevel: 'warning' },
  );
}

/** Answers that are as long as there is much of something. */
export const REQUEST_ROWS: readonly Row[] = [
  {
    name: 'refused creates',
    grows: 'with devices',
    toReach: '15 ms at 12,000; 32 KiB answered and logged',
    measure: (site) => refused(site, '/volumes'),
  },
  {
    name: 'plans of volumes that do not fit',
    grows: 'with devices',
    toReach: '15 ms at 12,000; 32 KiB answered',
    measure: (site) => refused(site, '/placements'),
  },
  {
    name: 'GET /metrics',
    grows: 'with devices',
    toReach: '100 ms at 12,000, turns of 50 ms',
    measure: (site) => repeated(site, 'GET', '/metrics'),
  },
  {
    name: 'GET /volumes',
    grows: 'with volumes',
    toReach: '20 ms at 20,000',
    measure: (site) => repeated(site, 'GET', '/volumes'),
  },
  {
    name: 'GET /volumes after a change',
    grows: 'with volumes',
    toReach: '20 ms at 20,000',
    measure: afterChanges,
  },
  {
    name: 'GET /nodes/{id}',
    grows: 'with volumes',
    sizes: [500],
    toReach: '0.2 ms with 50 bricks, and /hello every 5 ms',
    measure: nodeInfos,
  },
  {
    name: 'GET /db/dump',
    grows: 'with volumes',
    toReach: 'turns of 50 ms',
    measure: (site) => repeated(site, 'GET', '/db/dump', LONG_ASKED),
  },
  {
    name: 'GET /db/check',
    grows: 'with volumes',
    toReach: 'turns of 50 ms',
    measure: (site) => repeated(site, 'GET', '/db/check', LONG_ASKED),
  },
  {
    name: 'GET /db/dump, eight at once',
    grows: 'with volumes',
    toReach: 'turns of 50 ms, as much memory as for one',
    measure: (site) => atOnce(site, 'GET', '/db/dump', 8),
  },
];
