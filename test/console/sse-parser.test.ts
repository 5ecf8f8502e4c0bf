import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SseParser } from '../../console/src/api/sse-parser.js';

const STREAM = 'retry: 3000\nevent: gap\ndata: {"since":4}\nid: 4\n\nid: 5\ndata: {"a":"ä"}\n\nid: 6\n\n';
const MESSAGES = [
  { id: '4', event: 'gap', data: '{"since":4}' },
  { id: '5', event: 'message', data: '{"a":"ä"}' },
  { id: '6', event: 'message', data: '' },
];

describe('a stream of events', () => {
  it('is read alike in whatever pieces it comes', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: STREAM.length })), (cuts) => {
        const parser = new SseParser();
        const places = [0, ...cuts.sort((a, b) => a - b), STREAM.length];
        const pieces = places.slice(1).map((end, i) => STREAM.slice(places[i], end));
        expect(pieces.flatMap((piece) => parser.push(piece))).toEqual(MESSAGES);
      }),
    );
  });

  it('may have line ends of both kinds', () => {
    expect(new SseParser().push(STREAM.replaceAll('\n', '\r\n'))).toEqual(MESSAGES);
  });
});
