import { resolve } from 'node:path';
import { beforeAll, describe, it } from 'vitest';
import { expectDifferences, live, SERVER } from '../../support/life.js';
import { whyNoSimcluster } from '../../support/simcluster.js';

const SERVE = `${resolve('node_modules/.bin/tsx')} ${resolve('test/support/kubernetes-server/serve-simulated-pods.ts')}`;
const OVER_PODS = `${SERVE} {config} ${SERVER}`;
const LONGEST_MS = 300_000;

/** What differs from the original's end states, over SSH as well: nothing but these. */
const DIFFERING: Readonly<Record<string, readonly string[]>> = {
  life: [],
  block: [],
  wide: [],
  // A delete that met a fault goes on to its end, where the original left bricks for a second one.
  fault: [
    'fault-10-delete-umount-busy-once',
    'fault-11-delete-again',
    'fault-13-delete-lvremove-fails-once',
    'fault-14-delete-again-2',
  ],
};

const whyNot = whyNoSimcluster();
if (whyNot !== null) console.warn(`SKIPPED: the life of a storage cluster over pods/exec: no machines here: ${whyNot}`);

/** What the hosts look like after each operation is compared with what the original left over SSH. */
describe.skipIf(whyNot !== null)('a server over pods/exec leaves hosts as the original does', () => {
  const printed = new Map<string, Promise<string>>();
  beforeAll(() => {
    for (const scenario of Object.keys(DIFFERING)) printed.set(scenario, live(scenario, OVER_PODS)); // they mostly wait
  });

  it.each(Object.entries(DIFFERING))(
    'in: %s',
    async (scenario, differing) => {
      expectDifferences((await printed.get(scenario)) ?? '', differing);
    },
    LONGEST_MS,
  );
});
