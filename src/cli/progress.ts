import { type CliIo, isColourful, isDrawable } from './io.js';

const FRAMES = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];
const FRAME_MS = 100;
/** Work that ends sooner is not worth a flicker. */
const QUIET_MS = 150;
const BAR_WIDTH = 20;

const SAVE_CURSOR = '\u001b7';
const RESTORE_CURSOR = '\u001b8';
const ERASE_TO_END = '\u001b[K';
const DIM = '\u001b[2m';
const PLAIN = '\u001b[0m';

/**
 * What is being waited for, drawn on stderr behind the cursor while stderr is a terminal:
 * a spinner with the elapsed time, and a bar where the number of steps is known.
 * Whatever is printed in the meantime stays as it is, also half a line; nothing is drawn elsewhere.
 */
export class Progress {
  readonly #io: CliIo;
  readonly #isOn: boolean;
  #timer: NodeJS.Timeout | undefined;
  #what: string | null = null;
  #startedAt = 0;
  #steps: { done: number; all: number } | null = null;
  #column = 0;
  #isDrawn = false;

  constructor(io: CliIo) {
    this.#io = io;
    this.#isOn = isDrawable(io.stderr, io.env);
  }

  /** Starts, renames or (null) ends the waiting. */
  wait(what: string | null): void {
    if (!this.#isOn) return;
    if (what === null) {
      clearInterval(this.#timer);
      this.#timer = undefined;
      this.#what = null;
      this.clear();
      return;
    }
    if (this.#what === null) this.#startedAt = this.#io.now();
    this.#what = what;
    this.#timer ??= setInterval(() => this.#draw(), FRAME_MS);
  }

  /** Shows a bar of `done` out of `all` steps beside the spinner. */
  steps(done: number, all: number): void {
    this.#steps = { done, all };
  }

  /** Must be called before anything is printed on the terminal; `text` is what will be printed. */
  beforePrinting(text: string): void {
    if (!this.#isOn) return;
    this.clear();
    this.#column = columnAfter(text, this.#column);
  }

  clear(): void {
    if (!this.#isDrawn) return;
    this.#io.stderr.write(ERASE_TO_END);
    this.#isDrawn = false;
  }

  #draw(): void {
    const elapsedMs = this.#io.now() - this.#startedAt;
    if (this.#what === null || elapsedMs < QUIET_MS) return;
    const text = drawProgress(this.#what, elapsedMs, this.#steps, this.#io.stderr.columns - this.#column - 1);
    if (text === '') return;
    const shown = isColourful(this.#io.stderr, this.#io.env) ? `${DIM}${text}${PLAIN}` : text;
    this.#io.stderr.write(`${SAVE_CURSOR}${ERASE_TO_END}${shown}${RESTORE_CURSOR}`);
    this.#isDrawn = true;
  }
}

const TAB_STOP = 8;

/** Where the cursor stands after `text`, printed from `column` on. */
function columnAfter(text: string, column: number): number {
  let at = column;
  for (const character of text) {
    if (character === '\n') at = 0;
    else if (character === '\t') at += TAB_STOP - (at % TAB_STOP);
    else at += 1;
  }
  return at;
}

/** One frame of at most `columns` characters, empty when there is no room for anything useful. */
export function drawProgress(
  what: string,
  elapsedMs: number,
  steps: { done: number; all: number } | null,
  columns: number,
): string {
  const frame = FRAMES[Math.floor(elapsedMs / FRAME_MS) % FRAMES.length] ?? '';
  const seconds = `${(elapsedMs / 1000).toFixed(1)}s`;
  const full = [frame, steps === null ? '' : drawBar(steps.done, steps.all), what, seconds]
    .filter((part) => part !== '')
    .join(' ');
  if (full.length <= columns) return full;
  const short = `${frame} ${seconds}`;
  return short.length <= columns ? short : '';
}

function drawBar(done: number, all: number): string {
  const filled = all === 0 ? BAR_WIDTH : Math.round((Math.min(done, all) / all) * BAR_WIDTH);
  return `[${'#'.repeat(filled)}${'-'.repeat(BAR_WIDTH - filled)}] ${done}/${all}`;
}
