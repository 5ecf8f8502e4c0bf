import { describe, expect, it } from 'vitest';
import { CommandError, TransportError } from '../../src/executors/executor.js';
import { onAnyHost } from '../../src/operations/hosts/cluster-hosts.js';
import type { NodeHealth } from '../../src/operations/ports/node-health.js';

function health(down: readonly string[] = []) {
  const reported: string[] = [];
  const known: NodeHealth = {
    isUp: (name) => !down.includes(name),
    reportDown: (name) => void reported.push(name),
    onUp: () => undefined,
  };
  return { known, reported };
}

const unreachable = (host: string) => new TransportError(host, `${host}: connection refused`, false);

function refusal(host: string, stderr: string): CommandError {
  return new CommandError(host, { argv: ['gluster'], timeoutMs: 1 }, { exitCode: 1, stdout: '', stderr });
}

describe('gluster commands that any host of a cluster can run', () => {
  it('run on a host that is up, and on one last seen down only when no other answers', async () => {
    const { known, reported } = health(['h1']);
    expect(await onAnyHost(['h1', 'h2'], known, async (host) => host)).toBe('h2');
    const answer = await onAnyHost(['h1', 'h2'], known, async (host) => {
      if (host === 'h2') throw unreachable(host);
      return host;
    });
    expect([answer, reported]).toEqual(['h1', ['h2']]);
  });

  it('pass over a host whose glusterd is stopped', async () => {
    const { known, reported } = health();
    const text = 'Connection failed. Please check if gluster daemon is operational.';
    const answer = await onAnyHost(['h1', 'h2'], known, async (host) => {
      if (host === 'h1') throw refusal(host, text);
      return host;
    });
    expect([answer, reported]).toEqual(['h2', ['h1']]);
  });

  it('are not tried again where the first try may have run, nor after a refusal', async () => {
    for (const error of [new TransportError('h1', 'link lost', true), refusal('h1', 'volume exists')]) {
      const { known, reported } = health();
      const tried: string[] = [];
      const running = onAnyHost(['h1', 'h2'], known, async (host) => {
        tried.push(host);
        throw error;
      });
      await expect(running).rejects.toBe(error);
      expect([tried, reported]).toEqual([['h1'], []]);
    }
  });

  it('say for every host why none could run them, once when it is the same for all', async () => {
    const { known } = health();
    await expect(
      onAnyHost(['h1', 'h2'], known, async (host) => {
        throw unreachable(host);
      }),
    ).rejects.toThrow('Host h1: h1: connection refused\nHost h2: h2: connection refused');
    await expect(
      onAnyHost(['h1', 'h2'], known, async (host) => {
        throw refusal(host, 'Connection failed');
      }),
    ).rejects.toThrow('All 2 hosts: Connection failed');
    await expect(onAnyHost([], known, async () => 1)).rejects.toThrow('no node on which gluster commands could run');
  });
});
