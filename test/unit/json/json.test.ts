import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { JsonFloat, toPlain } from '../../../src/json/json-value.js';
import { parseJson } from '../../../src/json/parse-json.js';
import { stringifyJson } from '../../../src/json/stringify-json.js';

describe('parseJson', () => {
  it('reads every JSON document as JSON.parse does, apart from numbers it keeps exact', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const text = JSON.stringify(value);
        expect(toPlain(parseJson(text))).toEqual(JSON.parse(text));
      }),
    );
  });

  it('refuses what JSON.parse refuses and takes what it takes', () => {
    const scrap = fc.constantFrom(
      '{',
      '}',
      '[',
      ']',
      ',',
      ':',
      '"',
      'a',
      '\\',
      'u00',
      '1',
      '-',
      '.',
      'e',
      'null',
      'true',
      ' ',
      '\n',
      '\u0000',
      '0',
    );
    fc.assert(
      fc.property(fc.array(scrap, { maxLength: 12 }), (scraps) => {
        const text = scraps.join('');
        let accepted = true;
        try {
          JSON.parse(text);
        } catch {
          accepted = false;
        }
        // compared as text: JSON.parse tells -0 from 0
        if (accepted) expect(JSON.stringify(toPlain(parseJson(text)))).toBe(JSON.stringify(JSON.parse(text)));
        else expect(() => parseJson(text)).toThrow(SyntaxError);
      }),
      { numRuns: 5000 },
    );
  });

  it('refuses a number of a million digits before it is read', () => {
    expect(parseJson('7'.repeat(1000))).toBe(BigInt('7'.repeat(1000)));
    for (const text of [
      '7'.repeat(1_000_000),
      `-${'7'.repeat(1000)}`,
      `1.${'7'.repeat(1000)}`,
      `1e${'7'.repeat(1000)}`,
    ])
      expect(() => parseJson(`{"a":[${text}]}`)).toThrow('number of more than 1000 characters at position');
  });

  it('writes an object with exact integers whatever its keys are called', () => {
    const text = '{"toJSON":1,"constructor":{"toString":18446744073709551615}}';
    expect(stringifyJson(parseJson(text))).toBe(text);
  });

  it('keeps integers that a double cannot hold', () => {
    expect(parseJson('18446744073709551615')).toBe(18446744073709551615n);
    expect(parseJson('-9223372036854775808')).toBe(-9223372036854775808n);
    expect(parseJson('9007199254740991')).toBe(9007199254740991);
    expect(parseJson('9007199254740992')).toBe(9007199254740992n);
  });

  it('has one integer zero', () => {
    expect(Object.is(parseJson('-0'), 0)).toBe(true);
  });

  it.each(['1.0', '1e2', '-0.5E-3', '1E+400'])('tells %s from an integer', (text) => {
    const value = parseJson(text);
    expect(value).toBeInstanceOf(JsonFloat);
    expect(value).toMatchObject({ text, value: Number(text) });
  });

  it('lets the last of duplicate keys win', () => {
    expect(parseJson('{"a":1,"b":2,"a":3}')).toEqual({ a: 3, b: 2 });
    expect(Object.keys(parseJson('{"a":1,"b":2,"a":3}') as object)).toEqual(['b', 'a']);
  });

  it('treats __proto__ as data', () => {
    const value = parseJson('{"__proto__":{"polluted":true}}') as Record<string, unknown>;
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
    expect(stringifyJson(value)).toBe('{"__proto__":{"polluted":true}}');
    expect(stringifyJson(toPlain(value as never))).toBe('{"__proto__":{"polluted":true}}');
  });

  it('says where trailing text begins', () => {
    expect(() => parseJson('{} x')).toThrow('after the document at position 3');
    expect(() => parseJson('')).toThrow('end of JSON input');
    expect(() => parseJson('\ufeff{}')).toThrow(SyntaxError);
  });

  it('replaces half a surrogate pair, as no character has that code', () => {
    expect(parseJson('"a\\ud800b\\udc00"')).toBe('a\ufffdb\ufffd');
    expect(parseJson('"\\ud83d\\ude00"')).toBe('\u{1f600}');
  });

  it('refuses documents nested too deeply instead of exhausting the stack', () => {
    const deep = (levels: number): string => '['.repeat(levels) + ']'.repeat(levels);
    expect(() => parseJson(deep(200_000))).toThrow('nested deeper');
    expect(() => parseJson('{"a":'.repeat(200_000))).toThrow('nested deeper');
    expect(parseJson(deep(500))).toBeInstanceOf(Array);
  });
});

describe('stringifyJson', () => {
  it('writes what JSON.stringify writes, with HTML characters escaped', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.constantFrom(0, 4), (value, indent) => {
        const text = stringifyJson(value, indent);
        expect(text).not.toMatch(/[<>&\u2028\u2029]/);
        expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
    expect(stringifyJson({ a: '<b>&\u2028\u2029' })).toBe('{"a":"\\u003cb\\u003e\\u0026\\u2028\\u2029"}');
  });

  it('formats a document with a bigint like any other', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.constantFrom(0, 4), (value, indent) => {
        const marked = stringifyJson({ value, list: [], none: {}, big: 7n, last: undefined }, indent);
        expect(marked).toBe(stringifyJson({ value, list: [], none: {}, big: 7, last: undefined }, indent));
      }),
    );
    expect(stringifyJson([18446744073709551615n])).toBe('[18446744073709551615]');
    expect(stringifyJson([18446744073709551615n, undefined, new JsonFloat('1.50')])).toBe(
      '[18446744073709551615,null,1.5]',
    );
  });

  it('gives back what parseJson read', () => {
    const text = '{"total":18446744073709551615,"free":[-9223372036854775808,1.5]}';
    expect(stringifyJson(parseJson(text))).toBe(text);
  });
});
