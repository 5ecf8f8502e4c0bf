import { memberOf, readList, readText, readTexts } from '../../client/wire.js';
import type { JsonValue } from '../../json/json-value.js';
import { lines } from './text.js';

/** By host: what is wrong, and what to do; then what could not be compared. */
export function formatDifferences(json: JsonValue): string {
  const differences = readList(memberOf(json, 'differences'));
  const notCompared = readList(memberOf(json, 'notcompared'));
  const pending = readTexts(memberOf(json, 'pendingoperations')).length;
  const field = (item: JsonValue, name: string): string => readText(memberOf(item, name));
  return lines(
    ...differences.flatMap((item) => [
      `${whereIs(field(item, 'host'), field(item, 'cluster'))}: ${field(item, 'text')}`,
      `    ${field(item, 'remedy')}`,
    ]),
    ...notCompared.map((item) => `${field(item, 'host')}: could not be compared: ${field(item, 'reason')}`),
    ...(pending > 0 ? [`${pending} pending operations are left out: heketi-cli server operations list`] : []),
    `${differences.length} differences`,
  );
}

function whereIs(host: string, cluster: string): string {
  if (host !== '') return host;
  return cluster === '' ? 'database' : `cluster ${cluster}`;
}
