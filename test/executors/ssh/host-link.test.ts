import { randomUUID } from 'node:crypto';
import { chownSync } from 'node:fs';
import ssh2 from 'ssh2';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import type { ShellExecutor } from '../../../src/executors/shell/shell-executor.js';
import type { ShellLimits } from '../../../src/executors/shell/shell-options.js';
import { SessionLimit } from '../../../src/executors/ssh/session-limit.js';
import { BashServer } from './bash-server.js';
import { command, SILENT_LOG, shellOverSsh } from './ssh-hosts.js';

describe('the work that waits for a host', () => {
  let server: BashServer;
  beforeAll(async () => {
    server = await BashServer.up();
    if (process.getuid?.() === 0) chownSync(server.home, 65_534, 65_534);
  });
  afterAll(() => server.down());
  afterEach(() => {
    vi.useRealTimers();
    vi.restoreAllMocks();
  });

  function executor(port: () => number, limits: Partial<ShellLimits>, maxSessions = 1): ShellExecutor {
    return shellOverSsh({
      user: 'nobody',
      get port() {
        return port();
      },
      key: server.key,
      useSudo: false,
      hostKeys: { refusal: async () => null, admitted: async () => null, knownTypes: async () => [] },
      maxSessions,
      identity: { serverId: randomUUID().replaceAll('-', ''), generation: 1 },
      log: SILENT_LOG,
      limits,
    });
  }

  it('is tried though the clock was set back since the last failure', async () => {
    let port = 1; // nobody listens there
    vi.useFakeTimers({ toFake: ['Date'] });
    const ssh = executor(() => port, { queueMs: 10_000 });
    await expect(ssh.run(server.host, [command('true')])).rejects.toMatchObject({ mayHaveRun: false });
    vi.setSystemTime(Date.now() - 86_400_000);
    port = server.port;
    expect(await ssh.run(server.host, [command('echo', 'x')])).toMatchObject([{ stdout: 'x\n' }]);
    await ssh.close();
  });

  it('is refused, unsent, when its turn does not come', async () => {
    const ssh = executor(() => server.port, { queueMs: 1_000 });
    const running = ssh.run(server.host, [command('sh', '-c', 'until [ -e "$HOME/go" ]; do sleep 0.1; done')]);
    await expect(ssh.run(server.host, [command('touch', 'late')])).rejects.toMatchObject({
      name: 'TransportError',
      mayHaveRun: false,
      message: expect.stringContaining('did not begin within 1 s') as string,
    });
    const other = executor(() => server.port, {});
    await other.run(server.host, [command('sh', '-c', 'touch "$HOME/go"')]);
    expect(await running).toHaveLength(1);
    await ssh.close();
    await other.close();
  });

  it('is unsent where the connection ends at that very moment', async () => {
    const ssh = executor(() => server.port, {});
    await ssh.run(server.host, [command('true')]);
    vi.spyOn(ssh2.Client.prototype, 'exec').mockImplementationOnce(() => {
      throw new Error('Not connected');
    });
    await expect(ssh.run(server.host, [command('true')])).rejects.toMatchObject({
      name: 'TransportError',
      mayHaveRun: false,
    });
    expect(await ssh.run(server.host, [command('true')])).toHaveLength(1);
    await ssh.close();
  });
});

describe('the limit of sessions', () => {
  afterEach(() => void vi.useRealTimers());

  it('comes back one by one after a refusal that was a moment\u2019s', () => {
    vi.useFakeTimers();
    const raised = vi.fn();
    const told = vi.fn();
    const limit = new SessionLimit(9, raised, told);
    limit.refused(6);
    limit.refused(8); // was on its way already
    expect(limit.value).toBe(6);
    vi.advanceTimersByTime(3_000);
    expect([limit.value, raised.mock.calls.length, told.mock.calls.length]).toEqual([9, 3, 0]);
    vi.advanceTimersByTime(3_600_000);
    expect(limit.value).toBe(9);
  });

  it('is tried ever more rarely where the host does take fewer, which is told once', () => {
    vi.useFakeTimers();
    const told = vi.fn();
    let probes = 0;
    const limit: SessionLimit = new SessionLimit(
      8,
      () => {
        probes++;
        limit.refused(3);
      },
      told,
    );
    limit.refused(3);
    vi.advanceTimersByTime(3_600_000);
    expect(limit.value).toBe(3);
    expect(probes).toBeLessThan(25);
    expect(probes).toBeGreaterThan(10);
    expect(told.mock.calls).toEqual([[3]]);
    limit.stop();
  });
});
