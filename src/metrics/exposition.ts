import { inSlices } from '../timing/turns.js';

/** One line of a metric. */
export interface Sample {
  /** As `labelsText` writes them. */
  readonly labels: string;
  readonly value: number;
}

/**
 * A gauge in the text format of Prometheus, letter by letter as prom-client writes it, which keeps an object for each label
 * of each line: for metrics with a line per device. It is written in slices.
 */
export async function gaugeText(name: string, help: string, samples: Iterable<Sample>): Promise<string> {
  let text = `# HELP ${name} ${help}\n# TYPE ${name} gauge`;
  await inSlices(samples, ({ labels, value }) => {
    text += `\n${name}${labels} ${value}`;
  });
  return text;
}

/** In the order of the object, with the braces; '' without any. */
export function labelsText(labels: Readonly<Record<string, string>>): string {
  const parts = Object.entries(labels).map(([name, value]) => `${name}="${escaped(value)}"`);
  return parts.length === 0 ? '' : `{${parts.join(',')}}`;
}

const SPECIAL = /[\\\n"]/;

function escaped(value: string): string {
  if (!SPECIAL.test(value)) return value;
  return value.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('"', '\\"');
}
