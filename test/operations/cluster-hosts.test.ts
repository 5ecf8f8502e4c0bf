import { describe, expect, it } from 'vitest';
import { CommandError, TransportError } from '../../src/executors/executor.js';
import { askInTurn, onAnyHost } from '../../src/operations/hosts/cluster-hosts.js';
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

describe('hosts that are asked in turn', () => {
  it('are put in order once, however many of them there are: those seen healthy first', async () => {
    const names = Array.from({ length: 300 }, (_, i) => `h${i}`);
    const { known } = health(['h0', 'h7']);
    let looks = 0;
    const counting: NodeHealth = {
      ...known,
      isUp: (name) => {
        looks++;
        return known.isUp(name);
      },
    };
    const { answer, answered } = await askInTurn(names, counting, async () => null);
    expect([answer, answered.length, answered.slice(-2)]).toEqual([null, 300, ['h0', 'h7']]);
    expect(looks).toBeLessThanOrEqual(names.length);
  });

  it('pass over those that can not be asked, and end with the first other answer', async () => {
    const { known, reported } = health();
    const asked: string[] = [];
    const found = await askInTurn(['h1', 'h2', 'h3', 'h4', 'h4'], known, async (host) => {
      asked.push(host);
      if (host === 'h2') throw unreachable(host);
      return host === 'h3' ? 'known' : null;
    });
    expect(found).toEqual({ answer: 'known', answered: ['h1'], failure: null });
    expect([asked, reported]).toEqual([['h1', 'h2', 'h3'], ['h2']]);
  });

  it('throw what the first ones failed with, and tell of a later failure what was answered before', async () => {
    const { known } = health();
    const lost = new TransportError('h1', 'link lost', true);
    const fails = async () => Promise.reject(lost);
    await expect(askInTurn(['h1', 'h2'], known, fails)).rejects.toBe(lost);
    const later = await askInTurn(['h1', 'h2'], known, async (host) => (host === 'h1' ? null : fails()));
    expect(later).toEqual({ answer: null, answered: ['h1'], failure: lost });
    expect(await askInTurn([], known, fails)).toEqual({ answer: null, answered: [], failure: null });
  });
});
