import { expect, it } from 'vitest';
import { startApp } from '../support/app.js';

it('a request to take bricks over is accepted, and its refusal is told at the queue', async () => {
  const app = await startApp();
  const post = (url: string, payload: object) => app.server.inject({ method: 'POST', url, payload });
  const finished = async (response: { readonly headers: Record<string, unknown> }) => {
    await app.settled();
    return app.server.inject(String(response.headers['location']));
  };
  try {
    const cluster = (await post('/clusters', {})).json<{ id: string }>().id;
    for (const name of ['a', 'b', 'c']) {
      const hostnames = { manage: [name], storage: [`${name}.storage`] };
      const node = await finished(await post('/nodes', { cluster, zone: 1, hostnames }));
      const id = String(node.headers['location']).slice('/nodes/'.length);
      await finished(await post('/devices', { node: id, name: '/dev/sdb' }));
    }
    const durability = { type: 'replicate', replicate: { replica: 3 } };
    const made = await finished(await post('/volumes', { size: 1, name: 'data', durability }));
    const volume = String(made.headers['location']);

    const accepted = await app.server.inject({ method: 'POST', url: `${volume}/adopt-bricks` });
    expect(accepted.statusCode).toBe(202);
    const refused = await finished(accepted);
    expect(refused.statusCode).toBe(500);
    expect(refused.body).toContain('are not taken over: gluster has the very bricks that this server knows');
    const unknown = await app.server.inject({ method: 'POST', url: `/volumes/${'f'.repeat(32)}/adopt-bricks` });
    expect(unknown.statusCode).toBe(404);
  } finally {
    await app.remove();
  }
});
