import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';

interface TerminalSettings {
  readonly env?: Readonly<Record<string, string>>;
  readonly columns?: number;
}

/** A program on a real pseudo terminal (of util-linux's `script`), typed at and read like by a person. */
export class Terminal {
  /** Everything shown so far, with control sequences. */
  text = '';
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #ended: Promise<number>;
  #onText: () => void = () => {};
  #read = 0;

  /** `command` is a line for sh. */
  constructor(command: string, settings: TerminalSettings = {}) {
    const path = `${process.cwd()}/bin:${process.env['PATH']}`;
    this.#child = spawn('script', ['-qec', `stty cols ${settings.columns ?? 100}; ${command}`, '/dev/null'], {
      env: { PATH: path, HOME: '/nonexistent', TERM: 'xterm', SHELL: '/bin/sh', LC_ALL: 'C.UTF-8', ...settings.env },
    });
    this.#child.stdout.setEncoding('utf8').on('data', (text: string) => {
      this.text += text;
      this.#onText();
    });
    this.#ended = new Promise((resolve) => {
      this.#child.on('close', (code) => {
        this.#onText();
        resolve(code ?? -1);
      });
    });
  }

  type(keys: string): void {
    this.#child.stdin.write(keys);
  }

  /** Waits until what has been shown since the last call matches; the match. */
  async waitFor(expected: RegExp): Promise<string> {
    for (;;) {
      const match = expected.exec(this.text.slice(this.#read));
      if (match !== null) {
        this.#read += match.index + match[0].length;
        return match[0];
      }
      if (this.#child.exitCode !== null) throw new Error(`the program ended without ${expected}:\n${this.text}`);
      await new Promise<void>((resolve) => {
        this.#onText = resolve;
      });
    }
  }

  /** Waits for the end; the program's exit status. */
  async end(): Promise<number> {
    return this.#ended;
  }

  kill(): void {
    this.#child.kill('SIGKILL');
  }
}
