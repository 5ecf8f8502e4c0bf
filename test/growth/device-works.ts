import assert from 'node:assert/strict';
import { volumePlan } from '../../src/api/wire/placement.js';
import { createLogger } from '../../src/logging/logger.js';
import type { VolumeRequest } from '../../src/operations/ports.js';
import type { MadePool } from '../support/made-pool.js';
import { openPool, volumeRequest } from '../support/pool.js';
import { ofDevices, type Work } from './work.js';

const SIZES = [120, 1200] as const;
/** More than the bricks that a volume may have can hold. */
const TOO_LARGE: VolumeRequest = volumeRequest({ sizeGib: 10_000_000 });

/** What the server does about one thing, among all the devices there are. */
export const DEVICE_WORKS: readonly Work[] = [
  {
    name: 'a refused create',
    shape: ofDevices,
    sizes: SIZES,
    power: 1,
    run: refusedCreate,
  },
  {
    name: 'what a refused create tells of devices',
    shape: ofDevices,
    sizes: SIZES,
    power: 0,
    counted: /src\/(logging|api)\/|node_modules\/|device-refusals\.ts verdictOf/,
    run: refusedCreate,
  },
];

async function refusedCreate({ store, executor }: MadePool): Promise<void> {
  const { logger: log } = createLogger({ level: 'info', format: 'json', stream: { write: () => undefined } });
  const { operations } = await openPool('', executor, { store, log });
  await assert.rejects(operations.createVolume(TOO_LARGE), /No space/);
  const plan = await operations.planVolume(TOO_LARGE);
  assert.equal(plan.fits, false);
  JSON.stringify(volumePlan(plan, false));
}
