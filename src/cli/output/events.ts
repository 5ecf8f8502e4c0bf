import { memberOf, readText } from '../../client/wire.js';
import type { JsonValue } from '../../json/json-value.js';
import { oneLine } from './text.js';

/** One line: when, which, what, about what, and why. */
export function formatEvent(event: JsonValue): string {
  const field = (name: string): string => readText(memberOf(event, name));
  const subject = memberOf(event, 'subject');
  const [kind, id, name] = ['kind', 'id', 'name'].map((member) => readText(memberOf(subject, member)));
  const operation = memberOf(event, 'operation');
  const failed = field('type') === 'operation.failed' ? ` ${readText(memberOf(operation, 'type'))}` : '';
  const about = [kind, name, id].filter((word) => word !== '').join(' ');
  const reason = field('reason');
  const what = `${field('type')}${failed}  ${about}${detailsOf(event)}${reason === '' ? '' : `: ${reason}`}`;
  return `${oneLine(`${field('time')}  ${String(memberOf(event, 'id'))}  ${what}`)}\n`;
}

/** Those that the type does not tell. */
function detailsOf(event: JsonValue): string {
  const details = memberOf(event, 'details');
  const size = memberOf(details, 'size');
  const words = [
    ...(size === undefined ? [] : [`${String(size)} GiB`]),
    ...['state', 'condition'].map((name) => readText(memberOf(details, name))).filter((word) => word !== ''),
    ...(memberOf(details, 'count') === undefined ? [] : [`${String(memberOf(details, 'count'))} found`]),
    ...(memberOf(details, 'changes') === undefined
      ? []
      : [`${String(memberOf(details, 'changes'))} changes before it`]),
    ...(memberOf(details, 'complete') === false ? ['something is left'] : []),
  ];
  return words.length === 0 ? '' : ` (${words.join(', ')})`;
}
