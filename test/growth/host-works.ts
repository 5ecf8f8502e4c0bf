import assert from 'node:assert/strict';
import { manageName } from '../../src/domain/node.js';
import { listVolumesCommand } from '../../src/executors/commands/gluster/brick-users.js';
import { readVolumes } from '../../src/executors/commands/gluster/gluster-volume-xml.js';
import { findDifferences } from '../../src/operations/examination/find-differences.js';
import { NodeRepairMonitor } from '../../src/operations/repair/node-repair-monitor.js';
import { createUsage } from '../../src/operations/usage/usage.js';
import { HOST_SETTINGS } from '../support/host-settings.js';
import type { MadePool } from '../support/made-pool.js';
import { ALL_UP, SILENT } from '../support/pool.js';
import { ofVolumes, type Work } from './work.js';

const SIZES = [40, 400] as const;

/** What the server asks of all hosts at once, and makes of their answers. */
export const HOST_WORKS: readonly Work[] = [
  {
    name: 'a round of node repair',
    shape: ofVolumes,
    sizes: SIZES,
    power: 1,
    run: async ({ store, executor, pool }) => {
      const hosts = { executor, settings: HOST_SETTINGS };
      await new NodeRepairMonitor({ store, hosts, health: ALL_UP, log: SILENT }, pool.repair, true).runOnce();
    },
  },
  {
    name: 'the repair of a node with bricks of all volumes',
    shape: (volumes) => ofVolumes(volumes, 3),
    sizes: SIZES,
    power: 1,
    run: async ({ store, pool }) => {
      const [node] = await store.read((tx) => tx.nodes.list());
      const { findings, unreadable } = await pool.repair.run(node?.id ?? '', true, false);
      assert.deepEqual([findings, unreadable], [[], []]);
    },
  },
  {
    name: 'a round of the survey of usage',
    shape: (volumes) => ofVolumes(volumes, 3),
    sizes: SIZES,
    power: 1,
    run: surveyUsage,
  },
  {
    // Each has its time; more of them are asked for in later rounds.
    name: 'what is asked of hosts in a round of the survey of usage, but for how full they are',
    shape: (volumes) => ofVolumes(volumes, 3),
    sizes: [200, 2000],
    power: 0,
    counted: /usage-survey\.ts askHeal/,
    run: surveyUsage,
  },
  {
    name: "gluster's XML of all volumes",
    shape: ofVolumes,
    sizes: SIZES,
    power: 1,
    run: async ({ store, executor }) => {
      const [node] = await store.read((tx) => tx.nodes.list());
      assert.ok(node);
      const command = listVolumesCommand(HOST_SETTINGS);
      const [answer] = await executor.run(manageName(node), [command], AbortSignal.timeout(60_000));
      assert.ok(answer);
      const volumes = await readVolumes(manageName(node), command, answer);
      assert.equal(volumes.length, (await store.read((tx) => tx.volumes.list())).length);
    },
  },
  {
    name: 'differences between hosts and database',
    shape: ofVolumes,
    sizes: SIZES,
    power: 1,
    run: async ({ store, executor }) => {
      const { differences, notCompared } = await findDifferences(store, { executor, settings: HOST_SETTINGS });
      assert.deepEqual([differences, notCompared], [[], []]);
    },
  },
];

async function surveyUsage({ store, executor }: MadePool): Promise<void> {
  const hosts = { executor, settings: HOST_SETTINGS };
  const { books, monitor } = createUsage({ store, hosts, health: ALL_UP, log: SILENT });
  await monitor.runOnce();
  assert.equal(books.byVolume().size, (await store.read((tx) => tx.volumes.list())).length);
}
