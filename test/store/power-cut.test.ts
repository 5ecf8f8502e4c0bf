import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openStore } from '../../src/store/open-store.js';
import { makeMemoryFolder } from '../support/memory-folder.js';
import { afterPowerCut, type DiskEvent, RecordedDisk } from '../support/recorded-disk.js';
import { seededRandom, seedFrom } from '../support/seeded-random.js';

const RUNS = 2;
const IS_WHOLE = process.env.MORTAR_CRASH_POINTS === 'all';
const CUTS = IS_WHOLE ? 3000 : 250;
/** Of the cuts that are made one after the other, the n-th is made. */
const STEP = IS_WHOLE ? 1 : 3;
/** Events; about as many as a commit makes. */
const SOON = 40;

const ANYWHERE = (): boolean => true;
/** Copying the log into the file and beginning it anew are much rarer than commits. */
const PLACES: readonly ((event: DiskEvent) => boolean)[] = [
  ANYWHERE,
  ({ kind, name }) => kind === 'write' && name === 'heketi.db',
  ({ kind, name, offset }) => kind !== 'end' && name === 'heketi.db-wal' && offset === 0,
];
/** How much of what was not waited for is on the disk. */
const SURVIVING = [0, 0.1, 0.5, 0.9, 1];

const seed = seedFrom('MORTAR_CRASH_SEED');
const random = seededRandom(seed);
const seeds = Array.from({ length: RUNS }, () => Math.floor(random() * 1e9));
console.log(`power cuts: MORTAR_CRASH_SEED=${seed}`);

describe('a database whose machine loses its power, with writes torn and missing since the last sync', () => {
  it.each(seeds)('opens, whole, with all that was answered (%i)', { timeout: CUTS * 500 }, async (runSeed) => {
    const folder = makeMemoryFolder('mortar-power-cut-');
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    const events = await recordedLife(folder, runSeed);
    expect(events.filter(({ kind }) => kind === 'end').length).toBeGreaterThan(100);
    const draw = seededRandom(runSeed);
    for (let n = 0; n < CUTS; n++) {
      const soonAfter = PLACES[n % PLACES.length] ?? ANYWHERE;
      const places = events.flatMap((event, at) => (soonAfter(event) ? [at] : []));
      const cut = (places[Math.floor(draw() * places.length)] ?? 0) + Math.floor(draw() * SOON);
      const share = SURVIVING[n % SURVIVING.length] ?? 0;
      const left = afterPowerCut(events.slice(0, cut), draw() < 0.5 ? 512 : 4096, () => draw() < share);
      const present = await clustersIn(join(folder, `cut-${n}`), left);
      expectAnswersKept(events.slice(0, cut), present, `cut ${n} at event ${cut}, ${share} surviving`);
    }
  });
});

it('what a killed process left in the log is on the disk before it is copied into the file', {
  timeout: CUTS * 500,
}, async () => {
  const folder = makeMemoryFolder('mortar-power-cut-');
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const killed = await recordedLife(folder, 1, { end: 'killed' });
  const events = await recordedLife(folder, 2, { firstId: 1000 });
  const opened = events.findIndex(({ data }, at) => at > killed.length && String(data) === 'opened\n');
  const draw = seededRandom(3);
  for (let cut = killed.length + Math.floor(random() * STEP); cut <= opened; cut += STEP) {
    for (const share of SURVIVING) {
      const left = afterPowerCut(events.slice(0, cut), 512, () => draw() < share);
      const present = await clustersIn(join(folder, `cut-${cut}-${share}`), left);
      expectAnswersKept(events.slice(0, cut), present, `cut at event ${cut}, ${share} surviving`);
    }
  }
});

it('a database that is open never lets the event loop wait for its disk', async () => {
  const folder = makeMemoryFolder('mortar-power-cut-');
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const waits = { opening: 0, open: 0, pool: 0 };
  let isOpen = false;
  for (const { kind, name, data } of await recordedLife(folder, 1)) {
    if (name === 'answers') isOpen = isOpen ? String(data) !== 'closing\n' : String(data) === 'opened\n';
    if (kind === 'block') waits[isOpen ? 'open' : 'opening'] += 1;
    if (kind === 'begin' && isOpen) waits.pool += 1;
  }
  expect(waits.open).toBe(0);
  expect(waits.opening).toBeGreaterThan(0);
  expect(waits.pool).toBeGreaterThan(50);
});

/** What a process did to its disk, its answers among them. */
async function recordedLife(
  folder: string,
  runSeed: number,
  { firstId = 0, end = '' }: { readonly firstId?: number; readonly end?: 'killed' | '' } = {},
): Promise<readonly DiskEvent[]> {
  const live = join(folder, 'live');
  mkdirSync(live, { recursive: true });
  const disk = new RecordedDisk(live, join(folder, 'notes'));
  const child = fork(
    join(import.meta.dirname, 'power-cut-writer.ts'),
    [join(live, 'heketi.db'), join(live, 'answers'), String(runSeed), String(firstId), end],
    { execArgv: ['--import', 'tsx'], env: { ...process.env, ...disk.env } },
  );
  onTestFinished(() => void child.kill('SIGKILL'));
  expect(await once(child, 'exit')).toEqual(end === 'killed' ? [null, 'SIGKILL'] : [0, null]);
  return disk.events();
}

async function clustersIn(folder: string, files: ReadonlyMap<string, Buffer>): Promise<ReadonlySet<string>> {
  mkdirSync(folder);
  for (const [name, bytes] of files) if (name !== 'answers') writeFileSync(join(folder, name), bytes);
  const store = await openStore({ file: join(folder, 'heketi.db') });
  try {
    return new Set((await store.read((tx) => tx.clusters.list())).map(({ id }) => id));
  } finally {
    await store.close();
    rmSync(folder, { recursive: true });
  }
}

function expectAnswersKept(events: readonly DiskEvent[], present: ReadonlySet<string>, where: string): void {
  const told = new Map<string, 'there' | 'gone' | 'unknown'>();
  for (const { name, data } of events) {
    if (name !== 'answers') continue;
    const [what, ...ids] = String(data).trim().split(' ');
    for (const id of ids) {
      if (what === 'made' || (what === 'saw' && !told.has(id))) told.set(id, 'there');
      if (what === 'removing') told.set(id, 'unknown');
      if (what === 'removed') told.set(id, 'gone');
    }
  }
  const lost = [...told].filter(([id, state]) => state !== 'unknown' && present.has(id) !== (state === 'there'));
  expect(lost, where).toEqual([]);
  const halves = [...present].filter((id) => !id.endsWith('-twin') && !present.has(`${id}-twin`));
  expect(halves, where).toEqual([]);
}
