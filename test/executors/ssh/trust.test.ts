import { spawnSync } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import ssh2 from 'ssh2';
import { expect, it } from 'vitest';
import { fingerprint } from '../../../src/executors/ssh/host-key-check.js';
import { type HostKeyPins, PinnedHostKeys } from '../../../src/executors/ssh/pinned-host-keys.js';
import { newEd25519Pair } from '../../support/ed25519-pair.js';
import { addPlainUser, allowSudo, command, describeOverSsh, SILENT_LOG } from './ssh-hosts.js';

class MemoryPins implements HostKeyPins {
  readonly keys = new Map<string, string>();

  async find(host: string, port: number): Promise<string | null> {
    return this.keys.get(`${host} ${port}`) ?? null;
  }

  async pin(host: string, port: number, key: string): Promise<string> {
    const known = this.keys.get(`${host} ${port}`) ?? key;
    this.keys.set(`${host} ${port}`, known);
    return known;
  }
}

describeOverSsh('trust over ssh', { nodes: 2, devices: 1 }, (hosts) => {
  const unsent = { name: 'TransportError', mayHaveRun: false };

  it('is given to the key a host shows first, and to no other later', async () => {
    const { cluster } = hosts;
    const [, second = ''] = cluster.hosts;
    const pins = new MemoryPins();
    const pinned: string[] = [];
    const hostKeys = new PinnedHostKeys(pins, (host, shown) => pinned.push(`${host} ${shown}`));
    const publicKey = (file: string) => Buffer.from(readFileSync(file, 'utf8').split(' ')[1] ?? '', 'base64');

    await hosts.executor({ hostKeys }).run(second, [command('true')]);
    await hosts.executor({ hostKeys }).run(second, [command('true')]);
    const before = Buffer.from((await pins.find(second, cluster.port)) ?? '', 'base64');
    expect(pinned).toEqual([`${second} ${fingerprint(before)}`]);

    const keyFile = cluster.path(second, 'etc/ssh/host_key');
    rmSync(keyFile);
    spawnSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', keyFile]);
    const after = publicKey(`${keyFile}.pub`);
    await cluster.fail('--host', second, '--down');
    await cluster.fail('--host', second, '--up');
    await expect(hosts.executor({ hostKeys }).run(second, [command('touch', '/tmp/trusted')])).rejects.toMatchObject({
      ...unsent,
      message: expect.stringMatching(
        new RegExp(
          `${escaped(fingerprint(after))}, but at the first connection it was .*${escaped(fingerprint(before))}.*forget-host-key.*${second}`,
        ),
      ) as string,
    });
    expect(cluster.exists(second, '/tmp/trusted')).toBe(false);

    pins.keys.clear();
    await hosts.executor({ hostKeys }).run(second, [command('touch', '/tmp/trusted')]);
    expect(cluster.exists(second, '/tmp/trusted')).toBe(true);
  });

  it('is not given to a host whose key is known of another type', async () => {
    const { cluster, first } = hosts;
    const pins = new MemoryPins();
    const rsa = ssh2.utils.generateKeyPairSync('rsa', { bits: 2048 }).public.split(' ')[1] ?? '';
    await pins.pin(first, cluster.port, rsa);
    const hostKeys = new PinnedHostKeys(pins, () => undefined);
    await expect(hosts.executor({ hostKeys }).run(first, [command('true')])).rejects.toMatchObject({
      ...unsent,
      message: expect.stringContaining('ssh-rsa') as string,
    });
  });

  it('is not given for good to what does not let this server in', async () => {
    const { first } = hosts;
    const pins = new MemoryPins();
    const { private: text } = newEd25519Pair();
    const hostKeys = new PinnedHostKeys(pins, () => undefined);
    const stranger = hosts.executor({ hostKeys, key: { file: '/etc/heketi/key', text: Buffer.from(text) } });
    await expect(stranger.run(first, [command('true')])).rejects.toMatchObject(unsent);
    expect(pins.keys.size).toBe(0);
    await hosts.executor({ hostKeys }).run(first, [command('true')]);
    expect(pins.keys.size).toBe(1);
  });

  it('is given to one of two keys that are first at once', async () => {
    const { cluster, first } = hosts;
    const pins = new MemoryPins();
    const other = newEd25519Pair().public.split(' ')[1] ?? '';
    pins.pin = () => Promise.resolve(other);
    const hostKeys = new PinnedHostKeys(pins, () => undefined);
    await expect(hosts.executor({ hostKeys }).run(first, [command('touch', '/tmp/second')])).rejects.toMatchObject({
      ...unsent,
      message: expect.stringContaining('forget-host-key') as string,
    });
    expect(cluster.exists(first, '/tmp/second')).toBe(false);
  });

  it('is not given to this server by a host that does not know its key', async () => {
    const { private: text } = newEd25519Pair();
    const executor = hosts.executor({ key: { file: '/etc/heketi/key', text: Buffer.from(text) } });
    await expect(executor.run(hosts.first, [command('true')])).rejects.toMatchObject({
      ...unsent,
      message: expect.stringMatching(
        /does not accept the key \/etc\/heketi\/key for the user root; add .*~root\/.ssh\/authorized_keys/,
      ) as string,
    });
  });

  it('reaches as far as sudo: every command goes through it, and only the commands', async () => {
    const { cluster, first } = hosts;
    cluster.write(
      first,
      'sim/bin/sudo',
      '#!/bin/sh\nprintf "%s\\n" "$*" >> /tmp/sudo.log\n[ "$1 $2" = "-n --" ] && shift 2\nexec "$@"\n',
      0o755,
    );
    const executor = hosts.executor({ useSudo: true });
    const results = await executor.run(first, [
      command('echo', 'a b', "c'd"),
      command('awk', 'BEGIN {print "x" >> "/tmp/by-awk"}'),
    ]);
    expect(results).toMatchObject([{ stdout: "a b c'd\n" }, { exitCode: 0 }]);
    expect(readFileSync(cluster.path(first, 'tmp/sudo.log'), 'utf8').split('\n')).toEqual([
      "-n -- echo a b c'd",
      '-n -- awk BEGIN {print "x" >> "/tmp/by-awk"}',
      '',
    ]);
  });

  it('ends at sudo that asks for a password, which is said with the line that is missing', async () => {
    const { cluster, first } = hosts;
    cluster.write(first, 'sim/bin/sudo', '#!/bin/sh\necho "sudo: a password is required" >&2\nexit 1\n', 0o755);
    const executor = hosts.executor({ useSudo: true, log: SILENT_LOG });
    const [result] = await executor.run(first, [command('/usr/sbin/lvm', 'pvs')]);
    expect(result).toEqual({
      exitCode: 1,
      stdout: '',
      stderr: `sudo on ${first} does not let root run /usr/sbin/lvm without a password; put this line into /etc/sudoers.d/heketi there: root ALL=(root) NOPASSWD: ALL`,
    });
  });

  it('has the real sudo run commands for a plain user, and end one that takes too long', async () => {
    const { cluster, first } = hosts;
    addPlainUser(hosts);
    allowSudo(hosts);
    const executor = hosts.executor({ user: 'plain', useSudo: true });
    const [id, locale] = await executor.run(first, [command('id', '-u'), command('sh', '-c', 'echo $LC_ALL')]);
    expect([id, locale]).toMatchObject([{ stdout: '0\n', stderr: '' }, { stdout: 'C\n' }]);

    const slow = { argv: ['sh', '-c', 'echo $$ > /tmp/slow.pid; while :; do sleep 0.1; done'], timeoutMs: 500 };
    await expect(executor.run(first, [slow])).rejects.toMatchObject({ name: 'TransportError', mayHaveRun: true });
    await executor.awaitLeftovers(first);
    const [alive] = await executor.run(first, [command('sh', '-c', 'kill -0 $(cat /tmp/slow.pid)')]);
    expect(alive?.exitCode).not.toBe(0);

    cluster.write(first, 'etc/sudoers', 'plain ALL=(root) PASSWD: ALL\n', 0o440);
    const [refused] = await executor.run(first, [command('id')]);
    expect(refused).toMatchObject({ stderr: expect.stringContaining('plain ALL=(root) NOPASSWD: ALL') as string });
    cluster.write(first, 'etc/sudoers', 'root ALL=(ALL) ALL\n', 0o440);
    const [unlisted] = await executor.run(first, [command('id')]);
    expect(unlisted).toMatchObject({ stderr: expect.stringContaining('plain ALL=(root) NOPASSWD: ALL') as string });
  });
});

function escaped(text: string): string {
  return text.replace(/[+/$.]/g, '\\$&');
}
