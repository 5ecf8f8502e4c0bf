import type { BrickContents } from './brick-contents.js';

/** One directory of a simulated file system. */
export interface Directory {
  mode: string;
  group: string;
  /** gluster's trusted.glusterfs.volume-id, which outlives the volume. */
  volumeMark: string | null;
  /** Of a brick that something was written to. */
  contents: BrickContents | null;
  children: number;
}

function directory(): Directory {
  return { mode: '755', group: '0', volumeMark: null, contents: null, children: 0 };
}

/** A made file system: only directories, by their path below its root, which is ''. */
export class FileSystem {
  readonly type: string;
  readonly mkfsArguments: string;
  readonly directories = new Map<string, Directory>([['', directory()]]);

  constructor(type: string, mkfsArguments: string) {
    this.type = type;
    this.mkfsArguments = mkfsArguments;
  }

  /** False when it is there already or its parent is not. */
  make(path: string): boolean {
    const parent = this.directories.get(parentOf(path));
    if (!parent || this.directories.has(path)) return false;
    parent.children++;
    this.directories.set(path, directory());
    return true;
  }

  makeWithParents(path: string): void {
    if (path === '' || this.directories.has(path)) return;
    this.makeWithParents(parentOf(path));
    this.make(path);
  }

  /** The caller has checked that it is empty. */
  remove(path: string): void {
    const parent = this.directories.get(parentOf(path));
    if (parent && this.directories.delete(path)) parent.children--;
  }

  copy(): FileSystem {
    const twin = new FileSystem(this.type, this.mkfsArguments);
    for (const [path, dir] of this.directories) {
      twin.directories.set(path, { ...dir, contents: dir.contents?.copy() ?? null });
    }
    return twin;
  }
}

export function parentOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf('/')));
}

/** One spelling for each path; /var/run is a link to /run everywhere. */
export function normalPath(path: string): string {
  let text = path;
  if (text.includes('//')) text = text.replace(/\/+/g, '/');
  if (text.endsWith('/')) text = text.slice(0, -1);
  return text.startsWith('/var/run/') ? text.slice(4) : text;
}
