import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { dumpDatabase } from '../../../src/interchange/dump.js';
import { openStore } from '../../../src/store/open-store.js';
import { comparable } from '../../interchange/golden-databases.js';
import { DyingProcess } from '../../support/dying-process.js';
import { makeMemoryFolder } from '../../support/memory-folder.js';
import { ended } from './support/ended.js';

const ROOT = resolve(import.meta.dirname, '../../..');
const DUMP = join(ROOT, 'test/golden/db/block.export.json');
/** Each of its changes is a point at which it is killed. */
const LIMIT_MS = 900_000;

let folder = '';
beforeEach(() => {
  folder = makeMemoryFolder('mortar-killed-import-');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

it(
  'an import that is killed at any moment leaves no database or the whole one, and can be run again',
  async () => {
    const where = join(folder, 'where');
    const file = join(where, 'heketi.db');
    const dying = new DyingProcess(where, join(folder, 'changes'));
    const empty = (): void => {
      rmSync(where, { recursive: true, force: true });
      mkdirSync(where);
    };

    empty();
    expect(await importInto(file, dying.env(null))).toEqual({ code: 0, signal: null });
    const whole = await contentsOf(file);
    const { changes } = dying;
    expect(changes).toBeGreaterThan(20);
    const found = new Set<string>();
    for (let at = 1; at <= changes; at++) {
      empty();
      expect(await importInto(file, dying.env(at)), `at ${at}`).toEqual({ code: null, signal: 'SIGKILL' });
      found.add(existsSync(file) ? 'whole' : 'none');
      if (existsSync(file)) expect(await contentsOf(file), `killed at ${at}`).toEqual(whole);
      else expect(await importInto(file, {}), `again after ${at}`).toEqual({ code: 0, signal: null });
      expect(await contentsOf(file), `again after ${at}`).toEqual(whole);
    }
    // The last changes come after the database has its name.
    expect([...found].sort()).toEqual(['none', 'whole']);
    empty();
    expect(await importInto(file, {})).toEqual({ code: 0, signal: null });
    expect(readdirSync(where)).toEqual(['heketi.db']);
  },
  LIMIT_MS,
);

async function importInto(file: string, env: Readonly<Record<string, string>>) {
  const args = ['db', 'import', '--jsonfile', DUMP, '--dbfile', file];
  const child = spawn(process.execPath, [join(ROOT, 'bin/heketi'), ...args], {
    env: { PATH: process.env.PATH, TMPDIR: folder, ...env },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  await ended(child);
  return { code: child.exitCode, signal: child.signalCode };
}

/** As a server would find it. */
async function contentsOf(file: string): Promise<unknown> {
  const store = await openStore({ file, readOnly: true });
  try {
    return comparable(await store.read(dumpDatabase));
  } finally {
    await store.close();
  }
}
