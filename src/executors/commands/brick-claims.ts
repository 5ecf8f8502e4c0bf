import type { Command } from '../executor.js';
import { program, SHORT_TIMEOUT_MS } from './command-lines.js';

/** Where glusterd keeps a directory per volume, with a file HOST:PATH per brick, dashes for the slashes. */
export const GLUSTERD_VOLUMES = '/var/lib/glusterd/vols';

const SCRIPT = `
shopt -s nullglob; export LC_ALL=C
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

/**
 * Fails when this host's glusterd has a volume with a brick in the file system, other than \`doomed\`. It costs nothing,
 * so it is asked in the very batch that removes a brick, at a moment that is past for whoever asked gluster before.
 * That it finds none proves nothing: glusterd may keep its files elsewhere.
 */
export function refuseClaimed(mountPoint: string, doomed: string, volumes = GLUSTERD_VOLUMES): Command {
  return program(['bash', '-c', SCRIPT, 'brick-claims', volumes, mountPoint, doomed], SHORT_TIMEOUT_MS);
}
