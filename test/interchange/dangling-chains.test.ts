import { describe, expect, it } from 'vitest';
import type { Id } from '../../src/domain/ids.js';
import { type Action, NEW_RECORD, type PendingOperation } from '../../src/domain/pending-operation.js';
import { danglingReferences, leaveOutDangling } from '../../src/interchange/dangling.js';
import type { Imported } from '../../src/interchange/imported.js';

/** How often records of operations are taken up or asked for. */
interface Work {
  steps: number;
}

class CountedOperations extends Map<Id, PendingOperation> {
  readonly work: Work = { steps: 0 };

  override get(id: Id): PendingOperation | undefined {
    this.work.steps++;
    return super.get(id);
  }

  override has(id: Id): boolean {
    this.work.steps++;
    return super.has(id);
  }

  override *values(): MapIterator<PendingOperation> {
    for (const value of super.values()) {
      this.work.steps++;
      yield value;
    }
  }
}

function operation(id: Id, actions: readonly Action[], exact?: Readonly<Record<string, bigint>>): PendingOperation {
  return { ...NEW_RECORD, id, type: 'create-volume', createdAt: 1, actions, ...(exact ? { exact } : {}) };
}

const child = (id: Id): Action => ({ change: 'child-operation', id, delta: null });
const brick = (id: Id): Action => ({ change: 'add-brick', id, delta: null });

function imported(operations: readonly PendingOperation[]): Imported & { readonly operations: CountedOperations } {
  return {
    clusters: new Map(),
    nodes: new Map(),
    devices: new Map(),
    volumes: new Map(),
    bricks: new Map(),
    blockVolumes: new Map(),
    operations: new CountedOperations(operations.map((one) => [one.id, one])),
    attributes: new Map(),
  };
}

/** Each names the next, and the last one a brick that is not there. */
function chain(length: number): readonly PendingOperation[] {
  const ids = Array.from({ length }, (_, i) => `o${i}`);
  return ids.map((id, i) => operation(id, [i + 1 < length ? child(`o${i + 1}`) : brick('b9')]));
}

function workOf(operations: readonly PendingOperation[]): number {
  const document = imported(operations);
  expect(danglingReferences(document)).toHaveLength(1);
  expect(leaveOutDangling(document)).toHaveLength(operations.length);
  expect(document.operations.size).toBe(0);
  return document.operations.work.steps;
}

describe('chains of operations of which the last leads nowhere', () => {
  it.each([
    ['in their order', (operations: readonly PendingOperation[]) => operations],
    ['reversed', (operations: readonly PendingOperation[]) => [...operations].reverse()],
    [
      'mixed',
      (operations: readonly PendingOperation[]) => [
        ...operations.filter((_, i) => i % 2 === 0),
        ...operations.filter((_, i) => i % 2 === 1).reverse(),
      ],
    ],
  ])('are left out with work that grows as they do: %s', (_what, order) => {
    const steps = workOf(order(chain(500)));
    expect(workOf(order(chain(1000)))).toBeLessThanOrEqual(2 * steps + 10);
    expect(steps).toBeLessThanOrEqual(10 * 500);
  });

  it('grows no faster where one operation names all others', () => {
    const star = (length: number) => [
      operation(
        'root',
        Array.from({ length }, (_, i) => child(`o${i}`)),
      ),
      ...Array.from({ length }, (_, i) => operation(`o${i}`, [brick('b9')])),
    ];
    const steps = (length: number) => {
      const document = imported(star(length));
      expect(leaveOutDangling(document)).toHaveLength(length + 1);
      return document.operations.work.steps;
    };
    expect(steps(1000)).toBeLessThanOrEqual(2 * steps(500) + 10);
  });
});

describe('what is left of operations', () => {
  it('keeps those that name each other: both are there', () => {
    const document = imported([operation('o1', [child('o2')]), operation('o2', [child('o1')])]);
    expect(leaveOutDangling(document)).toEqual([]);
    expect([...document.operations.keys()]).toEqual(['o1', 'o2']);
  });

  it('says once of each what it keeps, after all that goes with what it names', () => {
    const document = imported([
      operation('o1', [child('o2'), child('o3'), { change: 'unknown', id: 'x', delta: null }]),
      operation('o2', [child('o3')]),
      operation('o3', [brick('b9')]),
    ]);
    expect(leaveOutDangling(document)).toEqual([
      'operation o1 keeps 1 of its 3 changes',
      'operation o2 is left out: nothing that it changes is there',
      'operation o3 is left out: nothing that it changes is there',
    ]);
    expect([...document.operations.keys()]).toEqual(['o1']);
  });

  it('moves numbers of unknown changes with them, and leaves other numbers alone', () => {
    const unknown: Action = { change: 'unknown', id: 'x', delta: null };
    const document = imported([
      operation('o1', [unknown, brick('b9'), unknown, brick('b9'), unknown], {
        type: 42n,
        'change.0': 70n,
        'change.2': 72n,
        'change.4': 74n,
      }),
    ]);
    leaveOutDangling(document);
    expect(document.operations.get('o1')).toMatchObject({
      actions: [unknown, unknown, unknown],
      exact: { type: 42n, 'change.0': 70n, 'change.1': 72n, 'change.2': 74n },
    });
  });
});
