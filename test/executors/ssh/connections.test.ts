import { expect, it } from 'vitest';
import { until } from '../../support/simcluster.js';
import { command, describeOverSsh, waitingCommand } from './ssh-hosts.js';

describeOverSsh('connections', { nodes: 2, devices: 1, 'max-sessions': 3 }, (hosts) => {
  it('are one per host, whatever is run over them', async () => {
    const { cluster, first } = hosts;
    const before = cluster.connections(first);
    const executor = hosts.executor({ maxSessions: 2 });
    for (let i = 0; i < 5; i++) await executor.run(first, [command('true')]);
    await Promise.all(Array.from({ length: 20 }, () => executor.run(first, [command('true')])));
    expect(cluster.connections(first) - before).toBe(1);
  });

  it('carry more batches at a time than sshd takes sessions', async () => {
    const { cluster, first } = hosts;
    const before = cluster.connections(first);
    const executor = hosts.executor({ maxSessions: 8 });
    const results = await Promise.all(
      Array.from({ length: 24 }, (_, i) => executor.run(first, [command('echo', String(i))])),
    );
    expect(results.map(([result]) => result?.stdout)).toEqual(Array.from({ length: 24 }, (_, i) => `${i}\n`));
    expect(cluster.connections(first) - before).toBe(1);
  });

  it('serve what waits in order', async () => {
    const executor = hosts.executor({ maxSessions: 1 });
    const order: number[] = [];
    await Promise.all(
      [1, 2, 3, 4].map(async (i) => {
        await executor.run(hosts.first, [command('true')]);
        order.push(i);
      }),
    );
    expect(order).toEqual([1, 2, 3, 4]);
  });

  it('serve a question that must not wait for work before the work that waits', async () => {
    const executor = hosts.executor({ maxSessions: 1 });
    const order: string[] = [];
    const run = async (name: string, goesFirst: boolean) => {
      await executor.run(hosts.first, [{ ...command('true'), goesFirst }]);
      order.push(name);
    };
    await Promise.all([run('running', false), run('work', false), run('more work', false), run('question', true)]);
    expect(order.indexOf('question')).toBeLessThan(order.indexOf('more work'));
    expect(order.at(-1)).toBe('more work');
  });

  it('let a batch that still waits be given up, which then has not run', async () => {
    const { cluster, first } = hosts;
    const executor = hosts.executor({ maxSessions: 1 });
    const running = executor.run(first, [waitingCommand('/tmp/waits', '/tmp/go-on', '/tmp/waited')]);
    const giveUp = new AbortController();
    const waiting = executor.run(first, [command('touch', '/tmp/given-up')], giveUp.signal);
    giveUp.abort();
    await expect(waiting).rejects.toMatchObject({ name: 'TransportError', mayHaveRun: false });
    cluster.write(first, 'tmp/go-on', '');
    await running;
    await executor.run(first, [command('true')]);
    expect(cluster.exists(first, '/tmp/given-up')).toBe(false);
  });

  it('are closed when nothing needs them for a while, and opened again', async () => {
    const { cluster, first } = hosts;
    const before = cluster.connections(first);
    const executor = hosts.executor({ limits: { idleMs: 1 } });
    await executor.run(first, [command('true')]);
    const sessions = () => cluster.log().then((log) => log.length);
    await until(async () => {
      const known = await sessions();
      await executor.run(first, [command('true')]);
      expect(await sessions()).toBe(known + 1);
      return cluster.connections(first) - before >= 2;
    });
  });

  it('to a host that goes away end in an unknown outcome, are refused while it is away and come back with it', async () => {
    const { cluster } = hosts;
    const [, second = ''] = cluster.hosts;
    const executor = hosts.executor();
    const lost = executor.run(second, [waitingCommand('/tmp/begun', '/tmp/never', '/tmp/ended')]);
    const outcome = expect(lost).rejects.toMatchObject({ name: 'TransportError', mayHaveRun: true });
    await until(() => cluster.exists(second, '/tmp/begun'));
    await cluster.fail('--host', second, '--down');
    await outcome;
    await expect(executor.run(second, [command('true')])).rejects.toMatchObject({
      mayHaveRun: false,
      message: expect.stringContaining('refuses connections') as string,
    });
    await expect(executor.awaitLeftovers(second)).rejects.toMatchObject({ name: 'TransportError' });
    await cluster.fail('--host', second, '--up');
    await executor.awaitLeftovers(second);
    expect(await executor.run(second, [command('echo', 'back')])).toMatchObject([{ stdout: 'back\n' }]);
  });

  it('that are frozen are given up, with an unknown outcome, and refused until they are thawed', async () => {
    const { cluster } = hosts;
    const [, second = ''] = cluster.hosts;
    const executor = hosts.executor({ limits: { keepaliveMs: 100, connectMs: 500 } });
    await executor.run(second, [command('true')]);
    const lost = executor.run(second, [waitingCommand('/tmp/before-frost', '/tmp/never', '/tmp/ended')]);
    const outcome = expect(lost).rejects.toMatchObject({ name: 'TransportError', mayHaveRun: true });
    await until(() => cluster.exists(second, '/tmp/before-frost'));
    await cluster.fail('--host', second, '--freeze');
    await outcome;
    await expect(executor.run(second, [command('true')])).rejects.toMatchObject({ mayHaveRun: false });
    // A session that was cut meanwhile may end while its processes are thawed one by one, which the simulator refuses.
    const thaw = () => cluster.fail('--host', second, '--thaw');
    await thaw().catch(thaw);
    cluster.write(second, 'tmp/never', '');
    const patient = hosts.executor();
    expect(await patient.run(second, [command('echo', 'thawed')])).toMatchObject([{ stdout: 'thawed\n' }]);
  });

  it('are not made to a name that is unknown', async () => {
    await expect(hosts.executor().run('no-such-host.invalid', [command('true')])).rejects.toMatchObject({
      mayHaveRun: false,
      message: 'the host name no-such-host.invalid is unknown',
    });
  });

  it('end with the server', async () => {
    const executor = hosts.executor();
    const running = executor.run(hosts.first, [waitingCommand('/tmp/begins', '/tmp/not-yet', '/tmp/ends')]);
    const outcome = expect(running).rejects.toMatchObject({ name: 'TransportError' });
    await executor.close();
    await outcome;
    await expect(executor.run(hosts.first, [command('true')])).rejects.toMatchObject({ mayHaveRun: false });
  });
});
