import type { Metrics, MetricsSources } from '../../src/metrics/registry.js';

/** What a scrape gets. */
export async function exposed(metrics: Metrics, sources: MetricsSources): Promise<string> {
  return Buffer.concat((await metrics.render(sources)).pieces).toString();
}
