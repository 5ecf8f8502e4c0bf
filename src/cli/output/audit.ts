import { memberOf, readText, readTexts } from '../../client/wire.js';
import type { JsonValue } from '../../json/json-value.js';
import { oneLine, quotedWord } from './text.js';

/** One line: when, which, who and from where, what, and what was answered. */
export function formatAuditEntry(entry: JsonValue): string {
  const field = (name: string): string => readText(memberOf(entry, name));
  const number = (name: string): string => String(memberOf(entry, name) ?? '');
  const what = [field('method'), quotedWord(field('path')), ...readTexts(memberOf(entry, 'ids'))].filter(
    (word) => word !== '',
  );
  const answer = `${field('outcome')} (${number('status')}, ${number('duration_ms')} ms)`;
  const reason = field('reason');
  const repeats = number('repeats') === '' ? '' : `; ${number('repeats')} more like it`;
  const line =
    `${field('time')}  ${number('id')}  ${field('issuer') || '-'} ${field('address')} ${field('request')}  ` +
    `${[...new Set(what)].join(' ')}  ${answer}${reason === '' ? '' : `: ${reason}`}${repeats}`;
  return `${oneLine(line)}\n`;
}
