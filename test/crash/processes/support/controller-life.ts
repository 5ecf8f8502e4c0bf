import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { openStore } from '../../../../src/store/open-store.js';
import { differences } from '../../../support/differences.js';
import { makeMemoryFolder } from '../../../support/memory-folder.js';
import { DEVICES, HOSTS, loadTopology } from '../../support/scenario.js';
import { ControllerClient, type OwnVolume } from './controller-client.js';
import { startHosts } from './hosts-process.js';
import { HttpClient } from './http-client.js';
import { databaseFile, type ServerProcess, startServer } from './server-process.js';

/** Where a signal hits the server while it works for a controller. */
export interface ControllerPoint {
  readonly change: 'create' | 'expand' | 'delete';
  readonly of: 'command' | 'commit';
  readonly at: number;
  readonly signal: 'SIGKILL' | 'SIGTERM';
}

export interface ControllerFigures {
  readonly isReached: boolean;
  readonly accepted: number;
  readonly owned: number;
  /** Volumes that nobody owns; all of them are listed. */
  readonly leftBehind: number;
}

/**
 * One change by a controller whose server is ended in its midst and started again. Fails unless the volumes in the
 * end are those that it owns and those that are listed as unclaimed, of the sizes it was told.
 */
export async function controllerLife(point: ControllerPoint): Promise<ControllerFigures> {
  const folder = makeMemoryFolder('mortar-controller-');
  const hosts = await startHosts(folder, HOSTS, DEVICES);
  const armed = join(folder, 'armed');
  const options = { folder, socket: hosts.socket };
  const faults = { KILL_AT: String(point.at + 1), KILL_OF: 'commit', KILL_ARMED: armed, KILL_SIGNAL: point.signal };
  let server: ServerProcess | null = await startServer({
    ...options,
    ...(point.of === 'commit' && { databaseFaults: faults }),
  });
  let running = Promise.resolve(server);
  try {
    const controller = new ControllerClient(async () => (await running).base);
    await loadTopology(new HttpClient(server.base));
    const before = point.change === 'create' ? null : await controller.create(1);
    if (point.of === 'commit') writeFileSync(armed, '');
    else await hosts.remote.setFaults([{ kind: 'hold', nth: point.at + 1 }]);

    const changed = change(controller, point, before);
    const first = server;
    const reached = point.of === 'command' ? hosts.remote.awaitHeld() : first.ended;
    const isReached = await Promise.race([reached.then(() => true), changed.then(() => false)]);
    // The next server is on its way before the first one is gone: nobody meets a port that has no owner.
    running = (async () => {
      const ended = point.signal === 'SIGKILL' ? first.kill() : first.stop();
      if (point.of === 'command') await hosts.remote.releaseHeld(true);
      await ended;
      await hosts.remote.setFaults([]);
      server = await startServer(options);
      return server;
    })();
    const own = await changed;
    const client = new HttpClient((await running).base);
    await client.nothingPending();
    const figures = await expectTruth(client, own);
    await (await running).stop();
    await expectAgreement(folder, hosts.remote);
    return { isReached, accepted: controller.accepted, ...figures };
  } finally {
    await server?.kill();
    await hosts.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

function change(controller: ControllerClient, point: ControllerPoint, before: OwnVolume | null) {
  if (before === null) return controller.create(1);
  return point.change === 'expand' ? controller.expand(before, 4) : controller.delete(before);
}

async function expectTruth(client: HttpClient, own: OwnVolume | null) {
  const { volumes } = await client.view();
  const listed = JSON.parse((await client.send('GET', '/volumes/unclaimed')).text) as { volumes: { id: string }[] };
  const unclaimed = listed.volumes.map(({ id }) => id);
  const known = new Set([...(own ? [own.id] : []), ...unclaimed]);
  expect(new Set(volumes.map(({ id }) => id))).toEqual(known);
  if (own) expect(volumes.find(({ id }) => id === own.id)?.sizeGib).toBe(own.sizeGib);
  return { owned: own ? 1 : 0, leftBehind: unclaimed.filter((id) => id !== own?.id).length };
}

/** The server has ended, so its database can be read. */
async function expectAgreement(folder: string, hosts: Parameters<typeof differences>[1]): Promise<void> {
  const store = await openStore({ file: databaseFile(folder), readOnly: true });
  try {
    expect(await store.read((tx) => tx.operations.list())).toEqual([]);
    expect(await differences(store, hosts)).toEqual([]);
  } finally {
    await store.close();
  }
}
