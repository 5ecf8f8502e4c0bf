import type { NodeHost } from './host.js';

/** A line of /proc/self/mountinfo. */
export interface Mount {
  /** `MAJOR:MINOR` of the file system: the same for all bind mounts of it. */
  readonly device: string;
  /** The folder of the file system that is shown. */
  readonly root: string;
  readonly mountPoint: string;
  /** Of this mount, such as `ro`. */
  readonly options: readonly string[];
  /** Mounts on it, and itself, are seen in other namespaces: on the host, if this is a container. */
  readonly isShared: boolean;
  readonly type: string;
  readonly source: string;
}

/** As of FUSE's clients of gluster. */
const GLUSTER_TYPE = 'fuse.glusterfs';

export function parseMountInfo(text: string): readonly Mount[] {
  return text.split('\n').flatMap((line) => {
    // Optional fields end with a lone dash.
    const [place = '', kind = ''] = line.split(' - ');
    const [, , device, root, mountPoint, options, ...more] = place.split(' ');
    const [type, source] = kind.split(' ');
    if (device === undefined || root === undefined || mountPoint === undefined || type === undefined) return [];
    return [
      {
        device,
        root: unescaped(root),
        mountPoint: unescaped(mountPoint),
        options: (options ?? '').split(','),
        isShared: more.some((field) => field.startsWith('shared:')),
        type,
        source: unescaped(source ?? ''),
      },
    ];
  });
}

/** Blanks, line ends and backslashes are octal there; all other bytes are as they are. */
function unescaped(text: string): string {
  return text.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));
}

/** As often as the table is read again while it changes. */
const MOST_READINGS = 5;

/**
 * The table comes in pieces, between which mounts come and go: in kernels before 5.8 that hides others. Two readings that are
 * the same are believed, as the kubelet does it.
 */
export async function readMounts(host: NodeHost): Promise<readonly Mount[]> {
  let text = await host.mountInfo();
  for (let i = 1; i < MOST_READINGS; i++) {
    const again = await host.mountInfo();
    if (again === text) break;
    text = again;
  }
  return parseMountInfo(text);
}

/** All that are mounted at a path, the lowest first; the last one is what is seen there. */
export function mountsAt(mounts: readonly Mount[], path: string): readonly Mount[] {
  return mounts.filter(({ mountPoint }) => mountPoint === path);
}

export function isGluster({ type }: Mount): boolean {
  return type === GLUSTER_TYPE;
}

/** gluster's name of the volume: the source is HOST:/VOLUME or HOST:VOLUME, and HOST may hold colons. */
export function volumeOf({ source }: Mount): string {
  return source.slice(source.lastIndexOf(':') + 1).replace(/^\//, '');
}

export function isReadOnly({ options }: Mount): boolean {
  return options.includes('ro');
}
