import type { Command } from '../executor.js';
import { quoteWords } from '../shell.js';

/** What marks our own lines in a script's output. Each half alone stands in the script, so that `ps` shows no mark. */
export interface ScriptMark {
  readonly first: string;
  readonly second: string;
}

/** Who a script is to its host: `name` is unique to the batch; scripts of older generations of a server don't start. */
export interface ScriptIdentity {
  readonly serverId: string;
  /** Grows with every start of the server. */
  readonly generation: number;
  readonly number: number;
}

export interface ScriptOptions {
  readonly mark: ScriptMark;
  readonly identity: ScriptIdentity;
  readonly useSudo: boolean;
  /** How long a command that was told to end (TERM) is waited for before it is killed. */
  readonly termGraceMs: number;
}

const POLLS_PER_SECOND = 5;
/** A command that is not gone then sits in the kernel, waiting for a device. */
const KILL_GRACE_SECONDS = 5;

export function scriptName({ serverId, generation, number }: ScriptIdentity): string {
  return `${serverId}.${generation}.${number}`;
}

/**
 * Text for bash that runs the batch and stops after the first failure that is not `mayFail`.
 *
 * Commands write straight to the script's stdout (7) and stderr (8) and have no stdin. The script adds lines
 * `<mark>:<event>`: to stdout `begin 0` (`begin 1`: something of an earlier generation may run), `end <exit code>` after each command, `done`; to stderr an empty event at the
 * begin and after each command. They are found wherever they stand, since output need not end with a newline.
 */
export function batchScript(batch: readonly Command[], options: ScriptOptions): string {
  const sudo = options.useSudo ? 'sudo -n -- ' : '';
  const commands = batch.map(
    ({ argv, timeoutMs, mayFail }) =>
      `r ${(timeoutMs / 1000).toFixed(3)} ${mayFail ? 1 : 0} ${sudo}${quoteWords(argv)}`,
  );
  return [...opening(options), ...running(options), ...commands, 'fin', ''].join('\n');
}

/** What `leftoversScript` is told about the batches that this process itself has begun on the host. */
export interface KnownBatches {
  /** They run and are watched. */
  readonly live: readonly number[];
  /** Their connection was lost before they were seen to begin: they must not begin any more. */
  readonly unseen: readonly number[];
  /** Batches with this number or a higher one are younger than the question. */
  readonly next: number;
}

/**
 * Text for bash that waits until no script of this server is left but the live ones: event `done`, or
 * `running <name>` when one still runs after `waitSeconds`.
 */
export function leftoversScript(known: KnownBatches, waitSeconds: number, options: ScriptOptions): string {
  const { serverId, generation, number } = options.identity;
  return [
    ...opening(options),
    `end=$((SECONDS+${waitSeconds}))`,
    // A lock that is free belongs to a script that has ended, however it ended: locks go with their processes.
    'take() {',
    '  exec 5>>"$d/$1" || { m "refused cannot open $d/$1"; exit; }',
    '  local s=$((end-SECONDS)); [ $s -gt 0 ] || s=0',
    '  flock -w $s 5 || { m "running $1"; exit; }',
    '}',
    `for f in "$d/${serverId}".*.*; do`,
    '  f=${f##*/}; g=${f%.*}; g=${g##*.}; n=${f##*.}',
    `  if [ "$g" = ${generation} ]; then`,
    `    [ "$n" -lt ${known.next} ] || continue`,
    `    case " ${[...known.live, ...known.unseen, number].join(' ')} " in *" $n "*) continue ;; esac`,
    '  fi',
    '  take "$f"; rm -f "$d/$f"; exec 5>&-',
    'done',
    ...known.unseen.map((unseen) => {
      const name = scriptName({ serverId, generation, number: unseen });
      return `take ${name}; [ -s "$d/${name}" ] || echo fenced >&5; exec 5>&-`;
    }),
    'fin',
    '',
  ].join('\n');
}

/**
 * Registers the script: a file that it holds locked while anything of it runs. A file with content, or a fence of a
 * younger generation, says that the server has given this script up before it began. Registering comes before
 * looking at the fence, raising the fence before looking for registered scripts: one of the two sees the other.
 */
function opening({ mark, identity }: ScriptOptions): readonly string[] {
  const { serverId, generation } = identity;
  return [
    'exec 7>&1 8>&2 >/dev/null 2>&1 </dev/null',
    'trap "" PIPE HUP', // a cut link must not end a command in mid-work
    'set -m', // a process group for each command
    'umask 022',
    'cd /',
    'export LC_ALL=C',
    `D=${mark.second}; D=${mark.first}$D; N=${scriptName(identity)}`,
    'm() { printf "%s:%s\\n" "$D" "$1" >&7; }',
    'fin() { printf "%s:\\n" "$D" >&8; m done; exec 9>&-; rm -f "$d/$N"; exit; }',
    'd=/run/mortar; [ "$EUID" = 0 ] || d=/tmp/mortar-$EUID',
    '[ -d "$d" ] || mkdir -m 700 "$d"',
    'if [ ! -d "$d" ] || [ ! -O "$d" ] || [ -L "$d" ]; then m "refused $d is not a directory of this user"; exit; fi',
    'exec 6>>"$d/$N" || { m "refused cannot write in $d"; exit; }',
    'flock -n 6; case $? in 0) ;; 1) m fenced; exit ;; *) m "refused the program flock (util-linux) is missing"; exit ;; esac',
    'if [ -s "$d/$N" ]; then m fenced; exit; fi',
    `fence="$d/${serverId}.fence"; raised=`,
    'if [ -e "$fence" ]; then while read -r g; do',
    `  if [ "$g" -gt ${generation} ]; then rm -f "$d/$N"; m fenced; exit; fi`,
    `  [ "$g" = ${generation} ] && raised=1`,
    'done <"$fence"; fi',
    `[ "$raised" ] || echo ${generation} >>"$fence" || { m "refused cannot write in $d"; exit; }`,
    'old=0',
    `for f in "$d/${serverId}".*.*; do case $f in *.${generation}.*) ;; *) old=1 ;; esac; done`,
    'printf "%s:\\n" "$D" >&8 && m "begin $old" || exit',
  ];
}

/**
 * `r SECONDS MAY_FAIL PROGRAM ARGUMENT...` runs one command; `w` is a second process that guards its time limit. It
 * also keeps the lock when the script itself is killed. After `timeout` follows `over`, or `stuck` while the command
 * can't even be killed.
 */
function running({ useSudo, termGraceMs }: ScriptOptions): readonly string[] {
  const polls = (seconds: number) => Math.ceil(seconds * POLLS_PER_SECOND);
  const killAsRoot = useSudo ? ' || sudo -n kill -$1 -- -$p 6>&- 7>&- 8>&-' : '';
  return [
    `k() { kill -$1 -- -$p${killAsRoot}; }`,
    // Zombies don't count: in a container nobody may collect them.
    'alive() {',
    '  case $(kill -0 -- -$p 2>&1) in *permitted*) return 0 ;; esac',
    '  local f s',
    '  for f in /proc/[0-9]*/stat; do',
    '    read -r s <"$f" || continue',
    '    s=${s##*) }; set -- $s',
    '    [ "$3" = "$p" ] && [ "$1" != Z ] && return 0',
    '  done',
    '  return 1',
    '}',
    'await() { local i=0; while [ $i -lt $1 ]; do alive || return 0; sleep 0.2; i=$((i+1)); done; return 1; }',
    'w() {',
    '  local l x s',
    '  while read -r p l; do',
    '    [ "$l" ] || continue',
    '    read -r -t "$l" x; s=$?',
    '    [ $s = 0 ] && continue',
    '    if [ $s -le 128 ]; then await $((5*${l%.*}+5)) && exit; fi', // the script is gone, its command is not
    '    m timeout; kill -USR1 $$',
    '    k TERM',
    `    if ! await ${polls(termGraceMs / 1000)}; then k KILL; await ${polls(KILL_GRACE_SECONDS)} || m stuck; fi`,
    '    while alive; do sleep 1; done',
    '    exit',
    '  done',
    '}',
    'trap T=1 USR1',
    'exec 9> >(w)',
    'r() {',
    '  local c l=$1 may=$2; shift 2; T=',
    '  "$@" </dev/null >&7 2>&8 6>&- 7>&- 8>&- 9>&- &', // lvm complains about descriptors it is handed
    '  p=$!; echo "$p $l" >&9',
    '  wait $p; c=$?',
    '  if [ "$T" ]; then wait $p; m over; exit; fi',
    '  echo >&9',
    '  printf "%s:\\n" "$D" >&8 && m "end $c" || exit', // nobody listens any more: no further command
    '  [ $c = 0 ] || [ $may = 1 ] || fin',
    '}',
  ];
}
