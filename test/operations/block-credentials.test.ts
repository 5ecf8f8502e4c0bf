import { expect, it } from 'vitest';
import type { Logger } from '../../src/operations/logger.js';
import {
  answerOf,
  blockVolumeRequest,
  done,
  loadTopology,
  strictHosts,
  volumeRequest,
  withPool,
} from '../support/pool.js';

const SECRET = 'a3c1-hunter2';

/** What gluster-block may print with credentials in it, whatever becomes of the block volume. */
const OUTPUTS: readonly (readonly [name: string, output: string])[] = [
  ['in plain form', `IQN: -\nUSERNAME: user-1\nPASSWORD: ${SECRET}\nPORTAL(S): -\nRESULT: FAIL\n`],
  ['without an errMsg', `{"IQN":"","USERNAME":"user-1","PASSWORD":"${SECRET}","PORTAL(S)":[],"RESULT":"FAIL"}`],
  ['broken off', `{"IQN":"iqn","USERNAME":"user-1","PASSWORD":"${SECRET}","PORT`],
  ['in its errMsg', `{"RESULT":"FAIL","errMsg":"targetcli: set auth userid=u password=${SECRET} refused"}`],
];

it.each(OUTPUTS)('credentials that gluster-block prints %s reach no answer, record or log', async (_name, output) => {
  const logged: unknown[] = [];
  const write = (...line: unknown[]) => void logged.push(line);
  const log: Logger = { debug: write, info: write, warn: write, error: write, child: () => log };
  const hosts = strictHosts(3, 2);
  await withPool(
    hosts,
    async (pool) => {
      await loadTopology(pool, 3, 2);
      await done(pool, await pool.operations.createVolume(volumeRequest({ isBlockHosting: true })));
      hosts.setFaults([
        { kind: 'fail', match: 'gluster-block create', exitCode: 255, stderr: output },
        { kind: 'fail', match: 'gluster-block delete', exitCode: 255, stderr: output, times: 99 },
        { kind: 'fail', match: 'gluster-block info', nth: 4, exitCode: 255, stderr: output, times: 99 },
      ]);
      const ticket = await pool.operations.createBlockVolume(blockVolumeRequest({ hasAuth: true }));
      const { error } = await answerOf(pool, ticket);
      expect(error).toMatch(/^Failed to create block volume: ./);
      const records = await pool.store.read((tx) => tx.operations.list());
      const told = [error, records, logged.map((line) => serialized(line))];
      expect(JSON.stringify(told)).not.toContain(SECRET);
      expect(logged.length).toBeGreaterThan(0);
    },
    { log },
  );
});

/** Errors as a log shows them, with their causes. */
function serialized(value: unknown): unknown {
  if (value instanceof Error)
    return { ...value, message: value.message, stack: value.stack, cause: serialized(value.cause) };
  if (Array.isArray(value)) return value.map(serialized);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, serialized(member)]));
}
