import type { Requester } from '../../src/domain/requester.js';
import type { Operations } from '../../src/operations/ports/operations.js';

/** Operations that one and the same requester asks for. */
export type AskedOperations = {
  readonly [Name in keyof Operations]: Operations[Name] extends (by: Requester, ...args: infer Args) => infer Answer
    ? (...args: Args) => Answer
    : Operations[Name];
};

const TESTER: Requester = { issuer: 'admin', requestId: 'test-1', address: '192.0.2.1' };

/** Those that change nothing, and so do not take who asked. */
const QUESTIONS = new Set<keyof Operations>([
  'repairReport',
  'lastRepairReport',
  'preflightDevice',
  'planRemoval',
  'planReinstatement',
  'planStateRepair',
  'planVolume',
  'planExpansion',
  'checkVolumeHealth',
  'planBlockVolume',
  'inFlight',
  'isInFlight',
]);

export function askedBy(operations: Operations, by: Requester = TESTER): AskedOperations {
  return new Proxy(operations, {
    get(target, name) {
      const operation = Reflect.get(target, name) as (...args: unknown[]) => unknown;
      if (QUESTIONS.has(name as keyof Operations)) return operation;
      return (...args: unknown[]) => operation.call(target, by, ...args);
    },
  }) as unknown as AskedOperations;
}
