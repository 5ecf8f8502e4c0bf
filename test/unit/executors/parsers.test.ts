import { describe, expect, it } from 'vitest';
import { parseSizeGib } from '../../../src/executors/commands/gluster/gluster-block-json.js';
import { parseHealInfo, parseVolumes } from '../../../src/executors/commands/gluster/gluster-volume-xml.js';
import { readGlusterXml, type XmlElement } from '../../../src/executors/commands/gluster/gluster-xml.js';
import { parsePhysicalVolumes, parseVolumeGroupSizes } from '../../../src/executors/commands/lvm/lvm-report.js';
import { CommandError, type CommandResult } from '../../../src/executors/executor.js';
import { sample } from './samples.js';

const VG = 'vg_0123456789abcdef0123456789abcde1';
const COMMAND = { argv: ['gluster', 'volume', 'info', '--xml'], timeoutMs: 1 };

function read(result: CommandResult): XmlElement {
  return readGlusterXml('n1', COMMAND, result);
}

function xml(stdout: string): CommandResult {
  return { exitCode: 0, stdout, stderr: '' };
}

describe("gluster's XML", () => {
  it('tells a volume with bricks and options', () => {
    const [volume] = parseVolumes(read(sample('volume-info-xml')));
    expect(volume).toMatchObject({
      name: 'vol_a',
      id: 'f297cb34-6d7a-4bf4-9d0b-70503aa235db',
      status: 1,
      type: 2,
      brickCount: 3,
      replicaCount: 3,
      arbiterCount: 0,
    });
    expect(volume?.bricks).toHaveLength(3);
    expect(volume?.bricks[0]).toEqual({
      name: '10.77.0.1:/var/lib/heketi/mounts/vg_0123456789abcdef0123456789abcde1/brick_a/brick',
      hostUuid: '348c82da-02cb-4e70-a5b7-6fc90c62a553',
      isArbiter: false,
    });
    expect(volume?.options).toContainEqual({ name: 'user.heketi.id', value: 'abc123' });
  });

  it('tells that there are no volumes', () => {
    expect(parseVolumes(read(sample('err-volume-info-none')))).toEqual([]);
  });

  it('keeps names and values that look like numbers, and a single brick is a list', () => {
    const one = sample('volume-info-xml')
      .stdout.replace('>vol_a<', '>1e10<')
      .replace('>5<', '>0012345 &amp; more<')
      .replace(/(<brick .*<\/brick>\s*)+/s, '<brick uuid="u"><name>h:/p</name></brick>');
    const [volume] = parseVolumes(read(xml(one)));
    expect(volume?.name).toBe('1e10');
    expect(volume?.options[0]?.value).toBe('0012345 & more');
    expect(volume?.bricks.map((brick) => brick.name)).toEqual(['h:/p']);
  });

  it('tells what waits to be healed, and null for a brick that is down', () => {
    expect(
      parseHealInfo(read(sample('heal-info-brick-down-xml'))).map(({ hostUuid, status, entries }) => ({
        hostUuid,
        status,
        entries,
      })),
    ).toEqual([
      { hostUuid: '348c82da-02cb-4e70-a5b7-6fc90c62a553', status: 'Connected', entries: 6 },
      { hostUuid: '-', status: 'Transport endpoint is not connected', entries: null },
      { hostUuid: '4f0f6042-87ca-408c-86b5-e5a34cf94295', status: 'Connected', entries: 6 },
    ]);
    expect(parseHealInfo(read(sample('heal-info-xml'))).map((brick) => brick.entries)).toEqual([0, 0, 0]);
  });

  it('is a failure by opRet, whatever the exit code', () => {
    expect(() => read(sample('err-volume-create-exists-xml'))).toThrow('Volume vol_a already exists');
    expect(() => read(sample('err-heal-info-missing'))).toThrow('Volume nope does not exist');
    expect(read(sample('peer-probe-already-xml'))).toMatchObject({ opErrno: '2' });
  });

  it('refuses output that is not its XML, or cut off', () => {
    expect(() => read(xml('Connection failed. Please check if gluster daemon is operational.'))).toThrow(
      /did not answer in XML.*Connection failed/,
    );
    expect(() => read({ exitCode: 1, stdout: '', stderr: 'Connection failed.' })).toThrow('Connection failed.');
    expect(() => read(xml(''))).toThrow(/said: nothing/);
    expect(() => read(xml('<html></html>'))).toThrow(CommandError);
    expect(() => read(xml('<cliOutput></cliOutput>'))).toThrow(CommandError);
    const whole = sample('volume-info-xml').stdout;
    for (const length of [100, 500, whole.length - 20])
      expect(() => read(xml(whole.slice(0, length))), `${length} characters`).toThrow(CommandError);
  });
});

describe("lvm's reports", () => {
  it('give sizes in KiB', () => {
    expect(parseVolumeGroupSizes(sample('vgdisplay-colon').stdout, VG, null)).toEqual({
      totalKib: 33419264,
      freeKib: 33419264,
      usedKib: 0,
      extentKib: 4096,
    });
    expect(() => parseVolumeGroupSizes('vg:r/w:1', 'vg', null)).toThrow('vgdisplay returned an invalid string');
  });

  it('name physical volumes', () => {
    expect(parsePhysicalVolumes(sample('pvs-json').stdout)[0]).toEqual({
      pvName: '/dev/ubdb',
      pvUuid: 'q4SNX8-otG8-hStv-1ONo-kDqv-cNou-jpnzen',
      vgName: 'vg_0123456789abcdef0123456789abcde1',
      deviceKib: null,
    });
    for (const text of [
      '',
      '{}',
      '{"report":[]}',
      '{"report":[{},{}]}',
      '{"report":[{"lv":[]}]}',
      '{"report":[{"pv":[{}]}]}',
    ]) {
      expect(() => parsePhysicalVolumes(text), text).toThrow(/lvm's report/);
    }
  });
});

describe("gluster-block's sizes", () => {
  it('are cut to whole GiB', () => {
    expect(['3.0 GiB', '1.5 TiB', '2 PiB', '1EB', '7G', '2.9GiB'].map(parseSizeGib)).toEqual([
      3, 1536, 2097152, 1073741824, 7, 2,
    ]);
    for (const text of ['100 MiB', '', 'GiB', '-1 GiB'])
      expect(() => parseSizeGib(text), text).toThrow('Not a valid Size');
  });
});
