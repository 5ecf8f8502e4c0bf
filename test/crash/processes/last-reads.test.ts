import { rmSync } from 'node:fs';
import { expect, it } from 'vitest';
import { makeMemoryFolder } from '../../support/memory-folder.js';
import { volumeRequest } from '../../support/pool.js';
import { loadTopology } from '../support/scenario.js';
import { startHosts } from './support/hosts-process.js';
import { HttpClient } from './support/http-client.js';
import { startServer } from './support/server-process.js';

const POLL_MS = 400;

it('a server that is told to end lets a client between two polls fetch its result, and all it needs to know of it', async () => {
  const folder = makeMemoryFolder('mortar-last-reads-');
  const hosts = await startHosts(folder, 3, 1);
  try {
    const server = await startServer({ folder, socket: hosts.socket });
    const client = new HttpClient(server.base);
    await loadTopology(client, 3, 1);
    await hosts.remote.setFaults([{ kind: 'hold', match: 'volume start' }]);
    const { queueId } = await client.operations.createVolume(volumeRequest());
    await hosts.remote.awaitHeld();
    const stopped = server.stop();
    await hosts.remote.releaseHeld(true);
    // The pause of the provisioner: the create ends in it, and the server with it unless it waits.
    await new Promise((pause) => setTimeout(pause, POLL_MS));
    const answer = await client.poll(queueId);
    expect(answer.kind).toBe('done');
    const location = answer.kind === 'done' ? answer.location : '';
    const volume = JSON.parse((await client.send('GET', location)).text) as { cluster: string };
    const cluster = JSON.parse((await client.send('GET', `/clusters/${volume.cluster}`)).text) as { nodes: string[] };
    for (const id of cluster.nodes) expect((await client.send('GET', `/nodes/${id}`)).status).toBe(200);
    await stopped;
  } finally {
    await hosts.stop();
    rmSync(folder, { recursive: true, force: true });
  }
});
