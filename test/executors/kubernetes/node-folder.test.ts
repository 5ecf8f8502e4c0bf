import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { podsOnSimulatedHosts, simulatedHosts } from '../../support/kubernetes-server/simulated-pods.js';
import { SimCluster, until, whyNoSimcluster } from '../../support/simcluster.js';
import { command } from '../shell/shell-lab.js';
import { waitingCommand } from '../ssh/ssh-hosts.js';
import { PodsLab, UNKNOWN } from './pods-lab.js';

const whyNot = whyNoSimcluster();
if (whyNot !== null) console.warn(`SKIPPED: pods that share folders with their node: no simulated machines: ${whyNot}`);

describe.skipIf(whyNot !== null)('pods that share a folder with their node', () => {
  const serverId = 'c'.repeat(32);
  let cluster: SimCluster;
  let lab: PodsLab;
  let host: string;
  beforeAll(async () => {
    cluster = await SimCluster.up({ nodes: 1, devices: 1 });
    lab = new PodsLab(await podsOnSimulatedHosts(simulatedHosts(cluster)));
    host = cluster.hosts[0] ?? '';
  });
  afterAll(async () => {
    await lab.down();
    await cluster.down();
  });

  it('register there, where only root can', async () => {
    await lab.executor().run(host, [command('true')]);
    const [facts] = await lab.executor().run(host, [command('stat', '-c', '%a %U %F', '/var/lib/heketi/.mortar')]);
    expect(facts?.stdout).toBe('700 root directory\n');
    expect(cluster.exists(host, 'run/mortar')).toBe(false);
  });

  // Generations that no other test uses: one that was cut before it was heard of is fenced for ever.
  it.each([
    ['the same server', 10],
    ['the next one', 20],
  ] as const)(
    'see from a pod what its predecessor still runs, though its books have lost it: %s',
    async (who, generation) => {
      const [begun, go, ended] = ['begun', 'go', 'ended'].map((name) => `/tmp/${who.replaceAll(' ', '-')}-${name}`) as [
        string,
        string,
        string,
      ];
      const limits = { leftoversMs: 0, leftoversWaitSeconds: 0 };
      const older = lab.executor({ identity: { serverId, generation }, limits });
      const lost = expect(older.run(host, [waitingCommand(begun, go, ended)])).rejects.toMatchObject(UNKNOWN);
      await until(() => cluster.exists(host, begun));
      lab.server.pods.forget(host);
      lab.server.pods.start(host);
      lab.server.execs.cut();
      await lost;
      const younger =
        who === 'the same server'
          ? older
          : lab.executor({ identity: { serverId, generation: generation + 1 }, limits });
      await younger.run(host, [command('true')]);
      await expect(younger.awaitLeftovers(host)).rejects.toMatchObject({
        message: expect.stringMatching(
          new RegExp(`still run on \\S+ \\(running c{32}\\.${generation}\\.1\\)`),
        ) as string,
      });
      cluster.write(host, go, '');
      await until(() => cluster.exists(host, ended));
      await until(() =>
        younger.awaitLeftovers(host).then(
          () => true,
          () => false,
        ),
      );
    },
  );

  it('are in one place all the time', async () => {
    const executor = lab.executor({ identity: { serverId, generation: 30 } });
    const channels = lab.channels();
    const before = await channels.placeOf(host);
    await executor.awaitLeftovers(host);
    lab.server.pods.replace(host);
    expect(await channels.placeOf(host)).toBe(before);
    expect(await lab.channels().placeOf(host)).toBe(before);
  });
});
