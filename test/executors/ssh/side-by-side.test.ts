import { randomUUID } from 'node:crypto';
import { chownSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ShellExecutor } from '../../../src/executors/shell/shell-executor.js';
import { done, recover, volumeRequest } from '../../support/pool.js';
import { expectAgreement, FAULTS, openServer, seeded, setUpServers } from '../crash/crash-servers.js';
import { BashServer } from './bash-server.js';
import { command, describeOverSsh, SILENT_LOG, shellOverSsh } from './ssh-hosts.js';

const ROUNDS = 60;
const KILLED_SERVERS = 8;
const SEED = 20_261;
const AT_A_TIME = 6;

describe('recoveries that run side by side on one host', () => {
  let server: BashServer;
  beforeAll(async () => {
    server = await BashServer.up();
    if (process.getuid?.() === 0) chownSync(server.home, 65_534, 65_534);
  });
  afterAll(() => server.down());

  function start(serverId: string, generation: number): ShellExecutor {
    return shellOverSsh({
      user: 'nobody',
      port: server.port,
      key: server.key,
      useSudo: false,
      hostKeys: { refusal: async () => null, admitted: async () => null, knownTypes: async () => [] },
      maxSessions: 8,
      identity: { serverId, generation },
      log: SILENT_LOG,
    });
  }

  it('never fence each other, whatever an earlier process left', async () => {
    const serverId = randomUUID().replaceAll('-', '');
    for (let generation = 1; generation <= ROUNDS; generation++) {
      const executor = start(serverId, generation);
      const recover = async (i: number): Promise<void> => {
        await executor.awaitLeftovers(server.host);
        const [result] = await executor.run(server.host, [command('echo', String(i))]);
        expect(result?.stdout).toBe(`${i}\n`);
      };
      const outcomes = await Promise.allSettled(Array.from({ length: AT_A_TIME }, (_, i) => recover(i)));
      expect(outcomes.filter(({ status }) => status === 'rejected')).toEqual([]);
      void executor.run(server.host, [command('true')]).catch(() => undefined);
      await executor.close();
    }
  });
});

describeOverSsh('creates of a server that was killed', { nodes: 3, devices: 2 }, (hosts) => {
  const database = setUpServers(hosts);
  const random = seeded(SEED);

  it(`are all led out by one clean-up, though they wait for the same hosts (seed ${SEED})`, async () => {
    for (let round = 0; round < KILLED_SERVERS; round++) {
      const struck = await openServer(hosts, database.file, 3 + Math.floor(random() * 16), FAULTS['die while']);
      const creates = Array.from({ length: 4 }, () =>
        struck.pool.operations.createVolume(volumeRequest({ sizeGib: 1 })),
      );
      await Promise.race([Promise.all(creates).then(() => struck.pool.runner.settled()), struck.executor.death]);
      await struck.close();

      const after = await openServer(hosts, database.file, 0, null);
      await recover(after.pool);
      expect(await after.pool.store.read((tx) => tx.operations.list())).toEqual([]);
      await expectAgreement(hosts, after.pool);
      for (const id of await after.pool.store.read((tx) => tx.volumes.listVisibleIds()))
        await done(after.pool, await after.pool.operations.deleteVolume(id));
      await after.close();
    }
  });
});
