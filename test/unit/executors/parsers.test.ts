import { describe, expect, it } from 'vitest';
import { parseFileSystem } from '../../../src/executors/commands/brick/brick-usage.js';
import { parseSizeGib } from '../../../src/executors/commands/gluster/gluster-block-json.js';
import { parseHealInfo, readVolumes } from '../../../src/executors/commands/gluster/gluster-volume-xml.js';
import { readGlusterXml, type XmlElement } from '../../../src/executors/commands/gluster/gluster-xml.js';
import { parsePhysicalVolumes, parseVolumeGroupSizes } from '../../../src/executors/commands/lvm/lvm-report.js';
import { readPools } from '../../../src/executors/commands/lvm/pool-report.js';
import { CommandError, type CommandResult } from '../../../src/executors/executor.js';
import { sample } from './samples.js';

const VG = 'vg_0123456789abcdef0123456789abcde1';
const COMMAND = { argv: ['gluster', 'volume', 'info', '--xml'], timeoutMs: 1 };

function read(result: CommandResult): Promise<XmlElement> {
  return readGlusterXml('n1', COMMAND, result);
}

function volumesIn(result: CommandResult) {
  return readVolumes('n1', COMMAND, result);
}

function xml(stdout: string): CommandResult {
  return { exitCode: 0, stdout, stderr: '' };
}

describe('df', () => {
  const { stdout } = sample('df');
  const MOUNT_POINT = `/var/lib/heketi/mounts/${VG}/brick_a`;

  const lineOf = (text: string) => text.split('\n').flatMap((line) => parseFileSystem(line) ?? [])[0];

  it('tells what the file system of a mount point holds', () => {
    expect(lineOf(stdout)).toEqual({
      mountPoint: MOUNT_POINT,
      fileSystem: {
        source: `/dev/mapper/${VG}-brick_a`,
        totalKib: 1_006_108_672,
        usedKib: 41_054_208,
        freeKib: 965_054_464,
      },
    });
  });

  it('tells nothing where it fails, nor of sizes that can not be', () => {
    const line = (sizes: string) => parseFileSystem(`/dev/mapper/a ${sizes} /mnt`);
    expect(line('100 40 60 40%')).not.toBeNull();
    for (const sizes of ['100 40 61 40%', '0 0 0 -', '- - - -', '100 40 60', '100 -40 60 40%', '1e5 40 60 40%'])
      expect(line(sizes), sizes).toBeNull();
    for (const output of ['', `df: ${MOUNT_POINT}: Input/output error`]) expect(parseFileSystem(output)).toBeNull();
  });
});

describe('what lvm tells of thin pools', () => {
  const report = (row: object) => JSON.stringify({ report: [{ lv: [row] }] });
  const pool = { vg_name: VG, lv_name: 'tp_a', lv_attr: 'twi-aotz--', lv_size: '2048.00k' };
  const read = async (row: object) => [...(await readPools(report(row))).values()][0];

  it('is their size, and how full their two parts are', async () => {
    const { stdout } = sample('lvs-json');
    const pools = await readPools(stdout.replaceAll('"1073741824B"', '"1048576.00k"'));
    expect([...pools.keys()]).toEqual([`${VG}/tp_brick_a`, `${VG}/tp_loud`]);
    expect(pools.get(`${VG}/tp_brick_a`)).toEqual({
      name: 'tp_brick_a',
      sizeKib: 1_048_576,
      dataPercent: 6.47,
      metadataPercent: 10.55,
    });
  });

  it('is not known where it is missing, or no share of a whole', async () => {
    for (const nothing of ['', '-', 'nan', '100.01', '1000.00', '-1.00'])
      expect(await read({ ...pool, data_percent: nothing, metadata_percent: '7.50' }), nothing).toEqual({
        name: 'tp_a',
        sizeKib: 2048,
        dataPercent: null,
        metadataPercent: 7.5,
      });
    expect(await read({ ...pool, lv_size: '-', data_percent: '100.00', metadata_percent: '0.00' })).toMatchObject({
      sizeKib: null,
      dataPercent: 100,
      metadataPercent: 0,
    });
  });

  it('is no report where a row lacks a column', async () => {
    await expect(read({ ...pool, data_percent: '1.00' })).rejects.toThrow('a row without metadata_percent');
  });

  it('leaves other volumes out', async () => {
    const thin = { ...pool, lv_attr: 'Vwi-aotz--', data_percent: '3.00', metadata_percent: '' };
    expect(await read(thin)).toBeUndefined();
  });
});

describe("gluster's XML", () => {
  it('tells a volume with bricks and options', async () => {
    const [volume] = await volumesIn(sample('volume-info-xml'));
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

  it('tells that there are no volumes', async () => {
    expect(await volumesIn(sample('err-volume-info-none'))).toEqual([]);
  });

  it('keeps names and values that look like numbers, and a single brick is a list', async () => {
    const one = sample('volume-info-xml')
      .stdout.replace('>vol_a<', '>1e10<')
      .replace('>5<', '>0012345 &amp; more<')
      .replace(/(<brick .*<\/brick>\s*)+/s, '<brick uuid="u"><name>h:/p</name></brick>');
    const [volume] = await volumesIn(xml(one));
    expect(volume?.name).toBe('1e10');
    expect(volume?.options[0]?.value).toBe('0012345 & more');
    expect(volume?.bricks.map((brick) => brick.name)).toEqual(['h:/p']);
  });

  it('tells what waits to be healed, and null for a brick that is down', async () => {
    expect(
      parseHealInfo(await read(sample('heal-info-brick-down-xml'))).map(({ hostUuid, status, entries }) => ({
        hostUuid,
        status,
        entries,
      })),
    ).toEqual([
      { hostUuid: '348c82da-02cb-4e70-a5b7-6fc90c62a553', status: 'Connected', entries: 6 },
      { hostUuid: '-', status: 'Transport endpoint is not connected', entries: null },
      { hostUuid: '4f0f6042-87ca-408c-86b5-e5a34cf94295', status: 'Connected', entries: 6 },
    ]);
    expect(parseHealInfo(await read(sample('heal-info-xml'))).map((brick) => brick.entries)).toEqual([0, 0, 0]);
  });

  it('is a failure by opRet, whatever the exit code', async () => {
    await expect(read(sample('err-volume-create-exists-xml'))).rejects.toThrow('Volume vol_a already exists');
    await expect(read(sample('err-heal-info-missing'))).rejects.toThrow('Volume nope does not exist');
    expect(await read(sample('peer-probe-already-xml'))).toMatchObject({ opErrno: '2' });
  });

  it('refuses output that is not its XML, or cut off', async () => {
    await expect(read(xml('Connection failed. Please check if gluster daemon is operational.'))).rejects.toThrow(
      /did not answer in XML.*Connection failed/,
    );
    await expect(read({ exitCode: 1, stdout: '', stderr: 'Connection failed.' })).rejects.toThrow('Connection failed.');
    await expect(read(xml(''))).rejects.toThrow(/said: nothing/);
    await expect(read(xml('<html></html>'))).rejects.toThrow(CommandError);
    await expect(read(xml('<cliOutput></cliOutput>'))).rejects.toThrow(CommandError);
    const whole = sample('volume-info-xml').stdout;
    for (const length of [100, 500, whole.length - 20])
      await expect(read(xml(whole.slice(0, length))), `${length} characters`).rejects.toThrow(CommandError);
  });

  it.each([
    ['ends of other elements', (whole: string) => whole.replace('</volume>', '</volumes>')],
    ['an element that does not end', (whole: string) => whole.replace('</volume>', '')],
    ['two documents', (whole: string) => whole + whole],
    ['a message behind it', (whole: string) => `${whole}warning: slow</cliOutput>`],
    ['a message in a tag', (whole: string) => whole.replace('<volume>', '<volume [2024] E >')],
  ])('is refused with %s', async (_, change) => {
    await expect(volumesIn(xml(change(sample('volume-info-xml').stdout)))).rejects.toThrow(CommandError);
  });

  it('refuses a figure that is none, unless the whole is no answer at all', async () => {
    const { stdout } = sample('volume-info-xml');
    const strange = stdout.replace('<brickCount>3<', '<brickCount>three<');
    await expect(volumesIn(xml(strange))).rejects.toThrow(/"three" for <brickCount>/);
    await expect(volumesIn(xml(strange.replace('</volumes>', '')))).rejects.toThrow(CommandError);
    await expect(volumesIn(xml(strange.replace('<opRet>0<', '<opRet>-1<')))).rejects.toThrow(CommandError);
  });

  it('is read where the name of a file holds what XML has no place for', async () => {
    const { stdout } = sample('heal-info-xml');
    const file = '<file gfid="7ba4b0ef-5f0f-4f0d-8a4c-5ad5b3a0a9d1">/a\u0001b&#2;c</file>';
    const [brick] = parseHealInfo(await read(xml(stdout.replace('<status>', `${file}<status>`))));
    expect(brick?.gfids).toEqual(['7ba4b0ef-5f0f-4f0d-8a4c-5ad5b3a0a9d1']);
  });

  it('may hold names that objects have by themselves', async () => {
    const { stdout } = sample('volume-info-xml');
    const [volume] = await volumesIn(
      xml(stdout.replace('<name>', '<__proto__><id>x</id></__proto__><constructor/><name>')),
    );
    expect(volume?.id).toBe('f297cb34-6d7a-4bf4-9d0b-70503aa235db');
  });

  it('lets others have their turn while it is long, and is read all the same', async () => {
    const { stdout } = sample('volume-info-xml');
    const [one = ''] = /<volume>.*<\/volume>/s.exec(stdout) ?? [];
    const count = 3000;
    let turns = 0;
    let isRead = false;
    const others = (async () => {
      for (; !isRead; turns++) await new Promise((turn) => setImmediate(turn));
    })();
    const volumes = await volumesIn(xml(stdout.replace(one, one.repeat(count))));
    isRead = true;
    await others;
    expect(volumes).toHaveLength(count);
    expect(volumes.at(-1)).toEqual(volumes[0]);
    expect(turns).toBeGreaterThan(10);
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
