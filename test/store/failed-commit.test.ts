import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { FailingDisk } from '../support/failing-disk.js';
import { linkTo, openTemporary, temporaryFile } from './temporary-database.js';

const KINDS = (['sync', 'write'] as const).flatMap((operation) =>
  (['EIO', 'ENOSPC'] as const).map((error) => ({ operation, error })),
);

describe.each(KINDS)('a commit that fails with $error at a $operation', ({ operation, error }) => {
  it('is answered as not made only when a kill does not bring it back', async () => {
    const { file, disk, child, write, told } = await startWriter();
    await write('before');
    disk.fail({ operation, error, skip: 0, count: 1 });
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
    disk.fail({ operation, error, skip: 0, count: 1 });
    expect(await write('struck')).toMatch(/^The database was not changed: /);
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(await idsIn(file)).toEqual(['before']);
  });

  it('is followed by others that are kept', async () => {
    const { file, disk, child, write } = await startWriter();
    await write('before');
    disk.fail({ operation, error, skip: 0, count: 1 });
    await write('struck');
    expect(await write('later')).toBe('done');
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(await idsIn(file)).toEqual(['before', 'later']);
  });
});

describe('a disk whose syncs all fail', () => {
  it('lets nothing be accepted nor answered until it works again', async () => {
    const { disk, write, told } = await startWriter({ patience: 'patient' });
    await write('before');
    disk.fail({ operation: 'sync', error: 'EIO', skip: 0, count: null });
    const struck = write('struck');
    await vi.waitFor(() => expect(disk.hits).toBeGreaterThan(0));
    expect(await write('next')).toMatch(/^No change was accepted: .*what of that is on the disk is not known yet/);
    expect(told.has('struck')).toBe(false);
    disk.mend();
    expect(await struck).toMatch(/^The database was not changed: /);
    expect(await write('later')).toBe('done');
  });

  it('is told as an unknown outcome where nobody waits for the disk', async () => {
    const { disk, write } = await startWriter();
    await write('before');
    disk.fail({ operation: 'sync', error: 'EIO', skip: 0, count: null });
    expect(await write('struck')).toMatch(/^It is unknown whether this change was made: /);
    disk.mend();
    expect(await write('next')).toMatch(/^No change was accepted: /);
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
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const told = new Map<string, string>();
  await once(child, 'message');
  child.on('message', ({ id, outcome }: { id: string; outcome: string }) => {
    told.set(id, outcome);
    child.emit(`told ${id}`);
  });
  const write = async (id: string): Promise<string> => {
    const answered = once(child, `told ${id}`);
    child.send(id);
    await answered;
    return told.get(id) ?? '';
  };
  return { file, disk, child, write, told };
}

async function idsIn(file: string): Promise<readonly string[]> {
  const store = await openTemporary(file);
  return (await store.read((tx) => tx.clusters.list())).map(({ id }) => id);
}
