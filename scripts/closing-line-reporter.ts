import { writeFileSync } from 'node:fs';
import type { Reporter, TestModule } from 'vitest/node';

declare module 'vitest' {
  interface TaskMeta {
    /** How many points of the crash matrix a test has tried. */
    crashPoints?: number;
  }
}

/**
 * Closes a run with one plain line, `N passed, N failed, N skipped`, for those who read a log by its end.
 * With CLOSING_LINE_FILE the counts go into that file as JSON instead: `npm test` adds its checks to them.
 */
export class ClosingLineReporter implements Reporter {
  onTestRunEnd(testModules: readonly TestModule[], unhandledErrors: readonly unknown[]): void {
    const counts = { passed: 0, failed: unhandledErrors.length, skipped: 0 };
    let crashPoints = 0;
    for (const testModule of testModules) {
      // A file that could not be loaded, or a hook around its tests that failed.
      counts.failed += testModule.errors().length;
      for (const suite of testModule.children.allSuites()) counts.failed += suite.errors().length;
      for (const test of testModule.children.allTests()) {
        crashPoints += test.meta().crashPoints ?? 0;
        const { state } = test.result();
        if (state === 'pending') counts.skipped++;
        else counts[state]++;
      }
    }
    if (crashPoints > 0) console.log(`\ncrash matrix: ${crashPoints} points tried`);
    const file = process.env.CLOSING_LINE_FILE;
    if (file) writeFileSync(file, JSON.stringify(counts));
    else console.log(`\n${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`);
  }
}
