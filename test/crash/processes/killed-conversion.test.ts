import { spawn } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { convertDatabase } from '../../../src/app/conversion/convert-database.js';
import { isHeketiDatabase } from '../../../src/app/conversion/heketi-database.js';
import { dumpDatabase } from '../../../src/interchange/dump.js';
import { openStore } from '../../../src/store/open-store.js';
import { DyingProcess } from '../../support/dying-process.js';
import { readSample } from '../../support/heketi-database/samples.js';
import { makeMemoryFolder } from '../../support/memory-folder.js';
import { ended } from './support/ended.js';

const PROGRAM = resolve(import.meta.dirname, '../../../bin/heketi');
const ORIGINAL = readSample({ file: 'pending-create.db' });

let folder = '';
beforeEach(() => {
  folder = makeMemoryFolder('mortar-killed-conversion-');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

it("a conversion that is killed before any of its changes leaves Heketi's file or the converted one, and the next start has all", async () => {
  const where = join(folder, 'where');
  const file = join(where, 'heketi.db');
  const dying = new DyingProcess(where, join(folder, 'changes'));
  const place = (): void => {
    rmSync(where, { recursive: true, force: true });
    mkdirSync(where);
    writeFileSync(file, ORIGINAL, { mode: 0o600 });
  };
  place();
  expect(await convert(file, dying.env(null))).toBe(null);
  const { changes } = dying;
  const whole = await contentsOf(file);
  expect(changes).toBeGreaterThan(20);
  const found = new Set<string>();
  for (let at = 1; at <= changes; at++) {
    place();
    expect(await convert(file, dying.env(at)), `${at}`).toBe('SIGKILL');
    found.add(expectEither(file, `killed at ${at}`));
    await nextStart(file);
    expect(await contentsOf(file), `the next start after ${at}`).toEqual(whole);
    const kept = readdirSync(where).filter((name) => name.startsWith('heketi.db.bolt-'));
    expect(kept, `after ${at}`).toHaveLength(1);
    expect(readFileSync(join(where, kept[0] ?? '')).equals(ORIGINAL), `after ${at}`).toBe(true);
  }
  console.log(`conversion: killed before each of its ${changes} changes`);
  expect([...found].sort()).toEqual(['new', 'old']);
});

/** Answers what the conversion was ended by. */
async function convert(file: string, env: Readonly<Record<string, string>>): Promise<string | null> {
  const child = spawn(process.execPath, [PROGRAM, 'db', 'convert', '--dbfile', file], {
    env: { PATH: process.env.PATH, TMPDIR: folder, ...env },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  await ended(child);
  return child.signalCode;
}

function expectEither(file: string, when: string): 'old' | 'new' {
  if (!isHeketiDatabase(file)) return 'new';
  expect(readFileSync(file).equals(ORIGINAL), when).toBe(true);
  return 'old';
}

/** What a server does first. */
async function nextStart(file: string): Promise<void> {
  (await convertDatabase(file))?.release();
}

async function contentsOf(file: string): Promise<unknown> {
  const store = await openStore({ file });
  try {
    return await store.read(dumpDatabase);
  } finally {
    await store.close();
  }
}
