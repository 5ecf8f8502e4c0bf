import { describe, it } from 'vitest';
import { expectDifferences, live, SERVER } from '../../support/life.js';
import { whyNoSimcluster } from '../../support/simcluster.js';

const LONGEST_MS = 300_000;

const whyNot = whyNoSimcluster();
if (whyNot !== null) console.warn(`SKIPPED: the life of a storage cluster over ssh: no machines here: ${whyNot}`);

/** The other scenarios are lived over pods/exec; this one takes devices and nodes out. */
describe.skipIf(whyNot !== null)('a server over ssh leaves hosts as the original does', () => {
  it('in: wide', async () => expectDifferences(await live('wide', SERVER), []), LONGEST_MS);
});
