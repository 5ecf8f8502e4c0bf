import { describe, expect, it } from 'vitest';
import {
  parseBlockDevices,
  parseFstab,
  parseMounts,
  parseSignatures,
} from '../../../src/executors/commands/host/block-devices.js';

describe('what mount prints', () => {
  it('is read with blanks in paths and braces in options', () => {
    const text =
      'overlay on / type overlay (rw,lowerdir=/a (b),upperdir=/c)\n/dev/sdb on /my data on it type ext4 (rw)\n' +
      'proc on /proc type proc (rw)\nsome note on type of things\n  WARNING: something on /x type y\n';
    expect(parseMounts(text)).toEqual([
      { source: 'overlay', target: '/', type: 'overlay' },
      { source: '/dev/sdb', target: '/my data on it', type: 'ext4' },
      { source: 'proc', target: '/proc', type: 'proc' },
    ]);
  });

  it('takes a time that grows with its length, however it is made', () => {
    for (const piece of [' on ', ' type ', 'x on y type z (', ' (', 'TYPE="', ' ', '"', '{', 'on type (\n']) {
      const text = piece.repeat(Math.ceil((256 * 1024) / piece.length));
      expect(parseMounts(text)).toEqual([]);
      expect(parseMounts(`a on b type c (${text})`).length).toBeLessThan(2);
      expect(parseSignatures(text)).toEqual([]);
      expect(parseBlockDevices(text)).toBeNull();
      expect(parseFstab(text).length).toBeLessThanOrEqual(text.length);
    }
  });
});

describe('other looks at devices', () => {
  it('are read among notes', () => {
    expect(
      parseSignatures('note about TYPE\n/dev/sdb: LABEL="TYPE=" UUID="1" TYPE="ext4"\n/dev/sdb: PTTYPE="dos"\n'),
    ).toEqual(['ext4', 'dos']);
    const tree = '{\n   "blockdevices": [\n      {"name":"/dev/sdb", "type":"disk", "size":1}\n   ]\n}\n';
    expect(parseBlockDevices(`note\n${tree}another note\n`)).toEqual(parseBlockDevices(tree));
    expect(parseBlockDevices(tree)).toMatchObject([{ name: '/dev/sdb', type: 'disk' }]);
  });
});
