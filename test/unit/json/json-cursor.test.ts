import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { JsonCursor } from '../../../src/json/json-cursor.js';
import { isJsonObject, type JsonValue } from '../../../src/json/json-value.js';
import { parseJson } from '../../../src/json/parse-json.js';

async function* inPieces(text: string, sizes: readonly number[]): AsyncGenerator<Buffer> {
  const bytes = Buffer.from(text);
  for (let from = 0, turn = 0; from < bytes.length; turn++) {
    const size = sizes[turn % sizes.length] ?? bytes.length;
    yield bytes.subarray(from, from + size);
    from += size;
  }
}

/** Goes into everything down to `depth`, and reads the rest as values. */
async function read(cursor: JsonCursor, like: JsonValue, depth: number): Promise<JsonValue> {
  if (depth > 0 && Array.isArray(like)) {
    const all: JsonValue[] = [];
    await cursor.beginArray();
    while (await cursor.nextElement()) all.push(await read(cursor, like[all.length] ?? null, depth - 1));
    return all;
  }
  if (depth > 0 && isJsonObject(like)) {
    const all: [string, JsonValue][] = [];
    await cursor.beginObject();
    for (let name = await cursor.nextMember(); name !== null; name = await cursor.nextMember())
      all.push([name, await read(cursor, like[name] ?? null, depth - 1)]);
    return Object.fromEntries(all);
  }
  return cursor.value();
}

async function readAll(
  text: string,
  depth = 0,
  like: JsonValue = null,
  sizes: readonly number[] = [3],
): Promise<JsonValue> {
  const cursor = new JsonCursor(inPieces(text, sizes));
  const value = await read(cursor, like, depth);
  await cursor.end();
  return value;
}

describe('a cursor over JSON that comes in pieces', () => {
  it('reads what a parser reads, however the pieces are cut and however deep it goes', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.jsonValue({ maxDepth: 5, stringUnit: 'grapheme' }),
        fc.constantFrom(0, 1, 4),
        fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 5 }),
        fc.nat({ max: 5 }),
        async (made, indent, sizes, depth) => {
          const text = JSON.stringify(made, null, indent);
          const whole = parseJson(text);
          expect(await readAll(text, depth, whole, sizes)).toEqual(whole);
        },
      ),
    );
  });

  it('keeps integers exact', async () => {
    expect(await readAll('[18446744073709551615]')).toEqual([18446744073709551615n]);
  });

  it.each([
    ['', 0],
    ['1 2', 0],
    ['[1,]', 0],
    ['["a', 0],
    ['{"a":1', 0],
    ['[1', 1],
    ['[1,', 1],
    ['[,1]', 1],
    ['[1 2]', 1],
    ['[1,]', 1],
    ['[1}', 1],
    ['[] ]', 1],
    ['5', 1],
  ])('refuses %j', async (text, depth) => {
    await expect(readAll(text, depth, [])).rejects.toThrow(SyntaxError);
  });

  it.each(['{"a":1,}', '{,"a":1}', '{"a" 1}', '{a:1}', '{1:1}', '{"a":1 "b":2}', '{"a":1]', '{"a":'])(
    'refuses %j',
    async (text) => {
      await expect(readAll(text, 1, {})).rejects.toThrow(SyntaxError);
    },
  );

  it('says where', async () => {
    await expect(readAll('["abc", "d"  "e"]', 1, [])).rejects.toThrow('expected , at position 13');
    await expect(readAll('["abc", tru]', 1, [])).rejects.toThrow(
      'unexpected character "t" at position 0 of the value at 8',
    );
  });

  it('lets what can not be read come to the one who reads', async () => {
    const broken = async function* (): AsyncGenerator<Buffer> {
      yield Buffer.from('[1');
      throw new Error('the connection is gone');
    };
    const cursor = new JsonCursor(broken());
    await cursor.beginArray();
    await cursor.nextElement();
    await expect(cursor.value()).rejects.toThrow('the connection is gone');
  });
});
