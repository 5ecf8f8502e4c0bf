/** A value, or the name of a variable or type (`var.image`) as a text. */
export type HclValue = string | number | boolean | readonly HclValue[];

export interface HclBlock {
  /** `job`, `group`, `task` ...; '' for the file. */
  readonly type: string;
  /** '' when there is none. */
  readonly label: string;
  readonly attributes: ReadonlyMap<string, HclValue>;
  readonly blocks: readonly HclBlock[];
}

const TOKEN =
  /\s*(?:#[^\n]*\n\s*)*(?:<<(?<tag>\w+)\n(?<heredoc>[\s\S]*?\n)\k<tag>\b|(?<text>"(?:[^"\\\n]|\\.)*")|(?<word>[\w.()-]+)|(?<mark>[={}[\],]))\s*(?:#[^\n]*\n\s*)*/y;

interface Token {
  readonly text: string;
  readonly isText: boolean;
}

/** Reads what job files use of HCL: blocks with at most one label, attributes, lists, texts. Throws at anything else. */
export function parseHcl(source: string): HclBlock {
  const tokens = tokensOf(source);
  const file = readBody(tokens, '', '');
  if (tokens.length > 0) throw new Error(`not expected: ${tokens[0]?.text}`);
  return file;
}

/** The one block of this type below another, however deep. */
export function blockOf(block: HclBlock, type: string): HclBlock {
  const [found, ...others] = allBlocks(block).filter((one) => one.type === type);
  if (!found || others.length > 0) throw new Error(`there are ${others.length + (found ? 1 : 0)} blocks ${type}`);
  return found;
}

export function allBlocks(block: HclBlock): readonly HclBlock[] {
  return block.blocks.flatMap((one) => [one, ...allBlocks(one)]);
}

function tokensOf(source: string): Token[] {
  const tokens: Token[] = [];
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < source.length) {
    const at = TOKEN.lastIndex;
    const groups = TOKEN.exec(source)?.groups;
    if (!groups) throw new Error(`not HCL: ${source.slice(at, at + 40)}`);
    const { heredoc, text, word, mark } = groups;
    if (heredoc !== undefined) tokens.push({ text: heredoc, isText: true });
    else if (text !== undefined) tokens.push({ text: JSON.parse(text) as string, isText: true });
    else tokens.push({ text: word ?? mark ?? '', isText: false });
  }
  return tokens;
}

function take(tokens: Token[], mark?: string): Token {
  const token = tokens.shift();
  if (!token || (mark !== undefined && (token.isText || token.text !== mark)))
    throw new Error(`expected ${mark ?? 'more'}, not ${token?.text ?? 'the end'}`);
  return token;
}

function isNext(tokens: readonly Token[], mark: string): boolean {
  return tokens[0]?.isText === false && tokens[0].text === mark;
}

function readBody(tokens: Token[], type: string, label: string): HclBlock {
  const attributes = new Map<string, HclValue>();
  const blocks: HclBlock[] = [];
  while (tokens.length > 0 && !isNext(tokens, '}')) {
    const name = take(tokens).text;
    if (isNext(tokens, '=')) {
      take(tokens, '=');
      attributes.set(name, readValue(tokens));
      continue;
    }
    const ownLabel = tokens[0]?.isText ? take(tokens).text : '';
    take(tokens, '{');
    blocks.push(readBody(tokens, name, ownLabel));
    take(tokens, '}');
  }
  return { type, label, attributes, blocks };
}

function readValue(tokens: Token[]): HclValue {
  if (isNext(tokens, '[')) return readList(tokens);
  const { text, isText } = take(tokens);
  if (isText) return text;
  if (text === 'true' || text === 'false') return text === 'true';
  return /^-?\d+$/.test(text) ? Number(text) : text;
}

function readList(tokens: Token[]): readonly HclValue[] {
  const values: HclValue[] = [];
  take(tokens, '[');
  while (!isNext(tokens, ']')) {
    values.push(readValue(tokens));
    if (!isNext(tokens, ']')) take(tokens, ',');
  }
  take(tokens, ']');
  return values;
}
