import { startApp } from '../support/app.js';
import { type FuzzTarget, fuzzContract } from './fuzz-contract.js';

/** Everything behind the HTTP layer is real but the hosts: three nodes with two devices, and one volume. */
async function wiredTarget(): Promise<FuzzTarget> {
  const app = await startApp();
  const ids: string[] = [];
  const post = async (url: string, payload: object): Promise<string> => {
    const accepted = await app.post(url, payload);
    if (accepted.statusCode === 201) return accepted.json<{ id: string }>().id;
    const final = await app.server.inject({ url: String(accepted.headers.location) });
    return String(final.headers.location ?? '')
      .split('/')
      .slice(-1)[0] as string;
  };
  const cluster = await post('/clusters', { block: true, file: true });
  ids.push(cluster);
  for (const n of [1, 2, 3]) {
    const node = await post('/nodes', { cluster, zone: n, hostnames: { manage: [`m${n}`], storage: [`10.0.0.${n}`] } });
    ids.push(node);
    for (const name of ['/dev/sdb', '/dev/sdc']) await post('/devices', { node, name });
  }
  ids.push(await post('/volumes', { size: 10, durability: { type: 'replicate', replicate: { replica: 3 } } }));
  ids.push(...(await app.store.read((tx) => tx.devices.list())).map((device) => device.id));
  return {
    server: app.server,
    store: app.store,
    admin: app.admin,
    ids,
    settle: () => app.settled(),
    close: () => app.remove(),
  };
}

fuzzContract('the whole server over simulated hosts', wiredTarget, 100);
