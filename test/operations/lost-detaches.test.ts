import { describe, expect, it } from 'vitest';
import type { Fault } from '../../src/executors/mock/trouble/faults.js';
import { expectForgotten, lose, nodeOf, withNode } from '../support/lost-scene.js';
import { answerOf, loadTopology, records, strictHosts, withPool } from '../support/pool.js';

const DETACH: Fault = { kind: 'lose-link', match: ' peer detach ' };

describe('where the answer to gluster peer detach is lost', () => {
  it.each([
    ['made', { ...DETACH, after: true }],
    ['not made', DETACH],
    ['made late', { kind: 'late', match: ' peer detach ' }],
  ] as const)('a lost node is forgotten all the same: the detach was %s', (_what, fault) =>
    withNode(async (scene) => {
      const { pool, hosts, host } = scene;
      hosts.setHostUp(host, false);
      hosts.setFaults([fault]);
      const ticket = await lose(scene);
      for (let i = 0; i < 6; i++) {
        await pool.runner.settled();
        await pool.recovery.run();
      }
      expect((await answerOf(pool, ticket)).error).toBeNull();
      await expectForgotten(scene);
      expect(await nodeOf(scene)).toBeNull();
    }),
  );

  it.each([
    ['made', { ...DETACH, after: true }],
    ['not made', DETACH],
    ['made late', { kind: 'late', match: ' peer detach ' }],
  ] as const)('a node is deleted all the same: the detach was %s', (_what, fault) => {
    const hosts = strictHosts(3, 0);
    return withPool(hosts, async (pool) => {
      await loadTopology(pool, 3, 0);
      const node = await pool.store.read((tx) => tx.nodes.findByManageName('h2'));
      hosts.setFaults([fault]);
      const ticket = await pool.operations.deleteNode(node?.id ?? '');
      for (let i = 0; i < 4; i++) {
        await pool.runner.settled();
        await pool.recovery.run();
      }
      expect((await answerOf(pool, ticket)).error).toBeNull();
      expect(await pool.store.read((tx) => tx.nodes.find(node?.id ?? ''))).toBeNull();
      expect(await records(pool)).toEqual([]);
      expect(hosts.state().pools.map(({ hosts: names }) => names)).toHaveLength(2);
    });
  });
});
