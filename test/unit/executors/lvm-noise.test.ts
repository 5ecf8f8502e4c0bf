import { describe, expect, it } from 'vitest';
import {
  parseLogicalVolumes,
  parsePhysicalVolumes,
  parseReportRows,
  parseThinCount,
  parseVolumeGroupSizes,
} from '../../../src/executors/commands/lvm/lvm-report.js';
import { failsWith } from '../../../src/executors/failures/failures.js';
import type { Said } from '../../../src/executors/failures/said.js';
import { aboutOf, kindsOf } from './samples.js';

const VG = 'vg_0123456789abcdef0123456789abcdef';
const BR = 'brick_fedcba9876543210fedcba9876543210';
const TP = 'tp_fedcba9876543210fedcba9876543210';
const PV = '/dev/sdb';

const failed = (stderr: string, exitCode = 5, stdout = '', program = 'lvm') => ({
  argv: [program],
  exitCode,
  stdout,
  stderr,
});

const ABSENCES: ReadonlySet<string> = new Set([
  'logical volume absent',
  'volume group unseen',
  'physical volume label absent',
  'device unseen',
]);

/** Which absence the refusal is taken for, whatever was asked. */
function judged(stderr: string, exitCode = 5, stdout = ''): readonly string[] {
  const about = { ...aboutOf(failed('')), vg: VG, lv: BR, device: PV };
  return kindsOf(failed(stderr, exitCode, stdout), about).filter((kind) => ABSENCES.has(kind));
}

/** Lines of lvm 2.02 to 2.03 about other things than what was asked for. */
const NOTES: readonly string[] = [
  `  Consider pruning ${VG} VG archive with more then 12 MiB in 8929 files (see archiving settings in lvm.conf).`,
  '  Consider pruning other VG archive with more then 12 MiB in 8929 files (check archiving is needed in lvm.conf).',
  '  WARNING: Device for PV aaaaaa-bbbb-cccc-dddd-eeee-ffff-gggggg not found or rejected by a filter.',
  "  WARNING: Couldn't find device with uuid aaaaaa-bbbb-cccc-dddd-eeee-ffff-gggggg.",
  "  Couldn't find device with uuid aaaaaa-bbbb-cccc-dddd-eeee-ffff-gggggg.",
  '  WARNING: VG other is missing PV aaaaaa-bbbb-cccc-dddd-eeee-ffff-gggggg (last written to /dev/sdq1).',
  '  WARNING: VG other was previously updated while missing PV aaaaaa-bbbb-cccc-dddd-eeee-ffff-gggggg.',
  '  WARNING: ignoring metadata seqno 3 on /dev/sdq for seqno 5 on /dev/sdr for VG other.',
  '  WARNING: Inconsistent metadata found for VG other - updating to use version 12',
  '  WARNING: PV /dev/sdq is marked in use but no VG was found using it.',
  '  WARNING: PV /dev/sdq might need repairing.',
  '  WARNING: PV /dev/sdq in VG other is using an old PV header, modify the VG to update.',
  '  WARNING: lvmetad is being updated, retrying (setup) for 10 more seconds.',
  '  WARNING: Not using lvmetad because config setting use_lvmetad=0.',
  '  WARNING: lvmetad connect failed: No such file or directory. Falling back to device scanning.',
  '  WARNING: Device /dev/sdq not initialized in udev database even after waiting 10000000 microseconds.',
  '  WARNING: Sum of all thin volume sizes (12.00 TiB) exceeds the size of thin pools and the size of whole volume group (4.00 TiB).',
  '  WARNING: You have not turned on protection against thin pools running out of space.',
  '  WARNING: Set activation/thin_pool_autoextend_threshold below 100 to trigger automatic extension of thin pools before they get full.',
  '  WARNING: Failed to connect to lvmpolld. Proceeding with polling without using lvmpolld.',
  '  WARNING: Failed to get state of mapped device',
  '  WARNING: Locking disabled. Be careful! This could corrupt your metadata.',
  '  WARNING: Failed to find logical volume in hints.',
  '  WARNING: This metadata update is NOT backed up.',
  '  WARNING: duplicate PV aBcDeF0123456789aBcDeF0123456789 is being used from both devices /dev/sdq and /dev/sdr',
  '  WARNING: PV aaaaaa-bbbb-cccc-dddd-eeee-ffff-gggggg on /dev/sdq was already found on /dev/sdr.',
  '  WARNING: PV aaaaaa-bbbb-cccc-dddd-eeee-ffff-gggggg prefers device /dev/sdr because device is used by LV.',
  '  Found duplicate PV aBcDeF0123456789: using /dev/sdb3 not /dev/sda3',
  '  Using duplicate PV /dev/sdb3 which is last seen, replacing /dev/sda3',
  '  Configuration setting "use_lvmetad" invalid. It\'s not part of any section.',
  '  Configuration setting "global/locking_type" unknown.',
  '  Please remove the lvm.conf global_filter, it is ignored with the devices file.',
  '  Please remove the lvm.conf filter, it is ignored with the devices file.',
  '  Devices file PVID aBcDeF0123456789 not found.',
  '  Devices file sys_wwid naa.6000 PVID aBcDeF0123456789 last seen on /dev/sdq not found.',
  '  /dev/sdq: read failed after 0 of 4096 at 0: Input/output error',
  '  /dev/mapper/other-lv: read failed after 0 of 4096 at 1073676288: Input/output error',
  '  /dev/sdq: open failed: No medium found',
  '  Error reading device /dev/sdq at 0 length 4096.',
  '  Skipping volume group other',
  '  Cannot access VG other with system ID n7 with local system ID n1.',
  '  Volume group "other" not found',
  '  Cannot process volume group other',
  '  Failed to find logical volume "other/brick"',
  `  Failed to find logical volume "${VG}x/${BR}"`,
  `  Failed to find logical volume "${VG}/${BR}x"`,
  '  Failed to find physical volume "/dev/sdbx".',
  '  Device /dev/sdbx not found (or ignored by filtering).',
  '  Command failed with status code 5.',
  '  Internal error: Removing still active device other.',
  '  Thin pool transaction_id is 3, while expected 4.',
  '  Check of pool other/pool failed (status:1). Manual repair required!',
  '  /usr/sbin/thin_check: execvp failed: No such file or directory',
  '  modprobe: FATAL: Module dm-thin-pool not found in directory /lib/modules/5.10.0',
  '  /run/lvm/lvmpolld.socket: connect failed: No such file or directory',
  '  Failed to connect to dmeventd',
  '  device-mapper: remove ioctl on  (253:4) failed: Device or resource busy',
  'File descriptor 9 (pipe:[1234]) leaked on lvm invocation. Parent PID 4321: bash',
  'sudo: unable to resolve host n1: Name or service not known',
  'perl: warning: Setting locale failed.',
  'bash: warning: setlocale: LC_ALL: cannot change locale (en_US.UTF-8)',
  'Warning: Permanently added a host to the list of known hosts: not found before',
];

const REFUSALS: readonly (readonly [string, number?])[] = [
  [`  Logical volume ${VG}/${BR} contains a filesystem in use.`],
  [`  Logical volume ${VG}/${BR} is used by another device.`],
  [
    `  Cannot change VG ${VG} while PVs are missing.\n  Consider vgreduce --removemissing.\n  Cannot process volume group other`,
  ],
  [`  PV ${PV} is used by VG ${VG} so please use vgreduce first.`],
  [`  Volume group "${VG}" has insufficient free space (0 extents): 1 required.`],
  ['modprobe: FATAL: Module dm-thin-pool not found in directory /lib/modules/6.1.0\n  Failed to update pool.'],
  [`  Failed to find logical volume "${VG}/${BR}"`, 1],
  [`  Failed to find logical volume "${VG}/${BR}"`, 127],
  [`  Volume group "${VG}" not found`, 1],
  ['bash: line 3: /usr/sbin/lvm: No such file or directory', 127],
  ['sudo: /usr/sbin/lvm: command not found', 1],
  ['/usr/sbin/exec-on-host: lvm: not found', 5],
  ['lvm: command not found', 5],
  [`  error: no answer about "${VG}/${BR}": not found`],
];

describe('absence', () => {
  it.each(NOTES)('is not read out of: %s', (note) => {
    expect(judged(`${note}\n`)).toEqual([]);
    expect(judged('', 5, `${note}\n`)).toEqual([]);
    for (const [refusal, exitCode] of REFUSALS) expect(judged(`${note}\n${refusal}\n`, exitCode)).toEqual([]);
  });

  it.each([
    [`  Failed to find logical volume "${VG}/${BR}"`, 'logical volume absent'],
    [`  Volume group "${VG}" not found\n  Cannot process volume group ${VG}`, 'volume group unseen'],
    [`  Volume group "${VG}" not found.`, 'volume group unseen'],
    [`  Failed to find physical volume "${PV}".`, 'physical volume label absent'],
    [`  No PV found on device ${PV}.`, 'physical volume label absent'],
    [`  No physical volume label read from ${PV}`, 'physical volume label absent'],
    [`  Cannot use ${PV}: device not found`, 'device unseen'],
    [`  No device found for ${PV}.`, 'device unseen'],
    [`  Failed to find device "${PV}".`, 'device unseen'],
    [`  Device ${PV} not found.`, 'device unseen'],
  ])('is said by: %s', (sentence, verdict) => {
    expect(judged(`${sentence}\n`)).toEqual([verdict]);
    expect(judged('', 5, `${NOTES.slice(0, 40).join('\n')}\n${sentence}\n`)).toEqual([verdict]);
    // lvm.conf: log/command_names and log/prefix
    expect(judged(sentence.replace(/^ {2}/gm, '  lvremove  '))).toEqual([verdict]);
    expect(judged(sentence.replace(/^ {2}/gm, 'lvs -- '))).toEqual([verdict]);
    expect(judged(`  WARNING: ${sentence.trim().split('\n')[0]}`)).toEqual([]);
  });

  it('of a volume is not believed where its group is not seen', () => {
    const text = `  Failed to find logical volume "${VG}/${BR}"\n  Volume group "${VG}" not found\n`;
    expect(judged(text)).toEqual(['volume group unseen']);
  });

  it('of a label is answered with the name that lvm prefers when a link was asked for', () => {
    const said = failed('  Failed to find physical volume "/dev/sdq".\n');
    expect(failsWith(said, 'physical volume label absent', { device: '/dev/disk/by-path/pci-0000:00:05.0' })).toBe(
      true,
    );
    expect(failsWith(said, 'physical volume label absent', { device: PV })).toBe(false);
  });
});

const isMissing = (said: Said) => failsWith(said, 'program missing');
const RIGHTS = ['sudo refused', 'sudo failed', 'rights missing', 'program not executable'] as const;
const rightsOf = (said: Said) => RIGHTS.filter((kind) => failsWith(said, kind));

describe('other programs', () => {
  it('are missing only when they were not started', () => {
    expect(isMissing(failed('sudo: /usr/sbin/lvm: command not found\n', 1))).toBe(true);
    expect(isMissing(failed('/usr/sbin/lvm: No such file or directory\n', 127))).toBe(true);
    expect(isMissing(failed(`  Volume group "${VG}" not found\n`))).toBe(false);
    expect(isMissing(failed('lvm: /dev/sdb: not found\n'))).toBe(false);
  });

  it('have their rights when sudo only grumbles', () => {
    const grumble = 'sudo: unable to resolve host n1: Name or service not known\n';
    expect(rightsOf(failed(`${grumble}  Volume group "${VG}" not found\n`))).toEqual([]);
    expect(rightsOf(failed('sudo: a password is required\n', 1))).toEqual(['sudo refused']);
    expect(rightsOf(failed('sudo: lvm: command not found\n', 1))).toEqual([]);
  });

  it('say what they say of the asked file and mount point', () => {
    expect(
      failsWith(failed("sed: can't read /etc/fstab: No such file or directory\n", 2), 'file absent', {
        path: '/etc/fstab',
      }),
    ).toBe(true);
    expect(
      failsWith(failed('bash: line 1: sed: No such file or directory\n', 127), 'file absent', { path: '/etc/fstab' }),
    ).toBe(false);
    expect(
      failsWith(failed('cat: /etc/other: No such file or directory\n', 1), 'file absent', { path: '/etc/fstab' }),
    ).toBe(false);
    expect(
      failsWith(failed('umount: /a: mountpoint not found\n', 32, '', 'umount'), 'not mounted', { path: '/a' }),
    ).toBe(true);
    expect(failsWith(failed('umount: /b: not mounted.\n', 32, '', 'umount'), 'not mounted', { path: '/a' })).toBe(
      false,
    );
    expect(failsWith(failed('umount: /a: target is busy.\n', 32, '', 'umount'), 'not mounted', { path: '/a' })).toBe(
      false,
    );
  });
});

const REPORT = `  {
      "report": [
          {
              "pv": [
                  {"pv_name":"/dev/sdb", "pv_uuid":"q4SNX8-otG8-hStv-1ONo-kDqv-cNou-jpnzen", "vg_name":"${VG}", "dev_size":"33419268.00k"}
              ]
          }
      ]
  }
`;
const LVS = REPORT.replace('"pv":', '"lv":').replace(
  /\{"pv_name.*\}/,
  `{"vg_name":"${VG}", "lv_name":"${BR}", "lv_attr":"Vwi-aotz--"},\n                  {"vg_name":"${VG}", "lv_name":"${TP}", "lv_attr":"twi-aotz--"}`,
);
const COUNT = LVS.replaceAll(/"lv_attr":"[^"]*"/g, '"thin_count":"3"');

/** The report with a note before, after and between any two of its lines. */
const disturbed = (report: string, note: string) => {
  const lines = report.trimEnd().split('\n');
  return `${note}\n${lines.map((line) => `${line}\n${note}\n`).join('')}`;
};

describe('a report among other lines', () => {
  it.each(NOTES)('is read: %s', (note) => {
    expect(parsePhysicalVolumes(disturbed(REPORT, note))).toEqual(parsePhysicalVolumes(REPORT));
    expect(parseLogicalVolumes(disturbed(LVS, note))).toEqual(parseLogicalVolumes(LVS));
    expect(parseReportRows(disturbed(LVS, note), 'lv')).toEqual(parseReportRows(LVS, 'lv'));
    expect(parseThinCount(disturbed(COUNT, note), VG, TP)).toBe(3);
  });

  it.each(['  pvs    ', '  lvm -- ', 'x', '>>> '])('is read when lvm.conf puts %j before every line', (prefix) => {
    const put = (text: string) => text.replace(/^(?=.)/gm, prefix);
    expect(parsePhysicalVolumes(put(REPORT))).toEqual(parsePhysicalVolumes(REPORT));
    expect(parsePhysicalVolumes(disturbed(put(REPORT), NOTES[0] ?? ''))).toEqual(parsePhysicalVolumes(REPORT));
    expect(parseThinCount(put(COUNT), VG, TP)).toBe(3);
  });

  it('is read in one line, with a log in it, and whole', () => {
    const compact = JSON.stringify(JSON.parse(REPORT));
    expect(parsePhysicalVolumes(`${NOTES[0]}\n${compact}\n${NOTES[1]}\n`)).toEqual(parsePhysicalVolumes(REPORT));
    const logged = REPORT.replace(
      /\n {2}\}\n$/,
      '\n      ,\n      "log": [\n          {"log_seq_num":"1", "log_type":"error", "log_message":"Failed to find device \\"/dev/x\\"."}\n      ]\n  }\n',
    );
    expect(parsePhysicalVolumes(logged)).toEqual(parsePhysicalVolumes(REPORT));
    expect(parsePhysicalVolumes(disturbed(logged, NOTES[3] ?? ''))).toEqual(parsePhysicalVolumes(REPORT));
  });

  it('is refused with the line that stands in its place, or where it is cut off', () => {
    expect(() => parsePhysicalVolumes('  Segmentation fault\n')).toThrow(/not JSON: "Segmentation fault"/);
    expect(() => parsePhysicalVolumes('')).toThrow(/not JSON/);
    const cut = disturbed(REPORT, NOTES[0] ?? '').slice(0, -200);
    expect(() => parsePhysicalVolumes(cut)).toThrow(/cut off after/);
    expect(() => parseThinCount(COUNT, VG, 'tp_other')).toThrow(/not about .*tp_other/);
    expect(() => parseThinCount(COUNT.replaceAll('"3"', '"-3"'), VG, TP)).toThrow(/number was expected/);
    expect(parseThinCount(COUNT.replaceAll('"3"', '""'), VG, TP)).toBe(0);
  });

  it('takes a time that grows with its length, however it is made', () => {
    for (const piece of ['{', '[', '"a":', ' ', 'x on y type ', '"report"\n', '{\n', `${VG}:`]) {
      const text = piece.repeat(Math.ceil((256 * 1024) / piece.length));
      expect(() => parsePhysicalVolumes(text)).toThrow();
      expect(() => parsePhysicalVolumes(`  {\n "report": [\n${text}\n`)).toThrow();
      expect(() => parseVolumeGroupSizes(text, VG, null)).toThrow();
      expect(judged(text)).toEqual([]);
    }
  });
});

const SIZES = `${VG}:r/w:772:-1:0:2:1:-1:0:1:1:33419264:4096:8159:100:8059:NQMBTX-YvNQ-cOpw-7oId-7eld-kkl7-jZP0nu`;

describe("a group's sizes", () => {
  const read = (stdout: string, diskKib: number | null = null) => parseVolumeGroupSizes(stdout, VG, diskKib);
  const right = { totalKib: 33419264, usedKib: 409600, freeKib: 33009664, extentKib: 4096 };

  it.each(NOTES)('are read among: %s', (note) => {
    expect(read(`${note}\n  ${SIZES}\n${note}\n`)).toEqual(right);
    expect(read(`${note}\n  vgdisplay    ${SIZES}\n`)).toEqual(right);
  });

  it('are never those of another group, nor pieces of several lines', () => {
    const other = SIZES.replace(VG, 'vg_ffffffffffffffffffffffffffffffff');
    expect(read(`  ${other}\n  ${SIZES}\n`)).toEqual(right);
    for (const text of [
      other,
      SIZES.slice(0, -60),
      `${SIZES}:x`,
      `ab:c:${SIZES}`,
      SIZES.replace(':100:', ':\n100:'),
      '',
    ])
      expect(() => read(`  ${text}\n`), text).toThrow('vgdisplay returned an invalid string');
    expect(() => read(`${SIZES}\n${SIZES.replace(':100:8059', ':99:8060')}\n`)).toThrow('invalid string');
  });

  it('are refused when they can not be', () => {
    for (const wrong of [':8160:100:8059:', ':8159:8160:-1:', ':8159:9000:8059:', ':8159:1e2:8059:', ':0:100:8059:'])
      expect(() => read(SIZES.replace(':8159:100:8059:', wrong)), wrong).toThrow();
    expect(() => read(SIZES.replace(':33419264:', ':33419263:'))).toThrow('do not agree');
    expect(() => read(SIZES.replace(':4096:', ':0:'))).toThrow('do not agree');
    expect(() => read(SIZES, 33_000_000)).toThrow('beyond the disk, which has 33000000 KiB');
    expect(read(SIZES, 33419264)).toEqual(right);
    // Of a group on several disks the size of one says nothing.
    expect(read(SIZES.replace(':1:1:', ':2:2:'), 33_000_000)).toEqual(right);
  });
});
