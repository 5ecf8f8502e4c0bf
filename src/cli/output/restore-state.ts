import { memberOf, readText } from '../../client/wire.js';
import type { JsonValue } from '../../json/json-value.js';
import { formatDifferences } from './differences.js';
import { lines } from './text.js';

/** Whether the server is held; the differences to the hosts, and what ends it. */
export function formatRestoreState(json: JsonValue): string {
  if (memberOf(json, 'held') !== true) return 'Not held: the server works on its hosts\n';
  return [
    lines(
      `Held: the database is a restored copy, made ${readText(memberOf(json, 'copied_at'))}. Nothing on hosts is changed.`,
      '',
    ),
    formatDifferences(memberOf(json, 'differences') ?? null),
    lines('', 'When the server that the copy is of does not run any more: heketi-cli server restore confirm'),
  ].join('');
}
