import { deviceNamed, isSaid, linesOf, withoutPrefix } from './lvm-lines.js';

/*
 * What programs of storage hosts say when they fail, and what it means: the one place where such texts are read.
 * Whoever has to know asks `failsWith` for a kind. Absence is said only by the program itself, with its own exit
 * code, of the very object that was asked for.
 */

/** What a program answered: a CommandError, or a result with the command that it is the answer to. */
export interface Said {
  readonly argv: readonly string[];
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** What must be known of the asked object, by kind. The other kinds need nothing. */
interface Asked {
  readonly 'file absent': { readonly path: string };
  readonly 'not mounted': { readonly path: string };
  readonly 'kernel module absent': { readonly module: string };
  readonly 'logical volume absent': { readonly vg: string; readonly lv: string };
  readonly 'volume group unseen': { readonly vg: string };
  readonly 'physical volume label absent': { readonly device: string };
  readonly 'device unseen': { readonly device: string };
  readonly 'thin pool half active': { readonly vg: string; readonly pool: string };
  readonly 'block volume absent': { readonly hostingVolume: string; readonly name: string };
  readonly 'block volume exists': { readonly name: string };
}

type PlainKind =
  | 'program missing'
  | 'program not executable'
  | 'sudo refused'
  | 'sudo failed'
  | 'rights missing'
  | 'not a block device'
  | 'disk error'
  | 'file system too small'
  | 'service stopped'
  | 'glusterd down'
  | 'request timed out'
  | 'another transaction in progress'
  | 'volume absent'
  | 'snapshot absent'
  | 'peer absent'
  | 'brick known too late'
  | 'volume started already'
  | 'volume stopped already'
  | 'volume not started'
  | 'volume definition not given'
  | 'volume out of reach'
  | 'volume without heal'
  | 'volume name refused'
  | 'volume option unknown'
  | 'block daemon down'
  | 'block volume not exported'
  | 'block volume larger'
  | 'block volume of that size';

export type FailureKind = PlainKind | keyof Asked;
type About<K extends FailureKind> = K extends keyof Asked ? Asked[K] : undefined;

/** One way in which a kind shows. */
interface Row<A> {
  /** Whose words these are. None: any program's, or those of what should have started it. */
  readonly by?: readonly string[];
  readonly exit: (code: number) => boolean;
  readonly says?: (said: Said, about: A) => boolean;
}

const ANY = (): boolean => true;
const FAILED = (code: number): boolean => code !== 0;
/** What a shell ends with for want of the program, or after a signal, is no answer of the program. */
const OWN_FAILURE = (code: number): boolean => code > 0 && code < 126;
const is = (wanted: number) => (code: number) => code === wanted;
/** How every failure of lvm(8) ends. A shell, sudo or a wrapper that did not even start lvm ends otherwise. */
const LVM_FAILED = is(5);

/** gluster may end with any code, but 126 and 127 are a shell's: then nobody has asked gluster. */
const NOT_OF_A_SHELL = (code: number): boolean => FAILED(code) && code !== 126 && code !== 127;

const GLUSTER = { by: ['gluster'], exit: NOT_OF_A_SHELL };
const GLUSTER_BLOCK = { by: ['gluster-block'], exit: NOT_OF_A_SHELL };
const LVM = { by: ['lvm'], exit: LVM_FAILED };

export const FAILURES: { readonly [K in FailureKind]: readonly Row<About<K>>[] } = {
  /** It was not even started: there is none of this name where it was looked for. */
  'program missing': [
    { exit: is(127) },
    { exit: FAILED, says: inErrors(/^.*: command not found$|executable file not found/m) },
  ],
  'program not executable': [{ exit: is(126) }],
  'sudo refused': [
    {
      exit: FAILED,
      says: inErrors(
        /^sudo: (?:a password is required|a terminal is required|no tty present|sorry, you must have a tty)/m,
      ),
    },
    { exit: FAILED, says: inErrors(/is not allowed to (?:execute|run)|is not in the sudoers file|may not run sudo/) },
  ],
  'sudo failed': [
    {
      exit: FAILED,
      // It says some things also when it then runs the program.
      says: (said) =>
        inErrors(/^sudo: (?!unable to |setrlimit)/m)(said) &&
        !failsWith(said, 'sudo refused') &&
        !failsWith(said, 'program missing'),
    },
  ],
  /** The user who runs commands there has not the rights for it. */
  'rights missing': [
    {
      exit: FAILED,
      says: (said) =>
        inErrors(/Permission denied|Operation not permitted|Running as a non-root user|only root can do/)(said) &&
        !NOT_RUN.some((kind) => failsWith(said, kind)),
    },
  ],

  /** `cat`, `sed`, `stat` or `grep` of a file that does not exist. */
  'file absent': [{ exit: OWN_FAILURE, says: ({ stderr }, { path }) => isNoSuchFile(stderr, path) }],
  /** A path that is no mount point, or does not exist. */
  'not mounted': [
    {
      by: ['umount'],
      exit: OWN_FAILURE,
      says: ({ stderr }, { path }) =>
        ['not mounted', 'no mount point specified', 'mountpoint not found'].some((text) =>
          stderr.includes(`${path}: ${text}`),
        ),
    },
  ],
  /** There may be none of this name, or something else. */
  'not a block device': [{ by: ['lsblk'], exit: ANY, says: ({ stderr }) => stderr.includes('not a block device') }],
  /** The disk or the file system on it answers with errors. */
  'disk error': [
    {
      by: ['stat', 'dd'],
      exit: FAILED,
      says: ({ stderr }) =>
        /: (?:Input\/output error|Structure needs cleaning|No such device or address|Remote I\/O error)/.test(stderr),
    },
  ],
  /** Three generations of mkfs.xfs: the log, an allocation group, or the whole would be smaller than it makes them. */
  'file system too small': [
    {
      by: ['mkfs.xfs'],
      exit: FAILED,
      says: inText(/must be larger than \d+ ?MB|log size \d+ blocks too small|agsize \(\d+ blocks\) too small/),
    },
  ],
  'kernel module absent': [
    {
      by: ['modprobe'],
      exit: FAILED,
      says: ({ stderr }, { module }) =>
        stderr.replaceAll('-', '_').includes(`FATAL: Module ${module.replaceAll('-', '_')} not found`),
    },
  ],
  /** Not of a unit that is not there (it has another name) or masked (run by somebody else, or not at all). */
  'service stopped': [
    {
      by: ['systemctl'],
      exit: is(3),
      says: ({ stdout, stderr }) =>
        !/^[ \t]*Loaded: (?:not-found|masked|error)/m.test(stdout) && !stderr.includes('could not be found'),
    },
  ],

  /**
   * lvm shows the group, and this volume is not in it. Only this proves that a volume is gone: "not found" also stands
   * in what lvm says of missing disks of other groups, of kernel modules and of programs.
   */
  'logical volume absent': [
    {
      ...LVM,
      says: (said, { vg, lv }) =>
        isSaid(said, `Failed to find logical volume "${vg}/${lv}"`) && !failsWith(said, 'volume group unseen', { vg }),
    },
  ],
  /**
   * lvm shows no group of this name: it was removed, or its disk is away, hidden by a filter, or another system's. Its
   * volumes may be there again a moment later.
   */
  'volume group unseen': [
    {
      ...LVM,
      says: (said, { vg }) => isSaid(said, `Volume group "${vg}" not found`, `Cannot process volume group ${vg}`),
    },
  ],
  /**
   * lvm finds no label of its own on the device that it was asked for under this name. A device that a filter hides is
   * answered in the same words.
   */
  'physical volume label absent': [
    {
      ...LVM,
      says: (said, { device }) =>
        deviceNamed(
          said,
          device,
          'Failed to find physical volume "',
          'No PV found on device ',
          'No physical volume label read from ',
        ),
    },
  ],
  /** There is no such device on the host, or lvm may not look at it. */
  'device unseen': [
    {
      ...LVM,
      says: (said, { device }) => isSaid(said, `Cannot use ${device}: device not found`, `Device ${device} not found`),
    },
    {
      ...LVM,
      says: (said, { device }) =>
        deviceNamed(
          said,
          device,
          'No device found for ',
          'Failed to find device "',
          'Failed to find device for physical volume "',
        ),
    },
  ],
  /**
   * lvcreate was killed while the parts of this pool were active by themselves: lvm then removes no volume in the pool,
   * but does remove the pool with all that is in it.
   */
  'thin pool half active': [
    {
      ...LVM,
      says: (said, { vg, pool }) => {
        const start = `Activation of logical volume ${vg}/${pool} is prohibited while logical volume ${vg}/${pool}_`;
        return linesOf(said).some((line) => withoutPrefix(line, start) !== null);
      },
    },
  ],

  /** Nothing was done there, and nothing would be. */
  'glusterd down': [{ by: ['gluster'], exit: FAILED, says: inText(/connection failed/i) }],
  /**
   * Whoever waited for a daemon gave up, or was cut off; the daemon goes on with the change. Said in plain text even
   * with --xml, and whatever the exit code.
   */
  'request timed out': [
    {
      by: ['gluster'],
      exit: ANY,
      says: atTheStart(/(?:^Error ?: ?|failed: |<opErrstr>[^<]*)Request timed out/im),
    },
    {
      by: ['gluster-block'],
      exit: ANY,
      says: atTheStart(/Did not receive any response from gluster-block daemon/i),
    },
  ],
  /** Another change of the same volume, or pool, holds glusterd's lock: nothing was done, and trying again is safe. */
  'another transaction in progress': [
    {
      ...GLUSTER,
      says: inText(
        /Another transaction (?:is )?in progress|Locking failed on|Another transaction could be in progress/i,
      ),
    },
  ],
  /** `Volume NAME does not exist`, or without the name in XML. */
  'volume absent': [
    {
      ...GLUSTER,
      says: inText(/Volume (?:\S+ |\([^()]*\) ?)?does not exist|Unable to get volinfo for volume name/i),
    },
  ],
  'snapshot absent': [{ ...GLUSTER, says: inText(/Snapshot \([^()]*\) does not exist/i) }],
  'peer absent': [{ ...GLUSTER, says: inText(/is not part of cluster/i) }],
  /**
   * Of `volume reset-brick`: the brick's glusterd has learnt of it since it started, and takes it for a new one until
   * its next start. Nothing was done.
   */
  'brick known too late': [{ ...GLUSTER, says: inText(/When destination brick is new/i) }],
  'volume started already': [{ ...GLUSTER, says: inText(/already started/i) }],
  'volume stopped already': [{ ...GLUSTER, says: inText(/is not in the started state/i) }],
  /** Of `volume status`, and of `heal info` also when all its bricks are down. */
  'volume not started': [
    { ...GLUSTER, says: ({ stdout, stderr }) => /Volume \S+ is not started/i.test(`${stderr}\n${stdout}`) },
  ],
  /** `heal info` is a client of the volume: its host's glusterd gave it no volfile. */
  'volume definition not given': [
    { ...GLUSTER, says: inText(/Not able to fetch volfile from glusterd|Setting the volfile server failed/i) },
  ],
  /** The same client had the volfile, and could not use it. */
  'volume out of reach': [{ ...GLUSTER, says: inText(/Not able to (?:mount the volume|initialize volume)/i) }],
  'volume without heal': [{ ...GLUSTER, says: inText(/Volume \S+ is not of type replicate/i) }],
  /** On any bricks. */
  'volume name refused': [
    { ...GLUSTER, says: inText(/is too long|^Volume name .* is invalid|^Volume name should not contain/im) },
  ],
  'volume option unknown': [{ ...GLUSTER, says: inText(/option : \S+ does not exist/i) }],
  /** It, or the volume that hosts it: not one of its hosts, nor another of a longer name. */
  'block volume absent': [
    {
      ...GLUSTER_BLOCK,
      says: (said, { hostingVolume, name }) => saysWhole(said, `block ${hostingVolume}/${name} doesn't exist`),
    },
    {
      ...GLUSTER_BLOCK,
      says: (said, { hostingVolume }) => saysWhole(said, `volume ${hostingVolume} does not exist`),
    },
  ],
  /** It was there before: nothing was made, nor changed. */
  'block volume exists': [
    { ...GLUSTER_BLOCK, says: (said, { name }) => saysWhole(said, `BLOCK with name: '${name}' already EXIST`) },
  ],
  /** gluster-blockd can't work there: nothing was done, and nothing would be. It does not run without tcmu-runner. */
  'block daemon down': [
    {
      ...GLUSTER_BLOCK,
      says: inText(/Connection failed\. Please check if gluster-block daemon|gluster-blockd\.socket: connect failed/i),
    },
    // It could not even open the volume, as without the glusterd of its own host.
    {
      ...GLUSTER_BLOCK,
      says: inText(/Not able to initialize volume \S{1,255}\[Transport endpoint is not connected\]/i),
    },
  ],
  /** Some host could not set up, change or remove its target. */
  'block volume not exported': [
    {
      ...GLUSTER_BLOCK,
      says: inText(
        /failed to (?:configure|delete config|modify size) on |(?:^|: )(?:rollback )?failed on |(?:configure|modify size|delete) failed/im,
      ),
    },
  ],
  /** Of a resize to a size that it has outgrown, or has. */
  'block volume larger': [{ ...GLUSTER_BLOCK, says: inText(/Shrink size \?/) }],
  'block volume of that size': [{ ...GLUSTER_BLOCK, says: inText(/request size \([^()]*\) is same as current size/) }],
};

const NOT_RUN = ['program missing', 'program not executable', 'sudo refused', 'sudo failed'] as const;

/** Whether this is what the program failed with. `about` is the object that it was asked for. */
export function failsWith<K extends FailureKind>(
  said: Said,
  kind: K,
  ...[about]: K extends keyof Asked ? [about: Asked[K]] : []
): boolean {
  const rows: readonly Row<About<K>>[] = FAILURES[kind];
  return rows.some((row) => isRowOf(said, row, about as About<K>));
}

export function isRowOf<A>(said: Said, { by, exit, says }: Row<A>, about: A): boolean {
  return (!by || isBy(said, by)) && exit(said.exitCode) && (!says || says(said, about));
}

export interface MissingProgram {
  /** Who looked for it. A shell, unlike sudo, ends with an exit code of its own then. */
  readonly by: 'shell' | 'sudo';
  /** Null but for a program of LVM under its full path, which a wrapper may have looked for. */
  readonly wanted: string | null;
}

/** What was not found, where a shell or sudo says so of a program that was not even started. */
export function missingProgram(said: Said): MissingProgram | null {
  const { exitCode, stderr } = said;
  const wanted = /\/usr\/s?bin\/(?:lvm|udevadm)\b/.exec(stderr)?.[0] ?? null;
  if (exitCode === 127 && /command not found|No such file or directory/.test(stderr)) return { by: 'shell', wanted };
  return exitCode !== 0 && /^sudo: .*: command not found/m.test(stderr) ? { by: 'sudo', wanted } : null;
}

/** The volume whose lock a refusal for another transaction is about; null when it names none. */
export function lockedVolume(said: Said): string | null {
  return /in progress for ([A-Za-z0-9_-]+)/i.exec(textOf(said))?.[1] ?? null;
}

/** A program of LVM may stand behind a wrapper. */
function isBy({ argv }: Said, programs: readonly string[]): boolean {
  return argv.slice(0, 2).some((word) => programs.includes(word.slice(word.lastIndexOf('/') + 1)));
}

/** What a failure is shown with. */
function textOf({ stderr, stdout }: Said): string {
  return stderr.trim() || stdout.trim();
}

function inText(expression: RegExp): (said: Said) => boolean {
  return (said) => expression.test(textOf(said));
}

/** This sentence, with a word of its own at both ends; gluster-block's versions differ in the first letter. */
function saysWhole(said: Said, sentence: string): boolean {
  const text = textOf(said).toLowerCase();
  const wanted = sentence.toLowerCase();
  for (let at = text.indexOf(wanted); at >= 0; at = text.indexOf(wanted, at + 1))
    if (!isWordPart(text[at - 1]) && !isWordPart(text[at + wanted.length])) return true;
  return false;
}

function isWordPart(letter: string | undefined): boolean {
  return letter !== undefined && /[\w/-]/.test(letter);
}

function inErrors(expression: RegExp): (said: Said) => boolean {
  return ({ stderr }) => expression.test(stderr.slice(0, 8192));
}

/** Who gives up says so at the start; reports of all volumes are long, and come with every delete. */
function atTheStart(expression: RegExp): (said: Said) => boolean {
  return ({ stderr, stdout }) => expression.test([stderr, stdout].map((text) => text.slice(0, 16_384)).join('\n'));
}

function isNoSuchFile(stderr: string, path: string): boolean {
  const at = stderr.indexOf(path);
  return at >= 0 && /^['"`’]?: No such file or directory/.test(stderr.slice(at + path.length, at + path.length + 40));
}
