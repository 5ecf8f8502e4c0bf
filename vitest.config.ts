import { defineConfig } from 'vitest/config';
import { ClosingLineReporter } from './scripts/closing-line-reporter.js';

/** These start servers, clients or simulated machines as processes, and wait for them. */
const PROCESS_TESTS = [
  'golden',
  'e2e',
  'crash/processes',
  'executors/ssh',
  'executors/shell',
  'cli/processes',
  'docs/processes',
].map((folder) => `test/${folder}/**/*.test.ts`);

export default defineConfig({
  test: {
    reporters: ['default', new ClosingLineReporter()],
    testTimeout: 30_000,
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
