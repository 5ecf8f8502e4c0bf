import { type Command, CommandError, type CommandResult } from '../../executor.js';
import { program, SHORT_TIMEOUT_MS } from '../host/command-lines.js';

/** Where glusterd keeps a directory per volume, with a file HOST:PATH per brick, dashes for the slashes. */
export const GLUSTERD_VOLUMES = '/var/lib/glusterd/vols';

/** None that a shell ends with by itself. */
const NO_WITNESS = 3;

const SCRIPT = `
shopt -s nullglob; export LC_ALL=C
if [ "$4" ]; then
  p=\${4#/var}; [[ $p = /run/* ]] || p=$4
  seen=("$1"/*/bricks/*:"\${p//\\//-}")
  [ "\${seen[0]}" ] || { echo "$1 does not show $4, which gluster uses: it can not tell who uses $2" >&2; exit ${NO_WITNESS}; }
fi
p=\${2#/var}; [[ $p = /run/* ]] || p=$2
n=\${p//\\//-}
for f in "$1"/*/bricks/*"$n" "$1"/*/bricks/*"$n"-*; do
  v=\${f%/bricks/*}; v=\${v##*/}
  [ "$v" = "$3" ] && continue
  echo "gluster's volume $v uses the file system at $2, which was to be removed; it was left alone" >&2
  exit 1
done
exit 0
`;

export interface Claims {
  /** Name of a volume that goes together with its bricks. */
  readonly doomed?: string;
  /** Path of a brick on this host that one of gluster's volumes has. */
  readonly witness?: string;
  /** Another folder than glusterd's usual one. */
  readonly volumes?: string;
}

/**
 * Fails when this host's glusterd has a volume with a brick in the file system, other than `doomed`. It costs little,
 * so it is asked in the very batch that removes a brick, at a moment that is past for whoever asked gluster before.
 * That it finds none proves something only when it finds the `witness`, and it fails as well when it does not: glusterd
 * may keep its files elsewhere. Without a witness somebody has to ask gluster first.
 */
export function refuseClaimed(
  mountPoint: string,
  { doomed = '', witness = '', volumes = GLUSTERD_VOLUMES }: Claims = {},
): Command {
  return program(['bash', '-c', SCRIPT, 'brick-claims', volumes, mountPoint, doomed, witness], SHORT_TIMEOUT_MS);
}

/** The files of glusterd do not tell who uses a brick; nothing was changed. */
export class ClaimsUnknown extends Error {
  constructor(host: string, { stderr }: CommandResult) {
    super(`${host}: ${stderr.trim()}`);
    this.name = 'ClaimsUnknown';
  }
}

/** The error of a look that did not end well. */
export function claimsError(host: string, command: Command, result: CommandResult): Error {
  return result.exitCode === NO_WITNESS ? new ClaimsUnknown(host, result) : new CommandError(host, command, result);
}
