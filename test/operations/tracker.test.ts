import { describe, expect, it } from 'vitest';
import { ServerBusy } from '../../src/domain/errors.js';
import { Stopping } from '../../src/operations/engine/stopping.js';
import { OperationTracker } from '../../src/operations/engine/tracker.js';

const NEVER = new Promise<never>(() => undefined);

describe('lanes', () => {
  it('of a cluster whose hosts hang keep nobody else waiting', async () => {
    const tracker = new OperationTracker({ maxInflight: null, perLane: 2 }, new Stopping().takingNoMore);
    for (const id of ['a1', 'a2', 'a3']) void tracker.run('cluster a', id, () => NEVER);
    expect(await tracker.run('cluster b', 'b1', async () => 'ran')).toBe('ran');
    expect(await tracker.run('nodes/a', 'n1', async () => 'ran')).toBe('ran');
  });

  it('let operations begin in the order in which they came', async () => {
    const tracker = new OperationTracker({ maxInflight: null, perLane: 1 }, new Stopping().takingNoMore);
    const began: string[] = [];
    const ids = ['1', '2', '3', '4'];
    await Promise.all(ids.map((id) => tracker.run('lane', id, async () => void began.push(id))));
    expect(began).toEqual(ids);
  });

  it('refuse what waits once the server ends, and what runs goes on', async () => {
    const stopping = new Stopping();
    const tracker = new OperationTracker({ maxInflight: null, perLane: 1 }, stopping.takingNoMore);
    let end: () => void = () => undefined;
    const running = tracker.run('lane', '1', () => new Promise<void>((done) => (end = done)));
    const waiting = tracker.run('lane', '2', async () => undefined);
    stopping.takeNoMore();
    await expect(waiting).rejects.toThrow('shutting down');
    await expect(tracker.run('other lane', '3', async () => undefined)).rejects.toThrow('shutting down');
    end();
    await running;
  });
});

describe('a refusal', () => {
  const refusal = (tracker: OperationTracker) => {
    try {
      tracker.admit('refused');
    } catch (error) {
      return error instanceof ServerBusy ? error.retryAfterSeconds : error;
    }
    return null;
  };

  it('tells when the operations that are admitted are likely to have ended', async () => {
    let nowMs = 0;
    const limits = { maxInflight: 2, perLane: 1 };
    const tracker = new OperationTracker(limits, new Stopping().takingNoMore, () => nowMs);
    const admitTwo = () => {
      for (const id of ['a', 'b']) tracker.admit(id);
    };
    admitTwo();
    expect(refusal(tracker)).toBe(10);
    await tracker.run('lane', 'a', async () => {
      nowMs += 4000;
    });
    tracker.release('a');
    tracker.release('b');
    admitTwo();
    expect(refusal(tracker)).toBe(8);
    void tracker.run('lane', 'a', () => NEVER);
    void tracker.run('other lane', 'b', () => NEVER);
    await new Promise((turn) => setImmediate(turn));
    expect(refusal(tracker)).toBe(4);
  });

  it('never asks a client to wait for more than five minutes, nor for none', async () => {
    let nowMs = 0;
    const tracker = new OperationTracker({ maxInflight: 1, perLane: 1 }, new Stopping().takingNoMore, () => nowMs);
    for (const [lastsMs, seconds] of [
      [0, 1],
      [1e9, 300],
    ] as const) {
      tracker.admit('a');
      await tracker.run('lane', 'a', async () => {
        nowMs += lastsMs;
      });
      tracker.release('a');
      tracker.admit('b');
      expect(refusal(tracker)).toBe(seconds);
      tracker.release('b');
    }
  });
});

describe('the limit', () => {
  it('is the configured one, whatever runs beside', () => {
    const tracker = new OperationTracker({ maxInflight: 2, perLane: 64 }, new Stopping().takingNoMore);
    tracker.track('node');
    tracker.admit('1');
    tracker.admit('2');
    expect(tracker.tryAdmit('recovered')).toBe(true);
    expect(() => tracker.admit('3')).toThrow('Server busy. Retry operation later.');
    expect(tracker.inFlight).toBe(3);
    tracker.release('1');
    tracker.admit('3');
  });

  it('is a thousand that wait when none is configured', async () => {
    const tracker = new OperationTracker({ maxInflight: null, perLane: 64 }, new Stopping().takingNoMore);
    for (let i = 0; i < 64; i++) {
      tracker.admit(`running ${i}`);
      void tracker.run('lane', `running ${i}`, () => NEVER);
    }
    await new Promise((turn) => setImmediate(turn));
    for (let i = 0; i < 1000; i++) tracker.admit(`waiting ${i}`);
    expect(() => tracker.admit('one too many')).toThrow('Server busy. Retry operation later.');
  });

  it('leaves an operation to whoever works on it', () => {
    const tracker = new OperationTracker({ maxInflight: null, perLane: 1 }, new Stopping().takingNoMore);
    tracker.admit('1');
    expect(tracker.tryAdmit('1')).toBe(false);
    tracker.release('1');
    expect(tracker.tryAdmit('1')).toBe(true);
    expect(tracker.tryAdmit('1')).toBe(false);
  });
});
