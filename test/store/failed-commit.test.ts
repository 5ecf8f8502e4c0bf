import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { FailingDisk } from '../support/failing-disk.js';
import { linkTo, openTemporary, temporaryFile } from './temporary-database.js';

/** Writes of a commit that go well before one fails: none, or those of its first frame. */
const KINDS = (['EIO', 'ENOSPC'] as const).flatMap((error) => [0, 2].map((skip) => ({ error, skip })));

describe.each(KINDS)('a commit that fails with $error after $skip writes', ({ error, skip }) => {
  const fault = { operation: 'write', error, skip, count: 1 } as const;

  it('is answered as not made only when a kill does not bring it back', async () => {
    const { file, disk, child, write, told } = await startWriter();
    await write('before');
    disk.fail(fault);
    expect(await write('struck')).toMatch(/^The database was not changed: /);
    expect(disk.hits).toBe(1);
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(await idsIn(file)).toEqual(['before']);
    expect(told.size).toBe(2);
  });

  it('is not brought back by a kill either when the file is a link', async () => {
    const { file, disk, child, write } = await startWriter({ isLinked: true });
    await write('before');
    disk.fail(fault);
    expect(await write('struck')).toMatch(/^The database was not changed: /);
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(await idsIn(file)).toEqual(['before']);
  });

  it('is followed by others that are kept', async () => {
    const { file, disk, child, write } = await startWriter();
    await write('before');
    disk.fail(fault);
    await write('struck');
    expect(await write('later')).toBe('done');
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(await idsIn(file)).toEqual(['before', 'later']);
  });
});

it.each([0, 1, 2, 3])(
  'a disk that fails while the database is closed, after %i writes, leaves what opens again',
  async (skip) => {
    const { file, disk, child, write } = await startWriter();
    await write('before');
    disk.fail({ operation: 'write', error: 'ENOSPC', skip, count: null });
    child.send('close');
    await once(child, 'exit');
    expect(disk.hits).toBeGreaterThan(0);
    expect(await idsIn(file)).toEqual(['before']);
  },
);

describe('a disk that takes a part of a commit and nothing more', () => {
  const fault = { operation: 'write', error: 'EIO', skip: 2, count: null } as const;

  it('lets nothing be accepted nor answered until it works again', async () => {
    const { disk, write, told } = await startWriter({ patience: 'patient' });
    await write('before');
    disk.fail(fault);
    const struck = write('struck');
    await vi.waitFor(() => expect(disk.hits).toBeGreaterThan(1));
    expect(await write('next')).toMatch(/^No change was accepted: .*what of that is on the disk is not known yet/);
    expect(told.has('struck')).toBe(false);
    disk.mend();
    expect(await struck).toMatch(/^The database was not changed: /);
    expect(await write('later')).toBe('done');
  });

  it('is told as an unknown outcome where nobody waits for the disk', async () => {
    const { disk, write } = await startWriter();
    await write('before');
    disk.fail(fault);
    expect(await write('struck')).toMatch(/^It is unknown whether this change was made: /);
    disk.mend();
    expect(await write('next')).toMatch(/^No change was accepted: /);
  });
});

describe.each(['EIO', 'ENOSPC'] as const)('a sync that fails with %s', (error) => {
  it('ends the process before anybody is told anything, and what was told before is kept', async () => {
    const { file, disk, child, write, told, stderr } = await startWriter();
    await write('before');
    disk.fail({ operation: 'sync', error, skip: 0, count: 1 });
    void write('struck');
    const [code] = await once(child, 'close');
    expect(code).toBe(74);
    expect(stderr()).toMatch(new RegExp(`^ERROR: The disk of the database .* failed .*${error}`));
    expect([...told.keys()]).toEqual(['before']);
    expect(await idsIn(file)).toContain('before');
  });
});

async function startWriter({ patience = '', isLinked = false } = {}) {
  const real = temporaryFile();
  // A database that is still to be made.
  writeFileSync(real, '');
  const file = isLinked ? linkTo(real) : real;
  const disk = new FailingDisk(dirname(real));
  const child: ChildProcess = fork(join(import.meta.dirname, 'failed-commit-writer.ts'), [file, patience], {
    execArgv: ['--import', 'tsx'],
    env: { ...process.env, ...disk.env },
    silent: true,
  });
  let printed = '';
  child.stderr?.on('data', (text: Buffer) => {
    printed += String(text);
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const told = new Map<string, string>();
  await once(child, 'message');
  child.on('message', ({ id, outcome }: { id: string; outcome: string }) => {
    told.set(id, outcome);
    child.emit(`told ${id}`);
  });
  const write = async (id: string): Promise<string> => {
    const answered = new Promise((resolve) => child.once(`told ${id}`, resolve));
    child.send(id);
    await answered;
    return told.get(id) ?? '';
  };
  return { file, disk, child, write, told, stderr: () => printed };
}

async function idsIn(file: string): Promise<readonly string[]> {
  const store = await openTemporary(file);
  return (await store.read((tx) => tx.clusters.list())).map(({ id }) => id);
}
