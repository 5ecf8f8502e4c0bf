import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { CliIo, Sink } from '../../src/cli/io.js';
import { drawProgress, Progress } from '../../src/cli/progress.js';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function fakeIo(isTty: boolean, env: Record<string, string> = {}): { io: CliIo; written: string[] } {
  const written: string[] = [];
  const sink: Sink = { write: (text) => void written.push(text), isTty, columns: 60 };
  const io = { stdout: sink, stderr: sink, env, now: () => Date.now() } as unknown as CliIo;
  return { io, written };
}

describe('progress', () => {
  it('is drawn behind the cursor and wiped before anything else is printed', () => {
    const { io, written } = fakeIo(true);
    const progress = new Progress(io);
    progress.beforePrinting('\tCreating node a ... ');
    progress.wait('node a');
    vi.advanceTimersByTime(300);
    expect(written.length).toBeGreaterThan(0);
    expect(written.at(-1)).toMatch(/^\u001b7\u001b\[K.*node a 0\.3s.*\u001b8$/);
    progress.beforePrinting('ID: x\n');
    expect(written.at(-1)).toBe('\u001b[K');
    const count = written.length;
    progress.wait(null);
    vi.advanceTimersByTime(1000);
    expect(written.length).toBe(count);
  });

  it('is never drawn where stderr is no terminal, or a dumb one', () => {
    for (const { io, written } of [fakeIo(false), fakeIo(true, { TERM: 'dumb' })]) {
      const progress = new Progress(io);
      progress.wait('node a');
      vi.advanceTimersByTime(1000);
      progress.wait(null);
      expect(written).toEqual([]);
    }
  });

  it('does not flicker for what is quick', () => {
    const { io, written } = fakeIo(true);
    const progress = new Progress(io);
    progress.wait('node a');
    vi.advanceTimersByTime(120);
    progress.wait(null);
    expect(written).toEqual([]);
  });

  it('has no colours with NO_COLOR', () => {
    const { io, written } = fakeIo(true, { NO_COLOR: '1' });
    const progress = new Progress(io);
    progress.wait('node a');
    vi.advanceTimersByTime(300);
    progress.wait(null);
    expect(written.join('')).not.toContain('\u001b[2m');
  });

  it('shows a bar where the steps are known, less in narrow places, nothing where there is no room', () => {
    expect(drawProgress('node a', 61_000, { done: 5, all: 10 }, 80)).toMatch(/^. \[#{10}-{10}\] 5\/10 node a 61\.0s$/);
    expect(drawProgress('node a', 61_000, { done: 5, all: 10 }, 12)).toMatch(/^. 61\.0s$/);
    expect(drawProgress('node a', 61_000, null, 4)).toBe('');
  });
});
