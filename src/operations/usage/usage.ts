import { PoolWarnings } from './pool-warnings.js';
import { UsageBooks } from './usage-books.js';
import { UsageMonitor } from './usage-monitor.js';
import { type SurveyContext, UsageSurvey } from './usage-survey.js';

/** What is known of how full everything is, and what keeps it fresh. */
export interface Usage {
  readonly books: UsageBooks;
  readonly monitor: UsageMonitor;
}

export function createUsage(context: SurveyContext): Usage {
  const { store, log } = context;
  const books = new UsageBooks();
  const warnings = new PoolWarnings(store, log);
  const survey = new UsageSurvey(context, books, warnings);
  return { books, monitor: new UsageMonitor(store, books, survey, warnings, log) };
}
