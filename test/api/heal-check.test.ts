import { expect, it } from 'vitest';
import { startApp } from '../support/app.js';

it.each(['', 'enable', 'disable'])(
  'a device is not removed that holds the only copy of something, whatever the heal check: %j',
  async (healcheck) => {
    const app = await startApp();
    try {
      const stateOf = async (device: string) =>
        (await app.server.inject(`/devices/${device}`)).json<{ state: string }>().state;
      const cluster = (await app.post('/clusters', {})).json<{ id: string }>().id;
      await app.post('/nodes', { cluster, zone: 1, hostnames: { manage: ['n1'], storage: ['10.0.0.1'] } });
      const { nodes } = (await app.server.inject(`/clusters/${cluster}`)).json<{ nodes: string[] }>();
      await app.post('/devices', { node: nodes[0], name: '/dev/sdb' });
      const { devices } = (await app.server.inject(`/nodes/${nodes[0]}`)).json<{ devices: { id: string }[] }>();
      const device = devices[0]?.id ?? '';
      await app.post('/volumes', { size: 10, durability: { type: 'none' } });
      await app.post(`/devices/${device}/state`, { state: 'offline', healcheck });
      const removal = await app.post(`/devices/${device}/state`, { state: 'failed', healcheck });
      const answer = await app.server.inject(String(removal.headers.location));
      expect([answer.statusCode, answer.body]).toEqual([500, expect.stringContaining('keeps no copies')]);
      expect(await stateOf(device)).toBe('offline');
    } finally {
      await app.remove();
    }
  },
);
