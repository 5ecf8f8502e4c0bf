import type { Pod } from './pod.js';

/**
 * Where a program runs, as it sees it itself. The API server's books say which container was meant; they may lag
 * behind, or be about another one of the same name.
 */
export interface Place {
  /** One life of the node's kernel. */
  readonly bootId: string;
  /** One life of the container, by when it began. */
  readonly lifeId: string;
  /**
   * How long its first process has run; how long it is since the first program ran in it, at least, where that process
   * is another one's (of the node, or of the pod).
   */
  readonly ageSeconds: number;
  /**
   * The folder in which scripts register: programs of two containers are in the same place when they see each other's
   * locks there. Null when none could be made.
   */
  readonly registryId: string | null;
  /** The folder is one of the node: it outlives the pod. */
  readonly isOfNode: boolean;
}

/** Folders that a gluster pod shares with its node, for the bricks' mounts or for their devices. */
const NODE_FOLDERS = ['/run', '/var/lib/heketi', '/dev'];
const TICKS_PER_SECOND = 100;
const FIRST_WORD = 'mortar-place';

/**
 * The words that stand before a program: they print a line about the place, say where scripts register
 * (`MORTAR_REGISTRY`, see `remote-script.ts`) and that stdin ends with the link (`MORTAR_LISTENER`), and are replaced by
 * the program; without one they end. A server that only reads makes the folder too, which keeps nobody from anything.
 */
export function placePrelude(pod: Pod): readonly string[] {
  const folder = registryFolder(pod);
  const script = [
    '{',
    `d=${folder ?? '/run/mortar'} n=${folder === null ? 0 : 1}`,
    // Another user than root can write only in a home, which is the container's.
    '[ "$EUID" = 0 ] || { d=${HOME:-/nowhere}/.mortar/${HOSTNAME:-host}; n=0; }',
    '[ -d "$d" ] || mkdir -p -m 700 "$d"',
    'read -r t u </proc/uptime; c=${t/./}',
    '[ -s "$d/place" ] || { read -r u </proc/sys/kernel/random/uuid; echo "$u $c" >"$d/$u"; ln "$d/$u" "$d/place"; rm -f "$d/$u"; }',
    'read -r r c <"$d/place"; read -r b </proc/sys/kernel/random/boot_id',
    pod.hasOwnProcesses ? 'read -r s </proc/1/stat; s=${s##*) }; s=($s); s=${s[19]}' : 's=${c:-0}',
    'export MORTAR_REGISTRY=$d MORTAR_LISTENER=stdin',
    '} 2>/dev/null',
    `echo "${FIRST_WORD} \${b:--} \${s:--} \${t:--} \${r:--} $n"`,
    '[ $# = 0 ] || exec "$@"',
  ];
  return ['/bin/bash', '-c', script.join('\n'), 'bash'];
}

/** Null for a line that is none. */
export function parsePlace(line: string): Place | null {
  const [word, bootId = '-', startTicks = '-', uptime = '-', registryId = '-', isOfNode] = line.split(' ');
  const startSeconds = Number(startTicks) / TICKS_PER_SECOND;
  const uptimeSeconds = Number(uptime);
  if (word !== FIRST_WORD || bootId === '-' || !Number.isFinite(startSeconds) || !Number.isFinite(uptimeSeconds))
    return null;
  return {
    bootId,
    lifeId: `${bootId}/${startTicks}`,
    // A folder of the node may be of before its last start.
    ageSeconds: startSeconds > uptimeSeconds ? uptimeSeconds : uptimeSeconds - startSeconds,
    registryId: registryId === '-' ? null : registryId,
    isOfNode: isOfNode === '1',
  };
}

/** Scripts that see each other's locks are in the same place. Null: without locks nobody can tell who is in it. */
export function placeName({ bootId, registryId }: Place): string | null {
  return registryId && `${bootId}/${registryId}`;
}

/** A folder below which only root can write and which is the node's, by what the pod is made of; null: there is none. */
export function registryFolder({ mounts }: Pod): string | null {
  const folder = NODE_FOLDERS.find((candidate) => {
    const holding = mounts.filter(
      ({ path }) => candidate === path || candidate.startsWith(`${path.replace(/\/$/, '')}/`),
    );
    return holding.toSorted((a, b) => a.path.length - b.path.length).at(-1)?.isOfNode;
  });
  if (folder === undefined) return null;
  return folder === '/run' ? '/run/mortar' : `${folder}/.mortar`;
}
