import { afterEach, describe, expect, it, vi } from 'vitest';
import type { EntryState, Node } from '../../src/domain/node.js';
import { type Command, type CommandResult, type Executor, TransportError } from '../../src/executors/executor.js';
import { HealthMonitor, type MonitorOptions } from '../../src/operations/hosts/health-monitor.js';
import type { Logger } from '../../src/operations/logger.js';
import type { Store, Tx } from '../../src/store/store.js';
import { HOST_SETTINGS } from '../support/host-settings.js';
import { SILENT } from '../support/pool.js';

type Behaviour = 'up' | 'stopped' | 'unreachable' | 'hangs';

/** Hosts whose glusterd is asked for and nothing else; counts the probes that run and those that ran. */
class ProbedHosts implements Executor {
  readonly behaviours = new Map<string, Behaviour>();
  readonly asked: string[] = [];
  readonly #hanging = new Map<string, (behaviour: Behaviour) => void>();
  running = 0;
  mostRunning = 0;

  async run(host: string, [command]: readonly Command[]): Promise<readonly CommandResult[]> {
    expect(command?.argv).toEqual(['systemctl', 'status', 'glusterd']);
    this.asked.push(host);
    this.mostRunning = Math.max(this.mostRunning, ++this.running);
    let behaviour = this.behaviours.get(host) ?? 'up';
    if (behaviour === 'hangs') behaviour = await new Promise((done) => this.#hanging.set(host, done));
    await Promise.resolve();
    this.running--;
    if (behaviour === 'unreachable') throw new TransportError(host, 'connection refused', false);
    return [{ exitCode: behaviour === 'up' ? 0 : 3, stdout: '', stderr: '' }];
  }

  /** Ends the probe that hangs. */
  answer(host: string, behaviour: Behaviour): void {
    this.#hanging.get(host)?.(behaviour);
  }

  async awaitLeftovers(): Promise<void> {}

  async close(): Promise<void> {}
}

function node(name: string, state: EntryState = 'online'): Node {
  return { id: name, clusterId: 'c', zone: 1, state, manageNames: [name], storageNames: [name], tags: {} };
}

function monitored(names: readonly (string | Node)[], options: MonitorOptions = {}) {
  const nodes = names.map((name) => (typeof name === 'string' ? node(name) : name));
  const tx = { nodes: { list: async () => nodes } } as unknown as Tx;
  const store = { read: <T>(work: (tx: Tx) => Promise<T>) => work(tx) } as unknown as Store;
  const executor = new ProbedHosts();
  const lines: string[] = [];
  const log: Logger = {
    ...SILENT,
    info: (fields: unknown, text?: string) => void lines.push(`${(fields as { host: string }).host}: ${text}`),
    warn: (fields: unknown, text?: string) => void lines.push(`${(fields as { host: string }).host}: ${text}`),
  };
  const monitor = new HealthMonitor(store, { executor, settings: HOST_SETTINGS }, log, options);
  return { monitor, executor, nodes, lines };
}

afterEach(() => {
  vi.useRealTimers();
});

describe('health monitor', () => {
  it('takes a node for up until it knows better, and for down when glusterd or the whole host is', async () => {
    const { monitor, executor } = monitored(['h1', 'h2', 'h3']);
    executor.behaviours.set('h2', 'stopped').set('h3', 'unreachable');
    expect(['h1', 'h2', 'h3'].map((name) => monitor.isUp(name))).toEqual([true, true, true]);
    await monitor.check();
    expect([...monitor.states()]).toEqual([
      ['h1', true],
      ['h2', false],
      ['h3', false],
    ]);
  });

  it('asks nodes in state online only', async () => {
    const { monitor, executor } = monitored(['h1', node('h2', 'offline'), node('h3', 'failed')]);
    await monitor.check();
    expect(executor.asked).toEqual(['h1']);
  });

  it('gives up on a host that hangs, having asked all others meanwhile', async () => {
    vi.useFakeTimers();
    const { monitor, executor } = monitored(['h1', 'h2', 'h3'], { probeTimeoutMs: 5000 });
    executor.behaviours.set('h1', 'hangs').set('h3', 'stopped');
    const round = monitor.check();
    await vi.advanceTimersByTimeAsync(0);
    expect([monitor.isUp('h2'), monitor.isUp('h3')]).toEqual([true, false]);
    await vi.advanceTimersByTimeAsync(5000);
    await round;
    expect(monitor.isUp('h1')).toBe(false);
  });

  it('never asks a host again while it is being asked', async () => {
    const { monitor, executor } = monitored(['h1', 'h2']);
    executor.behaviours.set('h1', 'hangs');
    const rounds = [monitor.check(), monitor.check()];
    await vi.waitFor(() => expect(executor.asked).toContain('h1'));
    executor.answer('h1', 'up');
    await Promise.all(rounds);
    expect(executor.asked.filter((name) => name === 'h1')).toHaveLength(1);
  });

  it('asks a bounded number of hosts at a time', async () => {
    const { monitor, executor } = monitored(Array.from({ length: 100 }, (_, i) => `h${i}`));
    await monitor.check();
    expect(new Set(executor.asked).size).toBe(100);
    expect(executor.mostRunning).toBeLessThanOrEqual(16);
  });

  it('keeps its schedule while a host hangs, and asks those that are down more often', async () => {
    vi.useFakeTimers();
    const { monitor, executor } = monitored(['h1', 'h2'], { probeTimeoutMs: 1000 });
    executor.behaviours.set('h1', 'hangs');
    monitor.start(10, 120);
    await vi.advanceTimersByTimeAsync(9_999);
    expect(executor.asked).toEqual([]);
    await vi.advanceTimersByTimeAsync(1);
    expect(executor.asked).toEqual(['h1', 'h2']);
    await vi.advanceTimersByTimeAsync(119_999);
    expect(executor.asked.filter((name) => name === 'h2')).toHaveLength(1);
    expect(executor.asked.filter((name) => name === 'h1').length).toBeGreaterThan(4);
    await vi.advanceTimersByTimeAsync(1);
    expect(executor.asked.filter((name) => name === 'h2')).toHaveLength(2);
    monitor.stop();
    const asked = executor.asked.length;
    await vi.advanceTimersByTimeAsync(1_000_000);
    expect(executor.asked).toHaveLength(asked);
  });

  it('believes a report until a probe that began after it says otherwise, and tells who waits', async () => {
    const { monitor, executor, lines } = monitored(['h1']);
    const returned: string[] = [];
    monitor.onUp((name) => returned.push(name));
    executor.behaviours.set('h1', 'hangs');
    const round = monitor.check();
    await vi.waitFor(() => expect(executor.asked).toHaveLength(1));
    monitor.reportDown('h1');
    executor.answer('h1', 'up');
    await round;
    expect([monitor.isUp('h1'), returned]).toEqual([false, []]);

    executor.behaviours.set('h1', 'up');
    await monitor.check();
    expect([monitor.isUp('h1'), returned]).toEqual([true, ['h1']]);
    expect(lines).toHaveLength(2);
  });

  it('logs a change once', async () => {
    const { monitor, executor, lines } = monitored(['h1', 'h2']);
    executor.behaviours.set('h2', 'stopped');
    for (let i = 0; i < 3; i++) await monitor.check();
    monitor.reportDown('h2');
    expect(lines).toEqual([expect.stringMatching(/^h2: node is down/)]);
    executor.behaviours.set('h2', 'up');
    for (let i = 0; i < 3; i++) await monitor.check();
    expect(lines.slice(1)).toEqual(['h2: node is up again']);
  });

  it('forgets nodes that are gone, and what it has not seen for two hours', async () => {
    let nowMs = 0;
    const { monitor, executor, nodes } = monitored(['h1', 'h2', 'h3'], { nowMs: () => nowMs });
    executor.behaviours.set('h1', 'stopped').set('h2', 'stopped');
    await monitor.check();
    nodes.splice(0, 1);
    nodes[0] = node('h2', 'offline');
    await monitor.check();
    expect([...monitor.states()]).toEqual([
      ['h2', false],
      ['h3', true],
    ]);
    nowMs = 2 * 3600 * 1000;
    expect([...monitor.states()]).toEqual([]);
    expect(monitor.isUp('h2')).toBe(true);
  });

  it('believes a report for a minute only when it is switched off, since nobody would refute it', () => {
    let nowMs = 0;
    const { monitor } = monitored(['h1'], { nowMs: () => nowMs });
    monitor.reportDown('h1');
    expect(monitor.isUp('h1')).toBe(false);
    nowMs = 60_000;
    expect(monitor.isUp('h1')).toBe(true);
  });
});
