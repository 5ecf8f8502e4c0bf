import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { appendFstabLine, deleteFstabLine, findFstabLine } from '../../../src/executors/commands/host/fstab-lines.js';
import type { Command } from '../../../src/executors/executor.js';
import { quoteWords } from '../../../src/executors/shell/quoting.js';

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
  return outcome(command).exitCode;
}

/** `programs`: shell texts that stand in for programs of this name. */
function outcome(command: Command, programs: Readonly<Record<string, string>> = {}) {
  const bin = path.join(folder, 'bin');
  mkdirSync(bin, { recursive: true });
  for (const [name, text] of Object.entries(programs))
    writeFileSync(path.join(bin, name), `#!/bin/bash\n${text}\n`, { mode: 0o755 });
  try {
    const env = { ...process.env, PATH: `${bin}:${process.env['PATH']}` };
    execFileSync('bash', ['-c', quoteWords(command.argv)], { stdio: 'pipe', env });
    return { exitCode: 0, stderr: '' };
  } catch (error) {
    const { status, stderr } = error as { status: number; stderr: Buffer };
    return { exitCode: status, stderr: stderr.toString() };
  } finally {
    rmSync(bin, { recursive: true });
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
    expect(statSync(fstab).mode & 0o777).toBe(0o644);
  });

  it.each([
    ['a last line without its newline', 'UUID=1 /home ext4 defaults 0 2', '\n'],
    ['a comment without its newline', '# end', '\n'],
    ['lines of another system', 'UUID=1 /home ext4 defaults 0 2\r\n', ''],
    ['an empty last line', 'UUID=1 / ext4 defaults 0 1\n\n', ''],
    ['a comment about our line', `#${lineFor(MOUNT)}\n# ${MOUNT}\n`, ''],
    ['bytes of no known encoding', Buffer.from([0x23, 0xff, 0xfe, 0x0a, 0x23, 0xe4]), '\n'],
    ['many lines', `${'UUID=1 /data ext4 defaults 0 2\n'.repeat(5000)}tmpfs /tmp tmpfs nosuid 0 0`, '\n'],
  ])('leave %s as it is above the new line, and below it nothing', (_, before, between) => {
    writeFileSync(fstab, before);
    expect(run(appendFstabLine(fstab, lineFor(MOUNT)))).toBe(0);
    const expected = Buffer.concat([Buffer.from(before), Buffer.from(`${between}${lineFor(MOUNT)}\n`)]);
    expect(readFileSync(fstab).equals(expected)).toBe(true);
    expect(run(findFstabLine(fstab, MOUNT))).toBe(0);
  });

  it('append no second line for a mount point, however the first is written', () => {
    writeFileSync(fstab, `\t/dev/vg_1/brick_1\t${MOUNT}\txfs defaults 0 0`);
    expect(run(appendFstabLine(fstab, lineFor(MOUNT)))).toBe(0);
    expect(readFileSync(fstab, 'utf8')).toBe(`\t/dev/vg_1/brick_1\t${MOUNT}\txfs defaults 0 0`);
    expect(run(findFstabLine(fstab, MOUNT))).toBe(0);
  });

  it('follow links, and keep mode and owner of the file', () => {
    const [real, link] = [path.join(folder, 'real'), path.join(folder, 'link')];
    writeFileSync(real, 'UUID=1 /home ext4 defaults 0 2');
    chmodSync(real, 0o664);
    if (process.getuid?.() === 0) chownSync(real, 12, 34);
    const { mode, uid, gid } = statSync(real);
    symlinkSync('real', link);
    symlinkSync(link, fstab);
    expect(run(appendFstabLine(fstab, lineFor(MOUNT)))).toBe(0);
    expect(readFileSync(real, 'utf8')).toBe(`UUID=1 /home ext4 defaults 0 2\n${lineFor(MOUNT)}\n`);
    expect(run(deleteFstabLine(fstab, MOUNT))).toBe(0);
    expect(readFileSync(real, 'utf8')).toBe('UUID=1 /home ext4 defaults 0 2\n');
    expect([readlinkSync(fstab), readlinkSync(link)]).toEqual([link, 'real']);
    expect(lstatSync(real)).toMatchObject({ mode, uid, gid });
  });

  it('make the file that a link names when it is not there', () => {
    symlinkSync(path.join(folder, 'real'), fstab);
    expect(run(deleteFstabLine(fstab, MOUNT))).toBe(0);
    expect(run(appendFstabLine(fstab, lineFor(MOUNT)))).toBe(0);
    expect(readFileSync(path.join(folder, 'real'), 'utf8')).toBe(`${lineFor(MOUNT)}\n`);
  });

  it('keep a last line without its newline when another one is deleted, and the text before as a copy', () => {
    const before = `${lineFor(MOUNT)}\nUUID=1 /home ext4 defaults 0 2`;
    writeFileSync(fstab, before);
    expect(run(deleteFstabLine(fstab, MOUNT))).toBe(0);
    expect(readFileSync(fstab, 'utf8')).toBe('UUID=1 /home ext4 defaults 0 2');
    expect(run(deleteFstabLine(fstab, MOUNT))).toBe(0);
    expect(readFileSync(`${fstab}.save`, 'utf8')).toBe(before);
  });

  it('delete lines that begin with blanks, and those of other systems', () => {
    writeFileSync(fstab, `  ${lineFor(MOUNT)}\r\nUUID=1 /home ext4 defaults 0 2\r\n`);
    expect(run(findFstabLine(fstab, MOUNT))).toBe(0);
    expect(run(deleteFstabLine(fstab, MOUNT))).toBe(0);
    expect(readFileSync(fstab, 'utf8')).toBe('UUID=1 /home ext4 defaults 0 2\r\n');
  });

  const original = `UUID=1 /home ext4 defaults 0 2\n${lineFor(MOUNT)}\nUUID=2 /srv ext4 defaults 0 2\n`;
  it.each<[string, string, Readonly<Record<string, string>>, RegExp]>([
    ['a program that takes a line too many', 'delete', { sed: 'exec /bin/sed -e 1d "$@"' }, /other lines would have/],
    ['a program that takes nothing', 'delete', { sed: 'exec cat "$6"' }, /would still have been there/],
    ['a copy that lacks its end', 'append', { cp: 'head -c 10 "$3" >"$4"' }, /other lines would have/],
    ['a full disk', 'append', { cp: 'echo "cp: No space left on device" >&2; exit 1' }, /No space left on device/],
    ['a full disk', 'append', { dd: 'exit 1' }, /cannot write the new one to the disk/],
    ['a missing program', 'delete', { awk: 'exit 127' }, /awk/],
    ['somebody who changes it too', 'append', { dd: 'echo "#" >>"$FSTAB"' }, /somebody else changed it/],
  ])('leave the file alone because of %s (%s)', (_, action, programs, reason) => {
    writeFileSync(fstab, original);
    const command = action === 'delete' ? deleteFstabLine(fstab, MOUNT) : appendFstabLine(fstab, lineFor(`${MOUNT}0`));
    process.env['FSTAB'] = fstab;
    const { exitCode, stderr } = outcome(command, programs);
    expect(exitCode).not.toBe(0);
    expect(stderr).toMatch(reason);
    expect(readFileSync(fstab, 'utf8').replace(/^#\n/m, '')).toBe(original);
    expect(readdirSync(folder).sort()).toEqual(['fstab', 'fstab.lock']);
  });

  it.each(['append', 'delete'])('write into a file that cannot be replaced (%s)', (action) => {
    writeFileSync(fstab, `UUID=1 /home ext4 defaults 0 2\n${lineFor(MOUNT)}\nUUID=2 /srv ext4 defaults 0 2`);
    const { ino } = statSync(fstab);
    const command = action === 'delete' ? deleteFstabLine(fstab, MOUNT) : appendFstabLine(fstab, lineFor(`${MOUNT}0`));
    expect(outcome(command, { mv: 'echo "mv: Device or resource busy" >&2; exit 1' }).exitCode).toBe(0);
    expect(readFileSync(fstab, 'utf8')).toBe(
      action === 'delete'
        ? 'UUID=1 /home ext4 defaults 0 2\nUUID=2 /srv ext4 defaults 0 2'
        : `UUID=1 /home ext4 defaults 0 2\n${lineFor(MOUNT)}\nUUID=2 /srv ext4 defaults 0 2\n${lineFor(`${MOUNT}0`)}\n`,
    );
    expect(statSync(fstab).ino).toBe(ino);
    expect(readdirSync(folder)).not.toContain('fstab.mortar');
  });

  it('say why a directory in its place is no fstab', () => {
    mkdirSync(fstab);
    expect(outcome(appendFstabLine(fstab, lineFor(MOUNT))).stderr).toContain('is no regular file');
  });

  it('wait for each other', () => {
    writeFileSync(fstab, '# mine');
    const commands = Array.from({ length: 8 }, (_, i) => quoteWords(appendFstabLine(fstab, lineFor(`/m/${i}`)).argv));
    execFileSync('bash', ['-c', `${commands.join(' & ')} & wait`], { stdio: 'pipe' });
    const lines = readFileSync(fstab, 'utf8').split('\n');
    expect(lines).toHaveLength(10);
    expect(lines.slice(0, 1)).toEqual(['# mine']);
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

  it('tell a missing file from a missing line, and have nothing to delete there', () => {
    expect(run(findFstabLine(fstab, MOUNT))).toBe(2);
    expect(run(deleteFstabLine(fstab, MOUNT))).toBe(0);
    expect(readdirSync(folder)).toEqual([]);
  });
});
