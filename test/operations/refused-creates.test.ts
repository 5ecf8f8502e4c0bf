import { describe, expect, it } from 'vitest';
import type { LogLevel } from '../../src/logging/log-level.js';
import { createLogger } from '../../src/logging/logger.js';
import { type MadePool, withMadePool } from '../support/made-pool.js';
import { openPool, volumeRequest } from '../support/pool.js';

const NODES = 100;
const DEVICES = NODES * 12;
const MOST_BYTES = 32 * 1024;

interface Line {
  readonly msg: string;
  readonly counts?: object;
  readonly devices?: readonly { readonly deviceId: string }[];
}

/** What is logged about a create of more than the bricks that a volume may have can hold. */
async function loggedBy({ store, executor }: MadePool, level: LogLevel) {
  const lines: string[] = [];
  const { logger: log } = createLogger({ level, format: 'json', stream: { write: (line) => void lines.push(line) } });
  const { operations } = await openPool('', executor, { store, log });
  await expect(operations.createVolume(volumeRequest({ sizeGib: 900_000 }))).rejects.toThrow('No space');
  return {
    bytes: lines.reduce((sum, line) => sum + line.length, 0),
    lines: lines.map((line) => JSON.parse(line) as Line),
  };
}

describe('the log of a refused create among many devices', () => {
  const shape = { volumes: 1, volumesPerCluster: 1, nodes: NODES, devicesPerNode: 12 };

  it('is short, and tells of the nearest devices', () =>
    withMadePool(shape, async (made) => {
      const { bytes, lines } = await loggedBy(made, 'info');
      expect(bytes).toBeLessThan(MOST_BYTES);
      expect(lines).toMatchObject([{ msg: 'no placement', counts: { 'limit-reached': DEVICES } }]);
      expect(lines[0]?.devices).toHaveLength(20);
    }));

  it('tells of every device to debug, in lines that are not cut', () =>
    withMadePool(shape, async (made) => {
      const { lines } = await loggedBy(made, 'debug');
      const each = lines.filter(({ msg }) => msg === 'devices without a place').flatMap(({ devices }) => devices ?? []);
      expect(new Set(each.map(({ deviceId }) => deviceId)).size).toBe(DEVICES);
    }));
});
