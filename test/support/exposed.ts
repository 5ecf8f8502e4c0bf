import type { Metrics, MetricsSources } from '../../src/metrics/registry.js';

/** What a scrape gets. */
export async function exposed(metrics: Metrics, sources: MetricsSources): Promise<string> {
  const { pieces } = await metrics.render(sources);
  let text = '';
  for await (const piece of pieces) text += piece;
  return text;
}

/** Nothing was asked of any host. */
export const NO_USAGE: MetricsSources['usage'] = { byDevice: () => new Map(), byVolume: () => new Map() };
