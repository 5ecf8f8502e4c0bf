import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

export const ROOT = resolve(import.meta.dirname, '../..');

/** Everything that is told to people, by its path in the project. The changelog tells of what was. */
export const DOCUMENTS: readonly string[] = [
  'README.md',
  'README.zh-CN.md',
  'CONTRIBUTING.md',
  'SECURITY.md',
  ...markdownFiles('docs'),
  ...markdownFiles('docs/decisions'),
  ...markdownFiles('extras'),
];

function markdownFiles(folder: string): string[] {
  return readdirSync(join(ROOT, folder))
    .filter((name) => name.endsWith('.md'))
    .map((name) => `${folder}/${name}`)
    .sort();
}

export function textOf(document: string): string {
  return readFileSync(join(ROOT, document), 'utf8');
}

/** A fenced block. */
export interface Block {
  readonly document: string;
  readonly line: number;
  /** What stands behind the fence: `sh`, `console`, `json`, `yaml` or `text`. */
  readonly language: string;
  readonly lines: readonly string[];
}

export function blocksOf(document: string): Block[] {
  const blocks: Block[] = [];
  let open: { line: number; language: string; lines: string[] } | null = null;
  for (const [i, line] of textOf(document).split('\n').entries()) {
    if (!line.startsWith('```')) open?.lines.push(line);
    else if (open === null) open = { line: i + 1, language: line.slice(3), lines: [] };
    else {
      blocks.push({ document, ...open });
      open = null;
    }
  }
  if (open !== null) throw new Error(`${document}: the block of line ${open.line} has no end`);
  return blocks;
}

/** The code spans of a document, outside of blocks, with line breaks in them taken for blanks. */
export function spansOf(document: string): string[] {
  const prose: string[] = [];
  let isOpen = false;
  for (const line of textOf(document).split('\n')) {
    if (line.startsWith('```')) isOpen = !isOpen;
    else if (!isOpen) prose.push(line);
  }
  // An even number of marks in each paragraph, so that the odd pieces are the spans
  return prose
    .join('\n')
    .split(/\n\s*\n/)
    .flatMap((paragraph) => paragraph.split('`').filter((_, i) => i % 2 === 1))
    .map((span) => span.split(/\s+/).join(' '));
}

/** A command, as a person would copy it, and what the document shows of its output. */
export interface Command {
  readonly document: string;
  readonly text: string;
  /** Of a session, in which every command stands behind a `$`. */
  readonly isTold: boolean;
  readonly shown: readonly string[];
}

/** Commands of `sh` and `console` blocks, in their order; a line that ends with a backslash goes on in the next. */
export function commandsOf(document: string): Command[] {
  return blocksOf(document).flatMap(commandsIn);
}

function commandsIn({ document, language, lines }: Block): Command[] {
  if (language === 'sh') return joined(lines).map((text) => ({ document, text, isTold: false, shown: [] }));
  return language === 'console' ? session(document, joined(lines)) : [];
}

/** Those of a section, with the sections in it. */
export function commandsUnder(document: string, heading: string): Command[] {
  const lines = textOf(document).split('\n');
  const start = lines.findIndex((line) => /^#+ /.test(line) && line.replace(/^#+ /, '') === heading);
  if (start < 0) throw new Error(`${document} has no heading ${heading}`);
  const level = lines[start]?.indexOf(' ') ?? 0;
  const isNext = (line: string) => /^#+ /.test(line) && line.indexOf(' ') <= level;
  const length = lines.slice(start + 1).findIndex(isNext);
  const end = length < 0 ? lines.length : start + 1 + length;
  return blocksOf(document)
    .filter(({ line }) => line > start && line <= end)
    .flatMap((block) => commandsIn(block));
}

function joined(lines: readonly string[]): string[] {
  return lines
    .join('\n')
    .replaceAll('\\\n', '')
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => line.split(/ +# /, 1)[0] ?? '');
}

function session(document: string, lines: readonly string[]): Command[] {
  const commands: (Command & { shown: string[] })[] = [];
  for (const line of lines) {
    if (line.startsWith('$ ')) commands.push({ document, text: line.slice(2), isTold: true, shown: [] });
    else commands.at(-1)?.shown.push(line);
  }
  return commands;
}

/** The rows of the tables under a heading, by the names of their columns. */
export function tablesUnder(document: string, heading: string): Record<string, string>[] {
  const lines = textOf(document).split('\n');
  const start = lines.findIndex((line) => /^#+ /.test(line) && line.replace(/^#+ /, '') === heading);
  if (start < 0) throw new Error(`${document} has no heading ${heading}`);
  const length = lines.slice(start + 1).findIndex((line) => /^#+ /.test(line));
  const rows: Record<string, string>[] = [];
  let columns: string[] | null = null;
  for (const line of length < 0 ? lines.slice(start + 1) : lines.slice(start + 1, start + 1 + length)) {
    if (!line.startsWith('|')) columns = null;
    else if (columns === null) columns = cells(line);
    else if (!/^\|[ :|-]+\|$/.test(line)) {
      const found = cells(line);
      rows.push(Object.fromEntries(columns.map((column, i) => [column, found[i] ?? ''])));
    }
  }
  if (rows.length === 0) throw new Error(`${document} has no table under ${heading}`);
  return rows;
}

function cells(line: string): string[] {
  return line
    .slice(1, line.lastIndexOf('|'))
    .split('|')
    .map((cell) => cell.trim());
}
