import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

/** What a file loads before its first line runs. */
function loadedFirst(name: string, found = new Map<string, string>()): Map<string, string> {
  const text = readFileSync(`dist/${name}`, 'utf8');
  found.set(name, text);
  for (const [, from = ''] of text.matchAll(/^(?:import|\} from)\b[^\n]*?"([^"]+)";$/gm)) {
    if (!from.startsWith('./')) found.set(from, '');
    else if (!found.has(from.slice(2))) loadedFirst(from.slice(2), found);
  }
  return found;
}

it('the version and a refusal of the command line load neither the server nor compiled packages', () => {
  const loaded = loadedFirst('heketi.mjs');
  expect([...loaded.keys()]).not.toContain('better-sqlite3');
  expect([...loaded.keys()]).not.toContain('ssh2');
  const bytes = [...loaded.values()].reduce((sum, text) => sum + text.length, 0);
  expect(bytes).toBeGreaterThan(10_000);
  expect(bytes).toBeLessThan(400_000);
});
