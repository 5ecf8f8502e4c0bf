import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';
import { ClosingLineReporter } from './scripts/closing-line-reporter.js';

/** These start servers, clients or simulated machines as processes, and wait for them. */
const PROCESS_TESTS = [
  'app/processes',
  'golden',
  'e2e',
  'crash/processes',
  'executors/ssh',
  'executors/shell',
  'executors/kubernetes',
  'cli/processes',
  'csi/processes',
  'console/processes',
  'docs/processes',
  'deployment/processes',
].map((folder) => `test/${folder}/**/*.test.ts`);

export default defineConfig({
  test: {
    reporters: ['default', new ClosingLineReporter()],
    // A machine that is busy with other things takes long; what hangs is told all the same.
    testTimeout: 120_000,
    // By default one core is kept free for whoever edits beside it, which halves the speed of two.
    maxWorkers: availableParallelism(),
    projects: [
      {
        extends: true,
        // Modules are shared between the files of a worker: four times faster, and nothing here keeps state in a module.
        test: { name: 'fast', include: ['test/**/*.test.ts'], exclude: PROCESS_TESTS, isolate: false },
      },
      {
        extends: true,
        test: {
          name: 'processes',
          include: PROCESS_TESTS,
          testTimeout: 180_000,
          maxConcurrency: 2,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
