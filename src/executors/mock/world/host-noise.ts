import type { CommandResult } from '../../executor.js';

/**
 * What lvm prints besides its answer. `beside`: notes on standard output, in the middle of reports, and warnings on
 * standard error; `merged`: the same, and a wrapper has made one stream of both; `prefixed`: words of lvm.conf stand
 * before every line. Every other program has the words of a shell and of sudo on its standard error meanwhile.
 */
export const HOST_NOISES = ['beside', 'merged', 'prefixed'] as const;
export type HostNoise = (typeof HOST_NOISES)[number];

const OTHER_GROUP = 'vg_ffffffffffffffffffffffffffffffff';

/** lvm's own words, about other disks and groups. */
const NOTES = [
  `  Consider pruning ${OTHER_GROUP} VG archive with more then 12 MiB in 8929 files (see archiving settings in lvm.conf).`,
  '  Consider pruning other VG archive with more then 10 MiB in 8192 files (check archiving is needed in lvm.conf).',
];
const WARNINGS = [
  '  WARNING: Device for PV aaaaaa-bbbb-cccc-dddd-eeee-ffff-gggggg not found or rejected by a filter.',
  '  WARNING: PV /dev/sdy in VG other is using an old PV header, modify the VG to update.',
  `  WARNING: VG ${OTHER_GROUP} is missing PV aaaaaa-bbbb-cccc-dddd-eeee-ffff-gggggg (last written to /dev/sdy1).`,
  '  Found duplicate PV aBcDeF0123456789: using /dev/sdb3 not /dev/sda3',
  '  Using duplicate PV /dev/sdb3 which is last seen, replacing /dev/sda3',
  '  /dev/sdy: read failed after 0 of 4096 at 0: Input/output error',
  "  Couldn't find device with uuid aaaaaa-bbbb-cccc-dddd-eeee-ffff-gggggg.",
  '  Configuration setting "use_lvmetad" invalid. It\'s not part of any section.',
  '  Please remove the lvm.conf global_filter, it is ignored with the devices file.',
  'File descriptor 9 (pipe:[1234]) leaked on lvm invocation. Parent PID 4321: bash',
];

/** They say what elsewhere means that a thing is not there. */
const SHELL_WARNINGS = [
  'bash: warning: setlocale: LC_ALL: cannot change locale (en_US.UTF-8): No such file or directory',
  'sudo: unable to resolve host store: Name or service not known',
];

export function withNoise(result: CommandResult, noise: HostNoise, program: string): CommandResult {
  if (!/^(?:pv|vg|lv)/.test(program)) return { ...result, stderr: `${text(SHELL_WARNINGS)}${result.stderr}` };
  return withLvmNoise(result, noise, program);
}

function withLvmNoise(result: CommandResult, noise: HostNoise, program: string): CommandResult {
  const { exitCode, stdout, stderr } = result;
  if (noise === 'prefixed') return { exitCode, stdout: prefixed(stdout, program), stderr: prefixed(stderr, program) };
  const answer = stdout === '' ? '' : text(amid(stdout.trimEnd().split('\n')));
  if (noise === 'beside') return { exitCode, stdout: answer, stderr: `${text(WARNINGS)}${stderr}` };
  return { exitCode, stdout: `${text(WARNINGS)}${stderr}${answer}${text(WARNINGS.slice(0, 3))}`, stderr: '' };
}

/** In a report after its second line, above figures. */
function amid(lines: readonly string[]): readonly string[] {
  const at = lines.length > 2 ? 2 : 0;
  return [...lines.slice(0, at), ...NOTES, ...lines.slice(at)];
}

function prefixed(output: string, program: string): string {
  return output.replace(/^(?=.)/gm, `  ${program.padEnd(8)} --`);
}

function text(lines: readonly string[]): string {
  return lines.map((line) => `${line}\n`).join('');
}
