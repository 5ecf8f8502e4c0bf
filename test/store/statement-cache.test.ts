import Database from 'better-sqlite3';
import { expect, it } from 'vitest';
import { StatementCache } from '../../src/store/sqlite/statement-cache.js';

it('statements are prepared once', () => {
  const cache = new StatementCache(new Database(':memory:'), 10);
  expect(cache.prepare('select 1')).toBe(cache.prepare('select 1'));
});

it('the statement cache forgets the one that was used longest ago, and never holds more than its limit', () => {
  const cache = new StatementCache(new Database(':memory:'), 3);
  const first = cache.prepare('select 1');
  const second = cache.prepare('select 2');
  cache.prepare('select 3');
  cache.prepare('select 1');
  cache.prepare('select 4');
  expect(cache.size).toBe(3);
  expect(cache.prepare('select 1')).toBe(first);
  expect(cache.prepare('select 2')).not.toBe(second);
  for (let n = 0; n < 100; n += 1) cache.prepare(`select ${n}`);
  expect(cache.size).toBe(3);
});
