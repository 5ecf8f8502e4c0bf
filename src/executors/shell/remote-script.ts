import type { Command } from '../executor.js';
import { quoteWords } from './quoting.js';

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
  /** Null: the script only reads. It registers nowhere and keeps nobody else's from starting. */
  readonly identity: ScriptIdentity | null;
  readonly useSudo: boolean;
  /** How long a command that was told to end (TERM) is waited for before it is killed. */
  readonly termGraceMs: number;
  /** A script whose words nobody reads for so long ends: it would wait for ever, with its lock. */
  readonly unreadMs: number;
}

/** Who holds the lock of a script that wants to register is about to say that it was given up. */
const REGISTER_SECONDS = 20;
const POLLS_PER_SECOND = 5;
/** A command that is not gone then sits in the kernel, waiting for a device. */
const KILL_GRACE_SECONDS = 5;

export function scriptName({ serverId, generation, number }: ScriptIdentity): string {
  return `${serverId}.${generation}.${number}`;
}

/**
 * Text for bash that runs the batch and stops after the first failure that is not `mayFail`, or when nobody listens any more.
 *
 * Commands write straight to the script's stdout (7) and stderr (8) and have no stdin. The script adds lines
 * `<mark>:<event>`: to stdout `begin 0` (`begin 1`: something of an earlier generation may run), `end <exit code>` after each command, `done`; to stderr an empty event at the
 * begin and after each command. They are found wherever they stand, since output need not end with a newline.
 */
export function batchScript(batch: readonly Command[], options: ScriptOptions): string {
  const sudo = options.useSudo ? 'sudo -n -- ' : '';
  const commands = batch.map(({ argv: [program = '', ...args], timeoutMs, mayFail }) => {
    const isPlaced = program.startsWith('/');
    const place = isPlaced ? `at ${quoteWords([program])}; ` : '';
    const words = [isPlaced ? '"$A"' : quoteWords([program]), quoteWords(args)].join(' ');
    return `${place}r ${(timeoutMs / 1000).toFixed(3)} ${mayFail ? 1 : 0} ${sudo}${words}`;
  });
  return [...opening(options), ...running(options), ...commands, 'fin', ''].join('\n');
}

export interface RegisteredOptions extends ScriptOptions {
  readonly identity: ScriptIdentity;
}

/** Batches of this process that ended without an answer, by number. */
export interface LostBatches {
  /** They were seen to begin, and may run on. */
  readonly begun: readonly number[];
  /** Their connection was lost before they were seen to begin: they must not begin any more. */
  readonly unseen: readonly number[];
}

/**
 * Text for bash that waits until no script of an older generation of this server, and none of the lost ones, is left:
 * event `done`, or `running <name>` when one still runs after `waitSeconds`.
 *
 * It takes the locks of those only. Whatever else this process or a younger one has sent to the host may be about to
 * register, and would find its lock taken.
 */
export function leftoversScript(lost: LostBatches, waitSeconds: number, options: RegisteredOptions): string {
  const { serverId, generation } = options.identity;
  const name = (number: number) => scriptName({ serverId, generation, number });
  return [
    ...opening(options),
    `end=$((SECONDS+${waitSeconds}))`,
    // A lock that is free belongs to a script that has ended, however it ended: locks go with their processes.
    'take() {',
    '  local s=$((end-SECONDS)); [ $s -gt 0 ] || s=0',
    '  lock 5 "$1" $s; case $? in 0) ;; 1) m "running ${1##*/}"; exit ;; *) m "refused cannot lock $1"; exit ;; esac',
    '}',
    // Who ends removes his file himself.
    'bury() { [ ! -e "$1" ] || { take "$1"; rm -f "$1"; exec 5>&-; }; }',
    `for p in "\${P[@]}"; do for f in "$p/${serverId}".*.*; do`,
    '  g=${f%.*}; g=${g##*.}',
    `  [ "$g" -ge ${generation} ] || bury "$f"`,
    'done; done',
    ...lost.begun.map((number) => `bury "$d/${name(number)}"`),
    ...lost.unseen.map(
      (number) => `take "$d/${name(number)}"; [ -s "$d/${name(number)}" ] || echo fenced >&5; exec 5>&-`,
    ),
    'fin',
    '',
  ].join('\n');
}

function opening({ mark, identity, useSudo }: ScriptOptions): readonly string[] {
  return [
    '[ -z "$MORTAR_LISTENER" ] || exec 4<&0',
    'exec 7>&1 8>&2 >/dev/null 2>&1 </dev/null',
    'trap "" PIPE HUP', // a cut link must not end a command in mid-work
    'set -m', // a process group for each command
    'umask 022',
    'cd /',
    'export LC_ALL=C',
    'export -n MORTAR_REGISTRY MORTAR_LISTENER',
    // Where a stdin ends with the link, there is something to be read from it then.
    'left() { [ "$MORTAR_LISTENER" ] && read -t 0 -u 4; }',
    `D=${mark.second}; D=${mark.first}$D`,
    'm() { printf "%s:%s\\n" "$D" "$1" >&7; }',
    'fin() { printf "%s:\\n" "$D" >&8; m done; exec 9>&-; [ -z "$N" ] || rm -f "$d/$N"; exit; }',
    ...(identity ? registering(identity, useSudo) : ['N=', 'old=1']),
    'printf "%s:\\n" "$D" >&8 && m "begin $old" || exit',
  ];
}

/**
 * Registers the script: a file that it holds locked while anything of it runs. A file with content, or a fence of a
 * younger generation, says that the server has given this script up before it began. Registering comes before
 * looking at the fence, raising the fence before looking for registered scripts: one of the two sees the other.
 *
 * A lock counts when the file that it is on still has its name: between opening and locking somebody who held the
 * lock may have removed the file.
 */
function registering(identity: ScriptIdentity, useSudo: boolean): readonly string[] {
  const { serverId, generation } = identity;
  return [
    `N=${scriptName(identity)}`,
    ...lockDirectory(useSudo),
    // `lock DESCRIPTOR FILE SECONDS`: 1 when somebody else holds it for longer, 2 when it can't be opened or locked.
    'lock() {',
    '  while :; do',
    '    eval "exec $1>>\\"\\$2\\"" || return 2',
    '    flock -w "$3" "$1"; case $? in 0) ;; 1) return 1 ;; *) return 2 ;; esac',
    '    [ "$2" -ef "/proc/self/fd/$1" ] && return 0',
    '  done',
    '}',
    'type flock || { m "refused the program flock (util-linux) is missing"; exit; }',
    `lock 6 "$d/$N" ${REGISTER_SECONDS}; case $? in 0) ;; 1) m fenced; exit ;; *) m "refused cannot lock a file in $d"; exit ;; esac`,
    'if [ -s "$d/$N" ]; then m fenced; exit; fi',
    // `fence FILE`: 1 when a younger generation has been there; otherwise this one has been there from now on.
    'fence() {',
    '  local g raised=',
    '  if [ -e "$1" ]; then while read -r g; do',
    `    [ "$g" -gt ${generation} ] && return 1`,
    `    [ "$g" = ${generation} ] && raised=1`,
    '  done <"$1"; fi',
    `  [ "$raised" ] || echo ${generation} >>"$1" || { m "refused cannot write in \${1%/*}"; exit; }`,
    '}',
    `for p in "\${P[@]}"; do fence "$p/${serverId}.fence" || { rm -f "$d/$N"; m fenced; exit; }; done`,
    `old=0; for p in "\${P[@]}"; do for f in "$p/${serverId}".*.*; do`,
    `  case $f in *.${generation}.*) ;; *) [ -e "$f" ] && old=1 ;; esac`,
    'done; done',
  ];
}

/**
 * Sets `d`, where scripts register: a place that nobody but root and the user can make, the same one each time. What
 * stands before the script may name one in MORTAR_REGISTRY, such as a folder that a container shares with its node. root
 * has /run; a user with sudo has root make a directory there (event `sudo <its words>` when it may not); any other
 * one has his home, in which each host has its own: homes may be shared. What belongs to a login session, as
 * $XDG_RUNTIME_DIR, is no place: it goes with the last session, and commands run on.
 *
 * `P` are all places of older scripts: earlier versions registered in /tmp.
 */
function lockDirectory(useSudo: boolean): readonly string[] {
  const ofUser = useSudo
    ? [
        '  d=/run/mortar-$EUID',
        '  if [ ! -d "$d" ]; then',
        '    s=$(sudo -n -- install -d -m 700 -o "$EUID" -g "$(id -g)" "$d" 2>&1) || { m "sudo ${s//[^[:print:]]/ }"; exit; }',
        '  fi',
      ]
    : ['  d=${HOME:-/nowhere}/.mortar/${HOSTNAME:-host}', '  [ -d "$d" ] || mkdir -p -m 700 "$d"'];
  return [
    'o=',
    'if [ "$MORTAR_REGISTRY" ]; then',
    '  d=$MORTAR_REGISTRY',
    '  [ -d "$d" ] || mkdir -p -m 700 "$d"',
    'elif [ "$EUID" = 0 ]; then',
    '  d=/run/mortar',
    '  [ -d "$d" ] || mkdir -m 700 "$d"',
    'else',
    ...ofUser,
    '  o=/tmp/mortar-$EUID',
    'fi',
    'own() { [ -d "$1" ] && [ -O "$1" ] && [ ! -L "$1" ]; }',
    'own "$d" || { m "refused $d is not a directory of this user"; exit; }',
    'P=("$d"); own "$o" && P+=("$o")',
  ];
}

/**
 * `r SECONDS MAY_FAIL PROGRAM ARGUMENT...` runs one command; `w` is a second process that guards its time limit. It
 * also keeps the lock when the script itself is killed. A command that went over its time is followed by `over`, or by
 * `stuck` while it can't even be killed.
 *
 * Where the link to a script is gone, its output may be read by nobody and not be closed either: whoever writes then
 * waits for ever. So `w` writes nothing while it has to end something, and ends a script that does not get on.
 */
function running({ useSudo, termGraceMs, unreadMs }: ScriptOptions): readonly string[] {
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
    // What the script says to `w` ends with it, so that a read which takes too long tells that it is there and stuck.
    `heard() { read -r -t ${(unreadMs / 1000).toFixed(3)} "$@"; case $? in 0) ;; 1) exit ;; *) kill -KILL $$; exit ;; esac; }`,
    'w() {',
    '  local l x s',
    '  while heard p l; do',
    '    [ "$l" ] || continue',
    '    read -r -t "$l" x; s=$?',
    '    [ $s = 0 ] && continue',
    '    if [ $s -le 128 ]; then await $((5*${l%.*}+5)) && exit; fi', // the script is gone, its command is not
    '    [ $s -le 128 ] || kill -USR1 $$',
    '    k TERM',
    `    if ! await ${polls(termGraceMs / 1000)}; then`,
    '      k KILL',
    `      if ! await ${polls(KILL_GRACE_SECONDS)}; then (exec 6>&-; m stuck) & fi`,
    '    fi',
    '    while alive; do sleep 1; done',
    '    while heard x; do :; done',
    '  done',
    '}',
    // Systems differ in where lvm and udevadm are: a program that is not at its place is looked for.
    'at() {',
    '  A=$1; [ -x "$A" ] && return',
    '  local n=${1##*/}',
    '  for A in "/sbin/$n" "/usr/bin/$n" "/bin/$n" "$(type -P "$n")"; do [ -x "$A" ] && return; done',
    '  A=$1',
    '}',
    'trap T=1 USR1',
    'exec 9> >(w)',
    'r() {',
    '  local c l=$1 may=$2; shift 2; T=',
    '  left && exit', // as below, where output that nobody reads is not closed
    '  "$@" </dev/null >&7 2>&8 4<&- 6>&- 7>&- 8>&- 9>&- &', // lvm complains about descriptors it is handed
    '  p=$!; echo "$p $l" >&9',
    '  wait $p; c=$?',
    // A second `wait` for what has just ended may not return as long as any other child lives.
    '  if [ "$T" ]; then while alive; do sleep 0.2; done; m over; exit; fi',
    '  echo >&9',
    '  printf "%s:\\n" "$D" >&8 && m "end $c" || exit', // nobody listens any more: no further command
    '  [ $c = 0 ] || [ $may = 1 ] || fin',
    '}',
  ];
}
