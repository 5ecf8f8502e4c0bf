import { describe, expect, it } from 'vitest';
import { asyncScript } from './support/fake-server.js';
import { withServer } from './support/run.js';
import { VOLUME_ID, volume } from './support/samples.js';

const FULL = Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });
const CLOSED = Object.assign(new Error('write EPIPE'), { code: 'EPIPE' });
const CREATE = ['volume', 'create', '--size=100'];
const done = { status: 303, headers: { Location: `/volumes/${VOLUME_ID}` } };
const accepted = { ...asyncScript('POST /volumes', done, 1), [`GET /volumes/${VOLUME_ID}`]: { body: volume } };

describe('a standard output that can not be written', () => {
  it.each([FULL, CLOSED])('tells what was made: %s', async (outputError) => {
    await withServer(accepted, async (_server, run) => {
      const { exit, stderr } = await run(CREATE, { outputError });
      expect({ exit, stderr }).toEqual({
        exit: 255,
        stderr: `Error: standard output can't be written (${outputError.message}); this was done: creating a volume of 100 GiB (volumes/${VOLUME_ID})\n`,
      });
    });
  });

  it('is one sentence where nothing was changed', async () => {
    await withServer({ 'GET /volumes': { body: { volumes: [] } } }, async (_server, run) => {
      const { exit, stderr } = await run(['volume', 'list', '--json'], { outputError: FULL });
      expect({ exit, stderr }).toEqual({
        exit: 255,
        stderr: "Error: standard output can't be written (ENOSPC: no space left on device, write)\n",
      });
    });
  });

  it('is no failure where a reader of a list has seen enough', async () => {
    await withServer({ 'GET /volumes': { body: { volumes: [] } } }, async (_server, run) => {
      const { exit, stderr } = await run(['volume', 'list', '--json'], { outputError: CLOSED });
      expect({ exit, stderr }).toEqual({ exit: 0, stderr: '' });
    });
  });
});
