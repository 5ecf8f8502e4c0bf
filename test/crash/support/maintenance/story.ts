import type { Command, CommandResult } from '../../../../src/executors/executor.js';

const HEALING = /<(?:name|status|numberOfEntries)>[^<]*/g;

/** What happens in a life, line by line. */
export class Story {
  readonly lines: string[] = [];
  readonly #isWhole: boolean;

  /** `isWhole`: with each command, and what clients write. */
  constructor(isWhole: boolean) {
    this.#isWhole = isWhole;
  }

  /** What administrators do. */
  tell(text: string): void {
    this.lines.push(text);
  }

  /** What comes of it, and happens meanwhile. */
  add(text: string): void {
    this.lines.push(`    ${text}`);
  }

  /** What is worth knowing of one life only. */
  detail(text: string): void {
    if (this.#isWhole) this.lines.push(`      ${text}`);
  }

  command(host: string, { argv }: Command, { exitCode, stdout }: CommandResult): void {
    const shown = argv.includes('heal') ? (stdout.match(HEALING)?.join(' ') ?? '') : '';
    this.detail(`${host}: ${argv.join(' ')} -> ${exitCode} ${shown}`);
  }
}
