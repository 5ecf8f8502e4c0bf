import { chownSync, existsSync, rmSync } from 'node:fs';
import { beforeAll, expect, it } from 'vitest';
import { until } from '../../support/simcluster.js';
import { addPlainUser, allowSudo, command, describeOverSsh, waitingCommand } from './ssh-hosts.js';

describeOverSsh('the directory in which scripts register', { nodes: 1, devices: 1 }, (hosts) => {
  beforeAll(() => {
    addPlainUser(hosts);
    allowSudo(hosts);
  });
  const plain = (useSudo: boolean, serverId = 'd'.repeat(32), generation = 11) =>
    hosts.executor({ user: 'plain', useSudo, identity: { serverId, generation }, limits: QUICK });
  const QUICK = { leftoversMs: 0, leftoversWaitSeconds: 0 };

  it.each([true, false])('is none that another user of the host can take before (sudo: %s)', async (useSudo) => {
    const { cluster, first } = hosts;
    cluster.makeFolder(first, 'tmp/mortar-1000');
    chownSync(cluster.path(first, 'tmp/mortar-1000'), 1001, 1001);
    expect(await plain(useSudo).run(first, [command('echo', 'runs')])).toMatchObject([{ stdout: 'runs\n' }]);
    rmSync(cluster.path(first, 'tmp/mortar-1000'), { recursive: true });
  });

  it('is made by root for a user with sudo, and only for him', async () => {
    const { first } = hosts;
    const [facts] = await plain(true).run(first, [command('stat', '-c', '%a %u %F', '/run/mortar-1000')]);
    expect(facts?.stdout).toBe('700 1000 directory\n');
  });

  it('is refused when something else has its name', async () => {
    const { cluster, first } = hosts;
    await plain(false).run(first, [command('rm', '-r', '/home/plain/.mortar')]);
    cluster.write(first, 'home/plain/.mortar', '');
    await expect(plain(false).run(first, [command('true')])).rejects.toMatchObject({
      name: 'TransportError',
      mayHaveRun: false,
      message: expect.stringMatching(/\/home\/plain\/.mortar\/\S+ is not a directory of this user/) as string,
    });
    rmSync(cluster.path(first, 'home/plain/.mortar'));
  });

  it('says what is missing in sudoers where it can not be made', async () => {
    const { cluster, first } = hosts;
    await hosts.executor().run(first, [command('rm', '-r', '/run/mortar-1000')]);
    cluster.write(first, 'etc/sudoers', 'root ALL=(ALL) ALL\n', 0o440);
    await expect(plain(true).run(first, [command('true')])).rejects.toMatchObject({
      name: 'CommandError',
      message: expect.stringContaining('plain ALL=(root) NOPASSWD: ALL') as string,
    });
    allowSudo(hosts);
    expect(await plain(true).run(first, [command('true')])).toHaveLength(1);
  });

  it.each([true, false])(
    'is not the only one: scripts of earlier versions are waited for in theirs (sudo: %s)',
    async (useSudo) => {
      const { cluster, first } = hosts;
      const serverId = useSudo ? 'e'.repeat(32) : 'f'.repeat(32);
      const [begun, go, ended] = [1, 2, 3].map((n) => `/tmp/earlier-${useSudo}-${n}`) as [string, string, string];
      cluster.makeFolder(first, 'tmp/mortar-1000');
      cluster.write(first, `tmp/mortar-1000/${serverId}.10.3`, '');
      for (const file of ['', `/${serverId}.10.3`])
        chownSync(cluster.path(first, `tmp/mortar-1000${file}`), 1000, 1000);
      const { argv } = waitingCommand(begun, go, ended);
      const earlier = hosts.executor().run(first, [command('flock', `/tmp/mortar-1000/${serverId}.10.3`, ...argv)]);
      await until(() => cluster.exists(first, begun));

      const later = plain(useSudo, serverId);
      await later.run(first, [command('true')]);
      await expect(later.awaitLeftovers(first)).rejects.toMatchObject({
        message: expect.stringContaining(`still run on ${first} (running ${serverId}.10.3)`) as string,
      });
      cluster.write(first, go, '');
      await earlier;
      await later.awaitLeftovers(first);
      expect(existsSync(cluster.path(first, `tmp/mortar-1000/${serverId}.10.3`))).toBe(false);
      const fence = await later.run(first, [command('cat', `/tmp/mortar-1000/${serverId}.fence`)]);
      expect(fence).toMatchObject([{ stdout: '11\n' }]);
    },
  );
});
