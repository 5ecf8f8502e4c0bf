import { CliError } from '../errors.js';

/** A piece of a template: plain text, or the inside of one `{{ }}` with its tokens. */
export type Piece =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'action'; readonly tokens: readonly Token[]; readonly source: string };

export type Token =
  | { readonly kind: 'field'; readonly names: readonly string[] } // .A.B; no names for a lone dot
  | { readonly kind: 'variable'; readonly name: string; readonly names: readonly string[] } // $x.A
  | { readonly kind: 'word'; readonly text: string }
  | { readonly kind: 'literal'; readonly value: string | number | boolean | null }
  | { readonly kind: 'chain'; readonly names: readonly string[] } // .A directly behind a parenthesis
  | { readonly kind: 'sign'; readonly text: '|' | '(' | ')' | ':=' | '=' | ',' };

/** Splits a template into text and actions, applying the `{{-` and `-}}` trim marks; comments vanish. */
export function splitTemplate(template: string): Piece[] {
  const pieces: Piece[] = [];
  let rest = template;
  let trimNext = false;
  for (;;) {
    const open = rest.indexOf('{{');
    let text = open < 0 ? rest : rest.slice(0, open);
    if (trimNext) text = text.trimStart();
    if (open < 0) {
      if (text !== '') pieces.push({ kind: 'text', text });
      return pieces;
    }
    let inside = rest.slice(open + 2);
    if (/^-\s/.test(inside)) {
      text = text.trimEnd();
      inside = inside.slice(1);
    }
    if (text !== '') pieces.push({ kind: 'text', text });
    const close = findClose(inside);
    let source = inside.slice(0, close);
    rest = inside.slice(close + 2);
    trimNext = /\s-$/.test(source);
    if (trimNext) source = source.slice(0, -1);
    source = source.trim();
    if (/^\/\*[\s\S]*\*\/$/.test(source)) continue;
    pieces.push({ kind: 'action', tokens: tokenize(source), source });
  }
}

function findClose(inside: string): number {
  const comment = /^\s*\/\*[\s\S]*?\*\//.exec(inside)?.[0].length ?? 0;
  const skip = /"(?:[^"\\\n]|\\.)*"?|`[^`]*`?|'(?:[^'\\\n]|\\.)*'?|\}\}/g;
  skip.lastIndex = comment;
  for (let match = skip.exec(inside); match !== null; match = skip.exec(inside)) {
    if (match[0] === '}}') return match.index;
    const isClosed = match[0].length > 1 && match[0].endsWith(match[0].charAt(0));
    const close = isClosed ? -1 : inside.indexOf('}}', match.index);
    if (close >= 0) return close;
  }
  throw new CliError('template: unclosed action');
}

const TOKEN =
  /(?<space>\s+)|(?<sign>:=|[|()=,])|(?<variable>\$\w*(?:\.\w+)*)|(?<field>(?:\.[A-Za-z_]\w*)+|\.(?![\w.]))|(?<number>[+-]?(?:0[xX][0-9a-fA-F]+|\d+\.?\d*(?:[eE][+-]?\d+)?|\.\d+))|(?<quoted>"(?:[^"\\\n]|\\.)*")|(?<raw>`[^`]*`)|(?<char>'(?:[^'\\]|\\.)')|(?<word>[A-Za-z_]\w*)/y;

function tokenize(source: string): Token[] {
  const tokens: Token[] = [];
  let previousEnd = 0;
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < source.length) {
    const at = TOKEN.lastIndex;
    const groups = TOKEN.exec(source)?.groups;
    if (groups === undefined)
      throw new CliError(`template: unexpected "${source.slice(at, at + 10)}" in {{${source}}}`);
    if (groups['space'] !== undefined) continue;
    const isAttached = at === previousEnd && at > 0;
    previousEnd = TOKEN.lastIndex;
    tokens.push(readToken(groups, isAttached && isCloseParen(tokens.at(-1))));
  }
  return tokens;
}

function isCloseParen(token: Token | undefined): boolean {
  return token?.kind === 'sign' && token.text === ')';
}

function readToken(groups: Record<string, string | undefined>, isBehindParen: boolean): Token {
  const { sign, variable, field, number, quoted, raw, char, word } = groups;
  if (sign !== undefined) return { kind: 'sign', text: sign as '|' };
  if (variable !== undefined) {
    const [name = '$', ...names] = variable.split('.');
    return { kind: 'variable', name, names };
  }
  if (field !== undefined) {
    const names = field
      .split('.')
      .slice(1)
      .filter((name) => name !== '');
    return isBehindParen && names.length > 0 ? { kind: 'chain', names } : { kind: 'field', names };
  }
  if (number !== undefined) return { kind: 'literal', value: Number(number) };
  if (quoted !== undefined) return { kind: 'literal', value: unquote(quoted) };
  if (raw !== undefined) return { kind: 'literal', value: raw.slice(1, -1) };
  if (char !== undefined)
    return { kind: 'literal', value: unquote(`"${char.slice(1, -1).replace('"', '\\"')}"`).codePointAt(0) ?? 0 };
  if (word === 'true' || word === 'false') return { kind: 'literal', value: word === 'true' };
  if (word === 'nil') return { kind: 'literal', value: null };
  return { kind: 'word', text: word ?? '' };
}

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', a: '\u0007', b: '\b', f: '\f', v: '\v' };

function unquote(quoted: string): string {
  return quoted
    .slice(1, -1)
    .replace(
      /\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([0-7]{3})|(.))/g,
      (_all, x, u, long, octal, one) => {
        const hex = x ?? u ?? long;
        if (hex !== undefined) return String.fromCodePoint(Number.parseInt(hex, 16));
        if (octal !== undefined) return String.fromCodePoint(Number.parseInt(octal, 8));
        return ESCAPES[one] ?? one;
      },
    );
}
