import { CliError } from '../errors.js';
import { type Piece, splitTemplate, type Token } from './lex.js';

/** One value of a command: a field, a variable, a literal, a function name or a pipeline in parentheses. */
export type Operand =
  | Exclude<Token, { kind: 'sign' } | { kind: 'chain' }>
  | { readonly kind: 'group'; readonly pipeline: Pipeline; readonly names: readonly string[] };

/** Commands joined by `|`: each one's result is the last argument of the next. */
export interface Pipeline {
  readonly commands: readonly (readonly Operand[])[];
  /** `$x := ...` and, for range, `$i, $x := ...` */
  readonly variables: readonly string[];
  readonly isAssignment: boolean;
  readonly source: string;
}

export type TemplateNode =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'print'; readonly pipeline: Pipeline }
  | {
      readonly kind: 'if' | 'range' | 'with';
      readonly pipeline: Pipeline;
      readonly body: readonly TemplateNode[];
      readonly otherwise: readonly TemplateNode[];
    }
  | { readonly kind: 'break' | 'continue' };

export function parseTemplate(template: string): TemplateNode[] {
  const parser = new Parser(splitTemplate(template));
  const { nodes, stop } = parser.parseBlock();
  if (stop !== null) throw new CliError(`template: unexpected {{${stop.word}}}`);
  return nodes;
}

interface Stop {
  readonly word: 'end' | 'else';
  readonly rest: readonly Token[];
  readonly source: string;
}

const BLOCKS: readonly string[] = ['if', 'range', 'with'];
const UNSUPPORTED: readonly string[] = ['define', 'template', 'block'];

class Parser {
  readonly #pieces: readonly Piece[];
  #next = 0;
  #openRanges = 0;

  constructor(pieces: readonly Piece[]) {
    this.#pieces = pieces;
  }

  parseBlock(): { nodes: TemplateNode[]; stop: Stop | null } {
    const nodes: TemplateNode[] = [];
    for (;;) {
      const piece = this.#pieces[this.#next];
      this.#next += 1;
      if (piece === undefined) return { nodes, stop: null };
      if (piece.kind === 'text') {
        nodes.push(piece);
        continue;
      }
      const { tokens, source } = piece;
      const [first] = tokens;
      const word = first?.kind === 'word' ? first.text : '';
      if (word === 'end' || word === 'else') return { nodes, stop: { word, rest: tokens.slice(1), source } };
      if (UNSUPPORTED.includes(word)) throw new CliError(`template: {{${word}}} is not supported`);
      if (word === 'break' || word === 'continue') {
        if (this.#openRanges === 0) throw new CliError(`template: {{${word}}} outside {{range}}`);
        nodes.push({ kind: word });
      } else if (BLOCKS.includes(word)) nodes.push(this.#parseControl(word as 'if', tokens.slice(1), source));
      else nodes.push({ kind: 'print', pipeline: parsePipeline(tokens, source) });
    }
  }

  #parseControl(kind: 'if' | 'range' | 'with', tokens: readonly Token[], source: string): TemplateNode {
    const pipeline = parsePipeline(tokens, source);
    if (kind === 'range') this.#openRanges += 1;
    const { nodes: body, stop } = this.parseBlock();
    if (kind === 'range') this.#openRanges -= 1;
    if (stop === null) throw new CliError(`template: {{${source}}} without {{end}}`);
    if (stop.word === 'end') return { kind, pipeline, body, otherwise: [] };
    const [next] = stop.rest;
    if (next?.kind === 'word' && (next.text === 'if' || next.text === 'with')) {
      return { kind, pipeline, body, otherwise: [this.#parseControl(next.text, stop.rest.slice(1), stop.source)] };
    }
    const { nodes: otherwise, stop: end } = this.parseBlock();
    if (end?.word !== 'end') throw new CliError(`template: {{else}} of {{${source}}} without {{end}}`);
    return { kind, pipeline, body, otherwise };
  }
}

function parsePipeline(tokens: readonly Token[], source: string): Pipeline {
  const declared = /^(?:range|if|with|else\s+if|else\s+with)?\s*\$\w+(?:\s*,\s*\$\w+)?\s*(:=|=)/.exec(source);
  let rest = tokens;
  const variables: string[] = [];
  if (declared !== null) {
    const sign = rest.findIndex((token) => token.kind === 'sign' && (token.text === ':=' || token.text === '='));
    for (const token of rest.slice(0, sign)) if (token.kind === 'variable') variables.push(token.name);
    rest = rest.slice(sign + 1);
  }
  const { commands, next } = parseCommands(rest, 0, source);
  if (next < rest.length) throw new CliError(`template: unexpected ")" in {{${source}}}`);
  return { commands, variables, isAssignment: declared?.[1] === '=', source };
}

function parseCommands(
  tokens: readonly Token[],
  from: number,
  source: string,
): { commands: Operand[][]; next: number } {
  const commands: Operand[][] = [[]];
  let at = from;
  for (; at < tokens.length; at += 1) {
    const token = tokens[at];
    if (token === undefined || (token.kind === 'sign' && token.text === ')')) break;
    const command = commands.at(-1) ?? [];
    if (token.kind === 'sign' && token.text === '|') {
      commands.push([]);
    } else if (token.kind === 'sign' && token.text === '(') {
      const inner = parseCommands(tokens, at + 1, source);
      if (inner.next >= tokens.length) throw new CliError(`template: unclosed "(" in {{${source}}}`);
      const chain = tokens[inner.next + 1];
      const names = chain?.kind === 'chain' ? chain.names : [];
      const pipeline = { commands: inner.commands, variables: [], isAssignment: false, source };
      command.push({ kind: 'group', pipeline, names });
      at = inner.next + (names.length > 0 ? 1 : 0);
    } else if (token.kind === 'sign') {
      throw new CliError(`template: unexpected "${token.text}" in {{${source}}}`);
    } else if (token.kind === 'chain') {
      command.push({ kind: 'field', names: token.names });
    } else {
      command.push(token);
    }
  }
  if (commands.some((command) => command.length === 0)) throw new CliError(`template: missing value in {{${source}}}`);
  return { commands, next: at };
}
