import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { execText } from '../../../src/executors/shell/exec-text.js';
import { MarkSplitter } from '../../../src/executors/shell/mark-splitter.js';
import { quoteWords } from '../../../src/executors/shell/quoting.js';

describe('a mark', () => {
  const mark = '0123456789abcdef';

  it('is found wherever the stream is cut', () => {
    const stream = Buffer.from(`noise${mark}:begin\nout${mark.slice(0, 9)}put${mark}:end 0\n${mark}:done\n`);
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: stream.length })), (cuts) => {
        const splitter = new MarkSplitter(mark, 1000);
        const places = [0, ...cuts.sort((a, b) => a - b), stream.length];
        const parts = places.slice(1).flatMap((to, i) => splitter.push(stream.subarray(places[i], to)));
        expect(parts.map(({ before, event }) => [String(before), event])).toEqual([
          ['noise', 'begin'],
          [`out${mark.slice(0, 9)}put`, 'end 0'],
          ['', 'done'],
        ]);
      }),
    );
  });
});

describe('a script as an argument', () => {
  it('makes one line without a character that shells read differently', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (script) => {
        const line = quoteWords(execText(`${script} `).argv); // no real script is a single word
        const [, quoted = ''] = /^\/bin\/bash -c '[^']*' '([^']*)'$/.exec(line) ?? [];
        expect(quoted).toMatch(/^(?:[ -~])+$/);
        expect(quoted).not.toMatch(/[!']|\\(?!0)/);
      }),
    );
  });

  it('is short enough for an argument, or goes over by stdin and tells its own length', () => {
    const long = execText(`echo ${'\u00e9'.repeat(40_000)}`);
    expect(quoteWords(long.argv).length).toBeLessThan(200);
    expect(long.argv.at(-1)).toContain(`head -c ${Buffer.byteLength(long.input ?? '')}`);
  });
});
