import { expect, it } from 'vitest';
import { until } from '../../support/simcluster.js';
import { command, describeOverSsh, waitingCommand } from './ssh-hosts.js';

describeOverSsh('what becomes unknown over ssh', { nodes: 1, devices: 1 }, (hosts) => {
  const unknown = { name: 'TransportError', mayHaveRun: true };
  let files = 0;
  const fresh = () => `/tmp/file-${files++}`;

  it('is a command that takes longer than it may; its whole process group is ended', async () => {
    const [child, next] = [fresh(), fresh()];
    const slow = {
      ...command('sh', '-c', `sleep 1000 & echo $! > ${child}; sleep 1000`),
      timeoutMs: 500,
      mayFail: true,
    };
    const executor = hosts.executor();
    await expect(executor.run(hosts.first, [slow, command('touch', next)])).rejects.toMatchObject({
      ...unknown,
      message: expect.stringContaining('took longer than 0.5 s and was ended') as string,
    });
    await executor.awaitLeftovers(hosts.first);
    const [alive] = await executor.run(hosts.first, [command('sh', '-c', `kill -0 $(cat ${child})`)]);
    expect(alive?.exitCode).not.toBe(0);
    expect(hosts.cluster.exists(hosts.first, next)).toBe(false);
  });

  it('is a command that has to be killed', async () => {
    const stubborn = { ...command('sh', '-c', 'trap "" TERM; while :; do sleep 0.1; done'), timeoutMs: 300 };
    const executor = hosts.executor({ limits: { termGraceMs: 200 } });
    await expect(executor.run(hosts.first, [stubborn])).rejects.toMatchObject(unknown);
    await executor.awaitLeftovers(hosts.first);
  });

  it('is a batch whose link is cut: what runs ends, nothing of the batch follows', async () => {
    const [begun, go, ended, next] = [fresh(), fresh(), fresh(), fresh()];
    const { cluster, first } = hosts;
    const executor = hosts.executor();
    const batch = [waitingCommand(begun, go, ended), command('touch', next)];
    const outcome = expect(executor.run(first, batch)).rejects.toMatchObject(unknown);
    await until(() => cluster.exists(first, begun));
    const killer = hosts.executor();
    await expect(killer.run(first, [command('pkill', '-KILL', '-f', '^sshd: root@')])).rejects.toMatchObject(unknown);
    await outcome;
    let isSettled = false;
    const settled = executor.awaitLeftovers(first).then(() => {
      isSettled = true;
    });
    // The question is with the host and has no answer yet: other work passes it by.
    await executor.run(first, [command('true')]);
    expect(isSettled).toBe(false);
    expect(cluster.exists(first, ended)).toBe(false);
    cluster.write(first, go, '');
    await settled;
    expect(cluster.exists(first, ended)).toBe(true);
    expect(cluster.exists(first, next)).toBe(false);
  });

  it('is a batch that was given up while it ran', async () => {
    const [begun, go, ended] = [fresh(), fresh(), fresh()];
    const executor = hosts.executor();
    const giveUp = new AbortController();
    const running = executor.run(hosts.first, [waitingCommand(begun, go, ended)], giveUp.signal);
    const outcome = expect(running).rejects.toMatchObject(unknown);
    await until(() => hosts.cluster.exists(hosts.first, begun));
    giveUp.abort();
    await outcome;
    hosts.cluster.write(hosts.first, go, '');
    await executor.awaitLeftovers(hosts.first);
    expect(hosts.cluster.exists(hosts.first, ended)).toBe(true);
  });

  it('is a batch that never began; after the leftovers are gone it can begin no more', async () => {
    const touched = fresh();
    const { cluster, first } = hosts;
    await cluster.fail('--match', touched, '--request', '--hang', 2);
    const executor = hosts.executor();
    const giveUp = new AbortController();
    const running = executor.run(first, [command('touch', touched)], giveUp.signal);
    const outcome = expect(running).rejects.toMatchObject(unknown);
    await executor.run(first, [command('true')]); // the request before it is with the host by now
    giveUp.abort();
    await outcome;
    await executor.awaitLeftovers(first);
    const isRequest = (entry: { readonly cmd: string }) => entry.cmd.includes(touched);
    await until(async () => (await cluster.log()).some(isRequest));
    expect(cluster.exists(first, touched)).toBe(false);
  });

  it('is what an earlier process of this server left running', async () => {
    const [begun, go, ended] = [fresh(), fresh(), fresh()];
    const { cluster, first } = hosts;
    const serverId = 'a'.repeat(32);
    const before = hosts.executor({ identity: { serverId, generation: 10 } });
    const lost = before.run(first, [waitingCommand(begun, go, ended)]);
    const outcome = expect(lost).rejects.toMatchObject(unknown);
    await until(() => cluster.exists(first, begun));
    await before.close();
    await outcome;

    const after = hosts.executor({ identity: { serverId, generation: 11 } });
    const stranger = hosts.executor();
    await stranger.awaitLeftovers(first); // what another server runs is not its business
    let isSettled = false;
    const settled = after.awaitLeftovers(first).then(() => {
      isSettled = true;
    });
    await after.run(first, [command('true')]);
    expect(isSettled).toBe(false);
    cluster.write(first, go, '');
    await settled;
    expect(cluster.exists(first, ended)).toBe(true);
  });

  it('does not begin any more once a younger process of the server was there', async () => {
    const touched = fresh();
    const serverId = 'b'.repeat(32);
    const older = hosts.executor({ identity: { serverId, generation: 20 } });
    await older.run(hosts.first, [command('true')]);
    const younger = hosts.executor({ identity: { serverId, generation: 21 } });
    await younger.run(hosts.first, [command('true')]);
    await expect(older.run(hosts.first, [command('touch', touched)])).rejects.toMatchObject({
      name: 'TransportError',
      mayHaveRun: false,
    });
    expect(hosts.cluster.exists(hosts.first, touched)).toBe(false);
    await expect(younger.run(hosts.first, [command('touch', touched)])).resolves.toHaveLength(1);
  });

  it('is not asked about where nothing can be left', async () => {
    const executor = hosts.executor();
    await executor.run(hosts.first, [command('true')]);
    const before = (await hosts.cluster.log()).length;
    await executor.awaitLeftovers(hosts.first);
    expect(await hosts.cluster.log()).toHaveLength(before);
  });

  it('is told while it lasts', async () => {
    const [begun, go] = [fresh(), fresh()];
    const executor = hosts.executor({ limits: { leftoversMs: 0, leftoversWaitSeconds: 0 } });
    const giveUp = new AbortController();
    const running = executor.run(hosts.first, [waitingCommand(begun, go, fresh())], giveUp.signal);
    const outcome = expect(running).rejects.toMatchObject(unknown);
    await until(() => hosts.cluster.exists(hosts.first, begun));
    giveUp.abort();
    await outcome;
    await expect(executor.awaitLeftovers(hosts.first)).rejects.toMatchObject({
      name: 'TransportError',
      message: expect.stringContaining('still run on') as string,
    });
    hosts.cluster.write(hosts.first, go, '');
    await until(() =>
      executor.awaitLeftovers(hosts.first).then(
        () => true,
        () => false,
      ),
    );
  });

  it('is not begun by a link that is cut before', async () => {
    const touched = fresh();
    const { cluster, first } = hosts;
    await cluster.fail('--match', touched, '--request', '--cut');
    const executor = hosts.executor();
    await expect(executor.run(first, [command('touch', touched)])).rejects.toMatchObject(unknown);
    await executor.awaitLeftovers(first);
    expect(cluster.exists(first, touched)).toBe(false);
  });
});
