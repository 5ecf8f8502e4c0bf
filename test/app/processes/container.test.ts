import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openStore } from '../../../src/store/open-store.js';
import { ended, printed } from '../../crash/processes/support/ended.js';
import { FailingDisk } from '../../support/failing-disk.js';
import { seededRandom, seedFrom } from '../../support/seeded-random.js';
import { ContainerVolumes } from '../support/container.js';

const ROOT = resolve(import.meta.dirname, '../../..');
/** Changes before which a start is ended, of all that it makes: a sample, or all (`npm run test:crash`). */
const KILLS = process.env.MORTAR_CRASH_POINTS === 'all' ? Number.POSITIVE_INFINITY : 6;
const seed = seedFrom('MORTAR_CRASH_SEED');
const random = seededRandom(seed);
console.log(`container starts: MORTAR_CRASH_SEED=${seed}`);

/** A database with one cluster, at `file`. */
async function writeDatabase(file: string, clusterId: string): Promise<void> {
  const store = await openStore({ file });
  await store.write((tx) => tx.clusters.insert({ id: clusterId, allowsBlock: true, allowsFile: true }));
  await store.close();
}

/** Mounts a backup with one cluster. */
async function writeBackup({ folder, backupFolder }: ContainerVolumes, clusterId: string): Promise<void> {
  const file = join(folder, 'backed-up.db');
  rmSync(file, { force: true });
  await writeDatabase(file, clusterId);
  const store = await openStore({ file });
  writeFileSync(join(backupFolder, 'heketi.db.gz'), gzipSync(await store.backup()));
  await store.close();
}

describe('a container', () => {
  it('prepares, serves in its own process, and ends with 0 at SIGTERM; its log stays', async () => {
    const volumes = new ContainerVolumes();
    const container = volumes.start();
    const answer = await fetch(`${await container.base()}/hello`);
    expect(await answer.text()).toBe('Hello from Heketi');
    expect(await container.end('SIGTERM')).toBe(0);
    expect(container.said.split('\n').filter((line) => !line.startsWith('{'))).toEqual([
      expect.stringMatching(/^Heketi \S+ \(using node: v[\d.]+\)$/),
      'Setting up heketi database',
      expect.stringMatching(/^Listening on port \d+$/),
      'Shutting down...',
      '',
    ]);
    expect(volumes.log).toMatch(/^\S+Z Setting up heketi database\n$/);
    expect(statSync(volumes.database).mode & 0o777).toBe(0o600);
  });

  it('archives what it finds, and goes on from it', async () => {
    const volumes = new ContainerVolumes();
    await writeDatabase(volumes.database, 'kept');
    const container = volumes.start();
    await container.says(/is archived as .*\.gz/);
    await container.base();
    await container.end('SIGTERM');
    const [archive = ''] = readdirSync(volumes.archive).filter((name) => name.endsWith('.gz'));
    expect(
      gunzipSync(readFileSync(join(volumes.archive, archive)))
        .subarray(0, 15)
        .toString(),
    ).toBe('SQLite format 3');
    expect(await volumes.contents()).toEqual({ clusters: ['kept'], isHeld: false });
  });

  it('takes a file of length zero as a new database', async () => {
    const volumes = new ContainerVolumes();
    writeFileSync(volumes.database, '');
    const container = volumes.start();
    await container.base();
    expect(await container.end('SIGTERM')).toBe(0);
    expect(await volumes.contents()).toEqual({ clusters: [], isHeld: false });
  });

  it('with a backup mounted for good goes on from its own database at the next start', async () => {
    const volumes = new ContainerVolumes();
    await writeBackup(volumes, 'backed-up');
    const first = volumes.start();
    const base = await first.base();
    expect((await fetch(`${base}/readyz`)).status).toBe(200);
    await first.end('SIGTERM');
    expect(await volumes.contents()).toEqual({ clusters: ['backed-up'], isHeld: true });
    const store = await openStore({ file: volumes.database });
    await store.write(async (tx) => {
      await tx.origin.setCopiedAt(null);
      await tx.clusters.insert({ id: 'since', allowsBlock: true, allowsFile: true });
    });
    await store.close();
    const second = volumes.start();
    await second.says(/is left alone: it would take back/);
    await second.base();
    await second.end('SIGTERM');
    expect(await volumes.contents()).toEqual({ clusters: ['backed-up', 'since'], isHeld: false });
  });

  it('does not serve before it is on the disk which backup was put in place: the next start would go back to it', async () => {
    const volumes = new ContainerVolumes();
    await writeBackup(volumes, 'backed-up');
    const disk = new FailingDisk(volumes.folder, ['.backupdb.partial']);
    disk.fail({ operation: 'sync', error: 'EIO', skip: 0, count: null });
    const first = volumes.start({ env: { ...disk.env, MORTAR_BACKUPDB: 'replace' } });
    await first.says(/Listening on port|ERROR: .*\n/);
    expect(first.said).toMatch(
      /ERROR: the backup .* is in place, but .*heketi\.db\.backupdb, .* can't be written \(EIO/,
    );
    expect(await first.end()).toBe(1);
    disk.mend();
    const second = volumes.start({ env: { MORTAR_BACKUPDB: 'replace' } });
    await second.base();
    await second.end('SIGTERM');
    expect(await volumes.contents()).toEqual({ clusters: ['backed-up'], isHeld: true });
    expect(readdirSync(volumes.data)).toContain('heketi.db.backupdb');
  });

  it("converts Heketi's database, keeps it beside, and goes on from there", async () => {
    const volumes = new ContainerVolumes();
    const original = gunzipSync(readFileSync(join(ROOT, 'test/golden/db/seed.db.gz')));
    writeFileSync(volumes.database, original);
    const container = volumes.start();
    await container.base();
    expect(await container.end('SIGTERM')).toBe(0);
    expect(container.said).not.toMatch(/WARNING|ERROR/);
    const kept = readdirSync(volumes.data).filter((name) => name.startsWith('heketi.db.bolt-'));
    expect(kept).toHaveLength(1);
    expect(readFileSync(join(volumes.data, kept[0] ?? '')).equals(original)).toBe(true);
    const second = volumes.start();
    await second.base();
    expect(await second.end('SIGTERM')).toBe(0);
    expect(await volumes.contents()).toEqual({ clusters: [expect.any(String)], isHeld: false });
  });

  it("does not start on a damaged database of Heketi's, says why, and leaves it alone", async () => {
    const volumes = new ContainerVolumes();
    const original = readFileSync(join(ROOT, 'test/golden/db/bad-truncated.db'));
    writeFileSync(volumes.database, original);
    const container = volumes.start();
    expect(await container.end()).toBe(1);
    expect(container.said).toMatch(/ERROR: The Heketi database .* is not converted, and is as it was: it is cut/);
    expect(readFileSync(volumes.database).equals(original)).toBe(true);
    expect(readdirSync(volumes.data).filter((name) => name.startsWith('heketi.db'))).toEqual([
      'heketi.db',
      'heketi.db.container-lock',
    ]);
  });

  it.each<[string, (file: string) => Promise<void> | void, RegExp]>([
    [
      'a database of another program',
      (file) => writeFileSync(file, readFileSync(join(ROOT, 'test/golden/db/bad-sqlite.db'))),
      /ERROR: .*of another program/,
    ],
    [
      'a damaged database',
      async (file) => {
        await writeDatabase(file, 'c1');
        writeFileSync(file, readFileSync(file).fill(0xa5, 4096));
      },
      /ERROR: .*damaged/,
    ],
  ])('does not start on %s, says why, and leaves it and older archives alone', async (_what, prepare, reason) => {
    const volumes = new ContainerVolumes();
    await prepare(volumes.database);
    mkdirSync(volumes.archive);
    writeFileSync(join(volumes.archive, 'heketi.db-archive-2020-01-01.1577836800.gz'), gzipSync('SQLite format 3\0'));
    const before = readFileSync(volumes.database);
    const container = volumes.start({ env: { HEKETI_DB_ARCHIVE_COUNT: '1' } });
    expect(await container.end()).toBe(1);
    expect(container.said).toMatch(/WARNING: .* is not archived/);
    expect(container.said).toMatch(reason);
    expect(volumes.log).toMatch(reason);
    expect(readFileSync(volumes.database).equals(before)).toBe(true);
    expect(readdirSync(volumes.archive)).toEqual(['heketi.db-archive-2020-01-01.1577836800.gz']);
  });

  it('does not start with a backup that can not be used and no database: an empty one would forget the cluster', async () => {
    const volumes = new ContainerVolumes();
    writeFileSync(join(volumes.backupFolder, 'heketi.db.gz'), 'no gzip');
    const container = volumes.start();
    expect(await container.end()).toBe(1);
    expect(container.said).toMatch(/ERROR: the backup .* can't be put in place/);
    expect(existsSync(volumes.database)).toBe(false);
  });

  it('does not touch anything when its configuration can not work', async () => {
    const volumes = new ContainerVolumes();
    const container = volumes.start({ settings: { jwt: {} } });
    expect(await container.end()).toBe(1);
    expect(container.said).toContain('ERROR: Missing JWT information');
    expect(readdirSync(volumes.data)).toEqual(['container.log']);
  });
});

describe('two containers on one volume', () => {
  it('that start at once: one serves, the other waits and takes over when it ends', async () => {
    const volumes = new ContainerVolumes();
    await writeDatabase(volumes.database, 'kept');
    await writeBackup(volumes, 'backed-up');
    const both = [
      volumes.start({ env: { MORTAR_BACKUPDB: 'replace' } }),
      volumes.start({ env: { MORTAR_BACKUPDB: 'replace' } }),
    ];
    const first = await Promise.any(both.map((container) => container.base().then(() => container)));
    const second = both.find((container) => container !== first);
    await second?.says(/is locked by another/);
    expect(second?.said).not.toContain('Listening');
    expect(await first.end('SIGTERM')).toBe(0);
    await second?.base();
    expect(await second?.end('SIGTERM')).toBe(0);
    expect(await volumes.contents()).toEqual({ clusters: ['backed-up'], isHeld: true });
    expect(readdirSync(volumes.data).filter((name) => name.includes('replaced'))).toEqual(['heketi.db.replaced']);
  });

  it('of which one does not end: the other gives up', async () => {
    const volumes = new ContainerVolumes();
    const first = volumes.start();
    await first.base();
    const second = volumes.start({ env: { MORTAR_DB_LOCK_WAIT_SECONDS: '1' } });
    expect(await second.end()).toBe(1);
    expect(second.said).toMatch(/ERROR: .* is locked by another container/);
    expect(await first.end('SIGTERM')).toBe(0);
  });

  it('of which one is told to end while it waits: it ends at once, and leaves the other alone', async () => {
    const volumes = new ContainerVolumes();
    const first = volumes.start();
    const base = await first.base();
    const second = volumes.start();
    await second.says(/is locked by another container that starts or runs, waiting for its end/);
    expect(await second.end('SIGTERM')).toBe(0);
    expect(second.said).toContain('SIGTERM: the start is given up');
    expect((await fetch(`${base}/hello`)).status).toBe(200);
    expect(await first.end('SIGTERM')).toBe(0);
  });

  it('or a container beside a server that was started without one: it gives up, too', async () => {
    const volumes = new ContainerVolumes();
    await writeDatabase(volumes.database, 'kept');
    const config = join(volumes.folder, 'server.json');
    writeFileSync(config, JSON.stringify({ port: '0', glusterfs: { executor: 'mock', db: volumes.database } }));
    const server = spawn(process.execPath, [join(ROOT, 'bin/heketi'), '--config', config, '--disable-auth']);
    onTestFinished(() => void server.kill('SIGKILL'));
    await printed(server, /Listening/);
    const container = volumes.start({ env: { MORTAR_DB_LOCK_WAIT_SECONDS: '0' } });
    expect(await container.end()).toBe(1);
    expect(container.said).toMatch(/ERROR: .* is locked by another process, probably a server/);
    server.kill('SIGTERM');
    await ended(server);
    expect(await volumes.contents()).toEqual({ clusters: ['kept'], isHeld: false });
  });
});

describe.skipIf(spawnSync('unshare', ['--user', '--map-root-user', '--mount', 'true']).status !== 0)('a volume', () => {
  it('of the database without its file ends the start, which makes none', async () => {
    const volumes = new ContainerVolumes();
    const container = volumes.start({
      mounts: 'mount -t tmpfs heketidbstorage "$DATA"; trap \'ls "$DATA" >&2\' EXIT; "$@"; exit',
      env: { MORTAR_DB_VOLUME_WAIT_SECONDS: '0' },
    });
    expect(await container.end()).toBe(1);
    expect(container.said).toMatch(/ERROR: .*heketi\.db is missing or empty/);
    expect(container.said.trimEnd().endsWith('\ncontainer.log')).toBe(true);
  });

  it('of the database with its file is served, though its options can not be set', async () => {
    const volumes = new ContainerVolumes();
    const seedFile = join(volumes.folder, 'seed.db');
    await writeDatabase(seedFile, 'kept');
    const container = volumes.start({
      mounts: `mount -t tmpfs heketidbstorage "$DATA"; cp ${seedFile} "$DATA/heketi.db"`,
      env: { HEKETI_TRY_UPDATE_DB_VOL: 'yes' },
    });
    await container.says(/WARNING: the options of volume heketidbstorage are left as they are: /);
    await container.base();
    expect(await container.end('SIGTERM')).toBe(0);
  });

  it('that is full ends the start; one that is nearly full keeps archives from being made', async () => {
    const volumes = new ContainerVolumes();
    const seedFile = join(volumes.folder, 'seed.db');
    await writeDatabase(seedFile, 'kept');
    const space =
      'mount -t tmpfs -o size=2m tmpfs "$DATA"; cp "$SEED" "$DATA/heketi.db"; dd if=/dev/zero of="$DATA/fill" bs=4k 2>/dev/null || true';
    const full = volumes.start({ mounts: space, env: { SEED: seedFile } });
    expect(await full.end()).toBe(1);
    expect(full.said).toMatch(/ERROR: .* is not writable \(ENOSPC/);
    const nearly = volumes.start({
      mounts: `${space}; truncate -s -8k "$DATA/fill"`,
      env: { SEED: seedFile, TMPDIR: volumes.folder },
    });
    await nearly.says(/WARNING: .* is not archived: .*ENOSPC/);
    await nearly.end('SIGKILL');
  });

  it('that can only be read ends the start', async () => {
    const volumes = new ContainerVolumes();
    const container = volumes.start({ mounts: 'mount -t tmpfs tmpfs "$DATA"; mount -o remount,ro "$DATA"' });
    expect(await container.end()).toBe(1);
    expect(container.said).toMatch(/ERROR: .* is not writable \(EROFS/);
  });
});

describe('a start that is ended at any of its changes', () => {
  it.each(['SIGKILL', 'SIGTERM'])(
    'by %s leaves nothing that the next one stumbles over',
    async (signal) => {
      const changes = await countChanges(await prepared());
      expect(changes).toBeGreaterThan(10);
      for (const at of sample(changes)) {
        const volumes = await prepared();
        const cut = volumes.start({
          env: { MORTAR_BACKUPDB: 'replace' },
          faults: { KILL_AT: String(at), KILL_SIGNAL: signal },
        });
        expect(await cut.end(), `at change ${at}: ${cut.said}`).toBe(signal === 'SIGKILL' ? signal : 0);
        const next = volumes.start({ env: { MORTAR_BACKUPDB: 'replace' } });
        await next.base();
        await next.end('SIGTERM');
        expect(await volumes.contents(), `after change ${at}`).toEqual({ clusters: ['backed-up'], isHeld: true });
        const left = readdirSync(volumes.data).filter((name) => /partial|unpacked|restoring|write-test/.test(name));
        expect(left, `after change ${at}`).toEqual([]);
        const archived = readdirSync(volumes.archive).filter((name) => name.endsWith('.gz'));
        expect(archived.length, `after change ${at}`).toBeGreaterThan(0);
      }
    },
    900_000,
  );
});

/** A database, and a backup that is to replace it: every step has something to do. */
async function prepared(): Promise<ContainerVolumes> {
  const volumes = new ContainerVolumes();
  await writeDatabase(volumes.database, 'kept');
  await writeBackup(volumes, 'backed-up');
  return volumes;
}

/** How many changes a start makes until it serves. */
async function countChanges(volumes: ContainerVolumes): Promise<number> {
  const counted = join(volumes.folder, 'counted');
  const container = volumes.start({ env: { MORTAR_BACKUPDB: 'replace' }, faults: { KILL_COUNTED: counted } });
  await container.base();
  const changes = Number(readFileSync(counted, 'utf8'));
  await container.end('SIGTERM');
  return changes;
}

/** Numbers from 1 to `count`, without repetition, the last one among them. */
function sample(count: number): readonly number[] {
  if (KILLS > count) return Array.from({ length: count }, (_, i) => i + 1);
  const drawn = Array.from({ length: KILLS - 1 }, () => 1 + Math.floor(random() * count));
  return [...new Set([...drawn, count])].sort((a, b) => a - b);
}
