import { memberOf, readText, readTexts } from '../../client/wire.js';
import type { JsonValue } from '../../json/json-value.js';

/** One line: when, which, who and from where, what, and what was answered. */
export function formatAuditEntry(entry: JsonValue): string {
  const field = (name: string): string => readText(memberOf(entry, name));
  const number = (name: string): string => String(memberOf(entry, name) ?? '');
  const what = [field('method'), field('path'), ...readTexts(memberOf(entry, 'ids'))].filter((word) => word !== '');
  const answer = `${field('outcome')} (${number('status')}, ${number('duration_ms')} ms)`;
  const reason = field('reason').replaceAll('\n', ' ');
  const repeats = number('repeats') === '' ? '' : `; ${number('repeats')} more like it`;
  return (
    `${field('time')}  ${number('id')}  ${field('issuer') || '-'} ${field('address')} ${field('request')}  ` +
    `${[...new Set(what)].join(' ')}  ${answer}${reason === '' ? '' : `: ${reason}`}${repeats}\n`
  );
}
