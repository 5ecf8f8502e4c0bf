import { ConfigError } from './config-error.js';

/** A value of the section in use, and where it was written. */
export interface GivenText {
  readonly key: string;
  readonly variable: string | null;
  readonly value: string;
}

interface Rule {
  readonly pattern: RegExp;
  readonly expected: string;
}

const SIZE: Rule = {
  pattern: /^\d+(?:\.\d+)?(?:[bskmgtpe](?:i?b)?)?$/i,
  expected: 'a number and a unit, such as 256K',
};

/** Commands and files on hosts are made of these; a sentence in one of them must not get there. */
const RULES: ReadonlyMap<string, Rule> = new Map([
  ['fstab', { pattern: /^\/[^\p{Cc}]*[^\p{Cc}/]$/u, expected: 'the absolute path of a file' }],
  ['mountopts', { pattern: /^[^\s#,-][^\s#]*$/, expected: 'mount options with commas and no blanks between them' }],
  ['pv_data_alignment', SIZE],
  ['vg_physicalextentsize', SIZE],
  ['lv_chunksize', SIZE],
  ['block_prealloc', { pattern: /^[a-zA-Z0-9\-_]+$/, expected: 'letters, digits, - and _ only' }],
  ['lvm_wrapper', { pattern: /^[\w./+-]+$/, expected: 'the path of one program, without arguments' }],
  ['user', { pattern: /^[^\s:@]+$/, expected: 'the name of a user' }],
  ['keyfile', { pattern: /^[^\p{Cc}]+$/u, expected: 'the path of a file' }],
  ['port', { pattern: /^0*[1-9]\d{0,4}$/, expected: 'a port number from 1 to 65535' }],
  ['namespace', { pattern: /^[a-z0-9-]+$/, expected: 'the name of a namespace' }],
]);

/** Throws ConfigError that names every value of the section that can't work; `texts` leaves out unset ones. */
export function refuseUnusableTexts(section: string, texts: readonly GivenText[]): void {
  const lines = texts.flatMap(({ key, variable, value }) => {
    const rule = RULES.get(key);
    if (!rule || (rule.pattern.test(value) && (key !== 'port' || Number(value) <= 65535))) return [];
    const shown = JSON.stringify(value.length > 80 ? `${value.slice(0, 80)}...` : value);
    return [`${variable ?? `glusterfs.${section}.${key}`} must be ${rule.expected}, but it is ${shown}`];
  });
  if (lines.length === 0) return;
  if (texts.some(({ value }) => /^Optional\b|\.\s+Default /i.test(value))) {
    lines.push(
      'Heketi ships a sample file that explains keys in their own values: delete such keys to get their defaults',
    );
  }
  throw new ConfigError(
    lines.length === 1 ? (lines[0] ?? '') : `Unable to use the configuration:\n  ${lines.join('\n  ')}`,
  );
}
