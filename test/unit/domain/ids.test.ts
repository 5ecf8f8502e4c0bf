import { expect, it } from 'vitest';
import { isId, newId } from '../../../src/domain/ids.js';

it('ids are 32 lower-case hex digits, and no two are the same', () => {
  const ids = Array.from({ length: 2000 }, newId);
  expect(new Set(ids).size).toBe(2000);
  expect(ids.every((id) => isId(id) && id === id.toLowerCase())).toBe(true);
});
