import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { NEW_RECORD } from '../../src/domain/pending-operation.js';
import { PickUp } from '../../src/operations/engine/pick-up.js';
import { SILENT } from '../support/pool.js';

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }));
afterEach(() => void vi.useRealTimers());

const accepted = { ...NEW_RECORD, id: 'o1', type: 'create-volume', createdAt: 0, actions: [], plan: null } as const;

function scene() {
  const read = vi.fn().mockRejectedValueOnce(new Error('the connection broke')).mockResolvedValue([accepted]);
  const goOn = vi.fn(async () => undefined);
  const stopping = new AbortController();
  return { read, goOn, stopping, pickUp: new PickUp({ read }, { goOn }, SILENT, stopping.signal) };
}

it('what others have accepted is looked for again where the database could not be read, though nobody tells of it twice', async () => {
  const { pickUp, goOn } = scene();
  pickUp.look();
  await vi.advanceTimersByTimeAsync(1_000);
  expect(goOn).toHaveBeenCalledExactlyOnceWith(accepted);
});

it('a server that stops does not look for it again', async () => {
  const { pickUp, read, stopping } = scene();
  pickUp.look();
  stopping.abort();
  await vi.advanceTimersByTimeAsync(10_000);
  expect(read).toHaveBeenCalledOnce();
});
