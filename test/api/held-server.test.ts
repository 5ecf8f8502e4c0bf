import { afterEach, expect, it, vi } from 'vitest';
import { openTemporary, temporaryFile } from '../store/temporary-database.js';
import { startApp } from '../support/app.js';

afterEach(() => vi.useRealTimers());

it('a confirmation that is taken while the server stops is kept for the next start, and begins no work', async () => {
  const db = temporaryFile();
  const store = await openTemporary(db);
  await store.write((tx) => tx.origin.setCopiedAt(1_700_000_000_000));
  await store.close();
  const app = await startApp({ db, disable_monitor_gluster_nodes: false });
  await app.server.ready();
  vi.useFakeTimers({ toFake: ['setTimeout', 'setInterval', 'clearTimeout', 'clearInterval'] });
  const confirmed = app.restored.confirm();
  const removed = app.remove();
  await Promise.all([confirmed, removed]);
  expect(vi.getTimerCount()).toBe(0);
  const next = await openTemporary(db);
  expect(await next.read((tx) => tx.origin.copiedAt())).toBeNull();
});
