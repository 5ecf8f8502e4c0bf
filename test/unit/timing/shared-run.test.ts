import { expect, it } from 'vitest';
import { sharedRun } from '../../../src/timing/shared-run.js';

it('runs once for all who ask while it runs, and again for the next', async () => {
  const ends: ((value: number) => void)[] = [];
  const run = sharedRun(() => new Promise<number>((done) => ends.push(done)));
  const [first, second] = [run(), run()];
  expect(ends).toHaveLength(1);
  ends[0]?.(1);
  expect(await Promise.all([first, second])).toEqual([1, 1]);
  const third = run();
  ends[1]?.(2);
  expect(await third).toBe(2);
});

it('gives a failure to all who asked, and keeps it for nobody else', async () => {
  let runs = 0;
  const run = sharedRun(async () => {
    if (runs++ === 0) throw new Error('unreadable');
    return 'read';
  });
  const both = await Promise.allSettled([run(), run()]);
  expect(both.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  expect(await run()).toBe('read');
});
