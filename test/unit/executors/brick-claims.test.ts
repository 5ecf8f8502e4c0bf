import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Claims, refuseClaimed } from '../../../src/executors/commands/brick/brick-claims.js';
import { quoteWords } from '../../../src/executors/shell/quoting.js';

const MOUNT = '/var/lib/heketi/mounts/vg_1/brick_1';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'vols-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** As glusterd keeps it. */
function addBrick(volume: string, host: string, brick: string): void {
  const bricks = path.join(folder, volume, 'bricks');
  mkdirSync(bricks, { recursive: true });
  writeFileSync(path.join(bricks, `${host}:${brick.replaceAll('/', '-')}`), 'hostname=x\n');
}

function look(mountPoint = MOUNT, claims: Claims = {}) {
  const { argv } = refuseClaimed(mountPoint, { volumes: folder, ...claims });
  const { status, stderr } = spawnSync('bash', ['-c', quoteWords(argv)], { encoding: 'utf8' });
  return { status, stderr };
}

describe("a brick's file system, looked for in the files of glusterd", () => {
  it.each([MOUNT, `${MOUNT}/brick`, `${MOUNT}/data/x`])('is claimed by a volume with brick %s', (brick) => {
    addBrick('other', 'h1', '/data/brick');
    addBrick('rescued', '10.0.0.1', brick);
    expect(look()).toEqual({
      status: 1,
      stderr: expect.stringMatching(/^gluster's volume rescued uses .* left alone/),
    });
  });

  it.each([`${MOUNT}1/brick`, '/var/lib/heketi/mounts/vg_1/brick_2/brick', '/data'])(
    'is not by one with %s',
    (brick) => {
      addBrick('other', 'h1', brick);
      expect(look()).toEqual({ status: 0, stderr: '' });
    },
  );

  it('is not by the volume that goes with it, but by others', () => {
    addBrick('clone', 'h1', '/run/gluster/snaps/clone/brick1/brick');
    const mount = '/var/run/gluster/snaps/clone/brick1';
    expect(look(mount, { doomed: 'clone' }).status).toBe(0);
    addBrick('rescued', 'h1', '/run/gluster/snaps/clone/brick1/brick');
    expect(look(mount, { doomed: 'clone' })).toMatchObject({
      status: 1,
      stderr: expect.stringContaining('volume rescued'),
    });
  });

  it('is not where glusterd keeps its files elsewhere, and a name full of wildcards is one name', () => {
    expect(look(MOUNT, { volumes: `${folder}/none` }).status).toBe(0);
    addBrick('other', 'h1', '/var/lib/heketi/mounts/vg_1/brick_2');
    expect(look('/var/*').status).toBe(0);
  });

  it('is not told where a brick that gluster uses is missing, and is told where it is there', () => {
    const witness = '/var/lib/heketi/mounts/vg_1/brick_2/brick';
    const missing = { status: 3, stderr: expect.stringContaining(`does not show ${witness}`) };
    expect(look(MOUNT, { witness, volumes: `${folder}/none` })).toMatchObject({ status: 3 });
    addBrick('other', 'h1', `${witness}2`);
    expect(look(MOUNT, { witness })).toEqual(missing);
    addBrick('rescued', 'h1', MOUNT);
    expect(look(MOUNT, { witness })).toEqual(missing);
    addBrick('kept', '10.0.0.1', witness);
    expect(look(MOUNT, { witness })).toMatchObject({ status: 1, stderr: expect.stringContaining('volume rescued') });
    rmSync(path.join(folder, 'rescued'), { recursive: true });
    expect(look(MOUNT, { witness })).toEqual({ status: 0, stderr: '' });
    addBrick('clone', 'h1', '/run/gluster/snaps/clone/brick1/brick');
    expect(look(MOUNT, { witness: '/var/run/gluster/snaps/clone/brick1/brick' }).status).toBe(0);
  });
});
