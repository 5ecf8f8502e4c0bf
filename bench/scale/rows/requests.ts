import type { Figures, Row } from '../row.js';
import type { Site } from '../site.js';

const ASKED = 10;

/** One kind of request, asked a few times after one that is not counted: CPU is of each. */
function repeated(site: Site, method: string, url: string): Promise<Figures> {
  return site.withServer(async (server) => {
    await server.send(method, url);
    const figures = await server.measure(async () => {
      let bytes = 0;
      for (let i = 0; i < ASKED; i++) bytes = (await server.send(method, url)).bytes;
      return `${(bytes / 1024).toFixed(0)} KiB`;
    });
    return { ...figures, cpuMs: figures.cpuMs / ASKED };
  });
}

/** Answers that are as long as there is much of something. */
export const REQUEST_ROWS: readonly Row[] = [
  {
    name: 'GET /metrics',
    grows: 'with devices',
    toReach: '100 ms at 12,000',
    measure: (site) => repeated(site, 'GET', '/metrics'),
  },
  {
    name: 'GET /volumes',
    grows: 'with volumes',
    toReach: '20 ms at 20,000',
    measure: (site) => repeated(site, 'GET', '/volumes'),
  },
];
