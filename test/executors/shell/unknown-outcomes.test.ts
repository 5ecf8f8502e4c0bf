import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { LocalShell } from '../../support/local-shell.js';
import { until } from '../../support/simcluster.js';
import { command, executorOver, HOST, touch, waitingCommand } from './shell-lab.js';

const UNKNOWN = { name: 'TransportError', mayHaveRun: true };
const UNSENT = { name: 'TransportError', mayHaveRun: false };
const AT_ONCE = { leftoversMs: 0, leftoversWaitSeconds: 0 };
const serverId = 'a'.repeat(32);

let channels: LocalShell;
beforeEach(() => {
  channels = new LocalShell();
});
afterEach(() => {
  vi.useRealTimers();
  channels.close();
});

/** Runs a batch that is lost in its first command, which runs on. */
async function loseBatch(executor = executorOver(channels)) {
  const outcome = expect(executor.run(HOST, [waitingCommand(), touch('next')])).rejects.toMatchObject(UNKNOWN);
  await until(() => channels.has('begun'));
  channels.loseLinks();
  await outcome;
  return executor;
}

describe('what becomes unknown in a shell', () => {
  it('is a batch whose channel is lost: what runs ends, nothing of the batch follows', async () => {
    const executor = await loseBatch();
    let isSettled = false;
    const settled = executor.awaitLeftovers(HOST).then(() => {
      isSettled = true;
    });
    await executor.run(HOST, [command('true')]);
    expect([isSettled, channels.has('ended')]).toEqual([false, false]);
    channels.write('go');
    await settled;
    expect([channels.has('ended'), channels.has('next')]).toEqual([true, true]);
  });

  it('is a batch that never began; after the leftovers are gone it can begin no more', async () => {
    const executor = executorOver(channels);
    channels.delay();
    const outcome = expect(executor.run(HOST, [touch('made')])).rejects.toMatchObject(UNKNOWN);
    channels.loseLinks();
    await outcome;
    const late = channels.overtake();
    await executor.awaitLeftovers(HOST);
    await late();
    expect(channels.has('made')).toBe(false);
  });

  it('is a batch whose script is killed, though its exit code is known', async () => {
    const executor = executorOver(channels);
    const killer = command('sh', '-c', 'kill -KILL $PPID');
    await expect(executor.run(HOST, [killer, touch('next')])).rejects.toMatchObject({
      ...UNKNOWN,
      message: expect.stringContaining('its script ended without an answer') as string,
    });
    await executor.awaitLeftovers(HOST);
    expect(channels.has('next')).toBe(false);
  });

  it('is what an earlier process of the server left, which begins nothing more', async () => {
    const older = await loseBatch(executorOver(channels, { identity: { serverId, generation: 10 } }));
    const younger = executorOver(channels, { identity: { serverId, generation: 11 }, limits: AT_ONCE });
    await expect(younger.awaitLeftovers(HOST)).rejects.toMatchObject({
      message: expect.stringContaining(`still run on n1 (running ${serverId}.10.1)`) as string,
    });
    await expect(older.run(HOST, [touch('made')])).rejects.toMatchObject(UNSENT);
    await executorOver(channels).awaitLeftovers(HOST); // of another server: not its business
    channels.write('go');
    await until(() => channels.has('ended'));
    await executorOver(channels, { identity: { serverId, generation: 12 } }).awaitLeftovers(HOST);
    expect(channels.has('made')).toBe(false);
  });
});

describe('a batch that waits for its turn', () => {
  it('is never sent once it was given up, and leaves nothing to wait for', async () => {
    const executor = executorOver(channels);
    await executor.run(HOST, [command('true')]);
    channels.fill();
    const giveUp = new AbortController();
    const refused = expect(executor.run(HOST, [touch('made')], giveUp.signal)).rejects.toMatchObject({
      ...UNSENT,
      message: 'n1: the commands were given up before they began',
    });
    giveUp.abort();
    await refused;
    const before = channels.opened;
    await executor.awaitLeftovers(HOST);
    expect(channels.opened).toBe(before);
    channels.free();
    await executor.run(HOST, [command('true')]);
    expect(channels.has('made')).toBe(false);
    await expect(executor.run(HOST, [touch('made')], giveUp.signal)).rejects.toMatchObject(UNSENT);
  });

  it.each(['waits', 'was on its way, and is put back later'])(
    'is refused, unsent, when its turn does not come in time while it %s',
    async (how) => {
      vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
      if (how === 'waits') channels.fill();
      else channels.delay();
      const executor = executorOver(channels, { limits: { queueMs: 5_000 } });
      const refused = expect(executor.run(HOST, [touch('made')])).rejects.toMatchObject({
        ...UNSENT,
        message: 'n1: its commands did not begin within 5 s',
      });
      vi.advanceTimersByTime(5_000);
      channels.putBack();
      await refused;
      vi.useRealTimers();
      channels.free();
      await executor.run(HOST, [command('true')]);
      expect(channels.has('made')).toBe(false);
    },
  );

  it('is not held to the time for beginning while the host has put it back', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    channels.delay();
    const running = executorOver(channels, { limits: { beginMs: 1_000 } }).run(HOST, [touch('made')]);
    channels.putBack();
    vi.advanceTimersByTime(1_000);
    vi.useRealTimers();
    channels.free();
    await running;
    expect(channels.has('made')).toBe(true);
  });
});

describe('a host whose place is replaced', () => {
  it('has an unknown outcome though the killed program shows an exit code', async () => {
    const executor = executorOver(channels);
    const outcome = expect(executor.run(HOST, [waitingCommand()])).rejects.toMatchObject({
      ...UNKNOWN,
      message: expect.stringContaining('what it ran in was replaced') as string,
    });
    await until(() => channels.has('begun'));
    channels.replace();
    await outcome;
    await executor.awaitLeftovers(HOST);
  });

  it('is waited for until it is certain that the earlier place has ended', async () => {
    const executor = await loseBatch();
    channels.uncertainty = new Error('the pod on n1 is gone from the books, its processes may run');
    channels.replace();
    await expect(executor.awaitLeftovers(HOST)).rejects.toMatchObject({ message: channels.uncertainty.message });
    channels.uncertainty = null;
    await executor.awaitLeftovers(HOST);
  });

  it('is not taken for clear by what the new place says, while an earlier process may run in the old one', async () => {
    const younger = executorOver(channels, { identity: { serverId, generation: 11 } });
    channels.uncertainty = new Error('the earlier pod on n1 may run');
    await younger.run(HOST, [command('true')]);
    await expect(younger.awaitLeftovers(HOST)).rejects.toMatchObject({ message: channels.uncertainty.message });
    channels.uncertainty = null;
    await younger.awaitLeftovers(HOST);
    channels.uncertainty = new Error('n1 is down');
    await younger.awaitLeftovers(HOST); // it has answered all that was sent there
  });

  it('is not asked for batches that went with the earlier place', async () => {
    const executor = await loseBatch();
    channels.replace();
    await executor.run(HOST, [command('true')]);
    const before = channels.opened;
    await executor.awaitLeftovers(HOST);
    expect(channels.opened).toBe(before);
  });

  it('takes no batch that was never seen to begin, and comes there late', async () => {
    const executor = executorOver(channels);
    await executor.run(HOST, [command('true')]);
    channels.delay();
    const outcome = expect(executor.run(HOST, [touch('made')])).rejects.toMatchObject(UNKNOWN);
    channels.loseLinks();
    await outcome;
    const late = channels.overtake();
    channels.replace();
    await executor.awaitLeftovers(HOST);
    await late();
    expect(channels.has('made')).toBe(false);
  });

  it('is not believed when it answers for another place than the one that was to be asked', async () => {
    const executor = await loseBatch();
    channels.onOpen = () => {
      channels.replace();
      channels.uncertainty = new Error('the earlier pod on n1 may run');
    };
    await expect(executor.awaitLeftovers(HOST)).rejects.toMatchObject({ message: 'the earlier pod on n1 may run' });
  });

  it('is asked for what an earlier process of the server began in its new place', async () => {
    const younger = executorOver(channels, { identity: { serverId, generation: 11 }, limits: AT_ONCE });
    await younger.awaitLeftovers(HOST);
    channels.replace();
    await loseBatch(executorOver(channels, { identity: { serverId, generation: 10 } }));
    await younger.run(HOST, [command('true')]);
    await expect(younger.awaitLeftovers(HOST)).rejects.toMatchObject({
      message: expect.stringContaining('running') as string,
    });
  });
});
