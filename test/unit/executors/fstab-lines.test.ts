import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { appendFstabLine, deleteFstabLine, findFstabLine } from '../../../src/executors/commands/fstab-lines.js';
import type { Command } from '../../../src/executors/executor.js';
import { quoteWords } from '../../../src/executors/shell.js';

const MOUNT = '/var/lib/heketi/mounts/vg_1/brick_1';

let folder: string;
let fstab: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'fstab-'));
  fstab = path.join(folder, 'fstab');
});
afterEach(() => rmSync(folder, { recursive: true }));

/** Runs a command as the ssh transport would: as quoted text through bash. */
function run(command: Command): number {
  try {
    execFileSync('bash', ['-c', quoteWords(command.argv)], { stdio: 'pipe' });
    return 0;
  } catch (error) {
    return (error as { status: number }).status;
  }
}

function lineFor(mount: string): string {
  return `/dev/mapper/vg_1-brick_1 ${mount} xfs rw,inode64 1 2`;
}

describe('fstab edits, run by the real programs', () => {
  it('append the line as it is, quotes and backslashes included', () => {
    const line = '/dev/x /mnt xfs rw,context="a\\b$HOME`id`" 1 2';
    expect(run(appendFstabLine(fstab, line))).toBe(0);
    expect(readFileSync(fstab, 'utf8')).toBe(`${line}\n`);
  });

  it('delete the lines of exactly one mount point', () => {
    const kept = [
      '# /dev/mapper/vg_1-brick_1 /var/lib/heketi/mounts/vg_1/brick_1 xfs rw 1 2',
      lineFor(`${MOUNT}0`),
      lineFor(`${MOUNT}/sub`),
      `/dev/other /mnt/${MOUNT} xfs rw 1 2`,
      'UUID=1 / ext4 defaults 0 1',
    ];
    const gone = [lineFor(MOUNT), `/dev/vg_1/brick_1\t${MOUNT}\txfs  rw 1 2`, lineFor(MOUNT)];
    writeFileSync(fstab, `${[...gone.slice(0, 2), ...kept, ...gone.slice(2)].join('\n')}\n`);
    expect(run(findFstabLine(fstab, MOUNT))).toBe(0);
    expect(run(deleteFstabLine(fstab, MOUNT))).toBe(0);
    expect(readFileSync(fstab, 'utf8').trimEnd().split('\n')).toEqual(kept);
    expect(run(findFstabLine(fstab, MOUNT))).toBe(1);
    expect(run(deleteFstabLine(fstab, MOUNT))).toBe(0);
  });

  it('take no character of a mount point for a pattern', () => {
    const odd = '/mnt/a.b*c[d]^$@\\';
    writeFileSync(fstab, `${lineFor(odd)}\n${lineFor('/mnt/aXbbc')}\n`);
    expect(run(deleteFstabLine(fstab, odd))).toBe(0);
    expect(readFileSync(fstab, 'utf8')).toBe(`${lineFor('/mnt/aXbbc')}\n`);
  });

  it('tell a missing file from a missing line', () => {
    expect(run(findFstabLine(fstab, MOUNT))).toBe(2);
    expect(run(deleteFstabLine(fstab, MOUNT))).not.toBe(0);
  });
});
