import { describe, expect, it } from 'vitest';
import { decodeGob } from '../../src/gob/decode-gob.js';
import { anyNumber, flag, float, integer, list, struct, text, textMap } from '../../src/gob/shape.js';
import { type GoStruct, message, signed, textBytes, writeGob } from '../support/heketi-database/gob-writer.js';

/** As `DbAttributeEntry` stands in a file of the original's. */
const ATTRIBUTE = Buffer.from(
  '30ff81030101104462417474726962757465456e74727901ff82000102' +
    '01034b6579010c00010556616c7565010c0000001fff8201' +
    '1544425f4445564943455f4841535f49445f4d4554410103796573' +
    '00',
  'hex',
);

describe('a value in gob', () => {
  it('is read by the names of its members, with its definitions before it', () => {
    expect(decodeGob(ATTRIBUTE, struct({ Key: text, Value: text }))).toEqual({
      Key: 'DB_DEVICE_HAS_ID_META',
      Value: 'yes',
    });
  });

  it('may lack members, and have others that nobody wants', () => {
    expect(decodeGob(ATTRIBUTE, struct({ Value: text, Other: integer }))).toEqual({ Value: 'yes' });
  });

  it.each([
    0n,
    1n,
    -1n,
    63n,
    -64n,
    64n,
    127n,
    128n,
    -129n,
    2n ** 47n,
    2n ** 48n - 1n,
    -(2n ** 48n),
    2n ** 53n,
    2n ** 62n,
    2n ** 63n - 1n,
    -(2n ** 63n),
  ])('keeps the signed integer %s to the last bit', (value) => {
    const { n = 0 } = decodeGob(writeGob(S({ n: 'int' }), { n: value }), struct({ n: integer }));
    expect(BigInt(n as number)).toBe(value);
    expect(typeof n).toBe(Number.isSafeInteger(Number(value)) ? 'number' : 'bigint');
  });

  it.each([
    0n,
    127n,
    128n,
    255n,
    256n,
    2n ** 32n,
    2n ** 48n - 1n,
    2n ** 48n,
    2n ** 53n - 1n,
    2n ** 53n,
    2n ** 64n - 69n,
  ])('keeps the counter %s to the last bit', (value) => {
    const { n = 0 } = decodeGob(writeGob(S({ n: 'uint' }), { n: value }), struct({ n: integer }));
    expect(BigInt(n as number)).toBe(value);
  });

  it.each([1, 1.5, -0.1, Math.fround(1.1), 1e300, Number.NaN])('keeps the fraction %s', (value) => {
    expect(decodeGob(writeGob(S({ n: 'float' }), { n: value }), struct({ n: float }))).toEqual({ n: value });
  });

  it('goes on in the next message behind a type that is defined within it', () => {
    const held = { name: '*x', type: S({ a: S({ b: 'int' }) }), value: { a: { b: 3 } } };
    const bytes = writeGob(S({ before: 'string', x: 'interface', after: 'string' }), {
      before: 'b',
      x: held,
      after: 'a',
    });
    expect(decodeGob(bytes, struct({ before: text, after: text }))).toEqual({ before: 'b', after: 'a' });
  });

  it.each([
    ['int', 6],
    ['float', 6],
    ['uint', 6],
  ] as const)('has a number of type %s in an interface', (type, value) => {
    const bytes = writeGob(S({ d: 'interface', after: 'bool' }), { d: { name: type, type, value }, after: true });
    expect(decodeGob(bytes, struct({ d: anyNumber, after: flag }))).toEqual({ d: value, after: true });
  });

  it('has lists, maps and structs that lend their members', () => {
    const type = S({ In: S({ A: 'string' }), L: { list: 'string' }, M: { map: ['string', 'string'] } });
    const value = { In: { A: 'x' }, L: ['', 'b'], M: { k: 'v', __proto__x: 'y' } };
    const shape = struct({ In: [null, struct({ A: ['a', text] })], L: list(text), M: ['m', textMap] });
    expect(decodeGob(writeGob(type, value), shape)).toEqual({ a: 'x', L: ['', 'b'], m: { k: 'v', __proto__x: 'y' } });
  });
});

describe('a value in gob is refused', () => {
  const attribute = struct({ Key: text, Value: text });

  it('at each length that it may be cut to', () => {
    for (let length = 0; length < ATTRIBUTE.length; length++) {
      expect(() => decodeGob(ATTRIBUTE.subarray(0, length), attribute), `${length}`).toThrow(/ends too early|are left/);
    }
  });

  it('with something behind it', () => {
    expect(() => decodeGob(Buffer.concat([ATTRIBUTE, Buffer.from([0])]), attribute)).toThrow(/behind its end/);
  });

  it('with a member of another type, by its name', () => {
    expect(() => decodeGob(ATTRIBUTE, struct({ Value: integer }))).toThrow(
      'Value is stored as text, where integer is expected',
    );
    const nested = writeGob(S({ Info: S({ Size: 'string' }) }), { Info: { Size: 'x' } });
    expect(() => decodeGob(nested, struct({ Info: struct({ Size: integer }) }))).toThrow('Info.Size is stored as text');
  });

  it('with more elements than there are bytes for', () => {
    const bytes = Buffer.from(writeGob(S({ L: { list: 'string' } }), { L: ['a', 'b'] }));
    bytes[bytes.length - 6] = 120;
    expect(() => decodeGob(bytes, struct({ L: list(text) }))).toThrow(/120 bytes or elements where/);
  });

  it('with a text that is none', () => {
    const bytes = Buffer.from(writeGob(S({ t: 'string' }), { t: 'ab' }));
    bytes[bytes.length - 2] = 0xff;
    expect(() => decodeGob(bytes, struct({ t: text }))).toThrow(/not UTF-8/);
  });

  it('that nests without end, though nobody wants it', () => {
    // A list of itself: each level costs one byte.
    const defineList = [...signed(-66), 2, 1, 1, ...textBytes('l'), 1, ...signed(66), 0, 1, ...signed(66), 0, 0];
    const fields = [1, 1, ...textBytes('deep'), 1, ...signed(66), 0];
    const defineStruct = [...signed(-65), 3, 1, 1, ...textBytes('s'), 1, ...signed(65), 0, 1, ...fields, 0, 0];
    const value = [...signed(65), 1, ...new Array<number>(100_000).fill(1), 0, 0];
    const bytes = Buffer.from([...message(defineStruct), ...message(defineList), ...message(value)]);
    expect(() => decodeGob(bytes, attribute)).toThrow(/nested deeper than 100 levels/);
  });

  it.each([
    ['not defined', [...message([...signed(70), 0])], /type 70, which is not defined/],
    ["gob's own", message([...signed(-6), 3, 0, 0]), /gob's own/],
    [
      'defined twice',
      [...message([...signed(-65), 3, 0, 0]), ...message([...signed(-65), 3, 0, 0])],
      /second definition/,
    ],
    ['no type', message([...signed(-65), 0]), /a type of no kind/],
    ['of two kinds', message([...signed(-65), 1, 0, 1, 0, 0]), /a type of two kinds/],
  ])('with a type that is %s', (_what, bytes, sentence) => {
    expect(() => decodeGob(Buffer.from(bytes), attribute)).toThrow(sentence);
  });
});

function S(fields: GoStruct['fields']): GoStruct {
  return { struct: 'S', fields };
}
