import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { preloadedLibrary } from './preloaded-library.js';

/** What a process did to a file of the folder, or to the folder itself (`.`). */
export interface DiskEvent {
  readonly kind: 'write' | 'truncate' | 'begin' | 'block' | 'end' | 'create' | 'unlink';
  readonly name: string;
  /** The size of a truncate, the number of a sync. */
  readonly offset: number;
  readonly data: Buffer;
}

/** What a disk writes whole, and what a kernel mostly does. */
export type PieceBytes = 512 | 4096;

/** Notes what a process writes to the files of a folder, and when it waits for the disk. */
export class RecordedDisk {
  readonly env: Readonly<Record<string, string>>;
  readonly #notes: string;

  /** `notes`: a file elsewhere. */
  constructor(folder: string, notes: string) {
    this.#notes = notes;
    this.env = {
      LD_PRELOAD: preloadedLibrary(join(import.meta.dirname, 'recording-disk.c')),
      RECORDING_DISK_FOLDER: folder,
      RECORDING_DISK: notes,
      // So that much is written while a sync runs.
      RECORDING_DISK_WAIT: '2000',
    };
  }

  events(): readonly DiskEvent[] {
    const bytes = readFileSync(this.#notes);
    const events: DiskEvent[] = [];
    for (let at = 0; at < bytes.length; ) {
      const end = bytes.indexOf('\n', at);
      const [kind, name = '', offset, length] = bytes.toString('latin1', at, end).split(' ');
      const data = bytes.subarray(end + 1, end + 1 + Number(length));
      events.push({ kind: kind as DiskEvent['kind'], name, offset: Number(offset), data });
      at = end + 1 + data.length;
    }
    return events;
  }
}

/**
 * The files as a power cut after these events may leave them: what was written before a sync began that has ended is
 * there; of everything else each piece, each truncation and each name is there or not, as `survives` says.
 */
export function afterPowerCut(
  events: readonly DiskEvent[],
  pieceBytes: PieceBytes,
  survives: () => boolean,
): ReadonlyMap<string, Buffer> {
  const files = new Map<string, File>();
  const names = new Map<string, boolean>();
  let unsyncedNames: DiskEvent[] = [];
  const begun = new Map<number, () => void>();
  const fileOf = (name: string): File => {
    const file = files.get(name) ?? new File();
    files.set(name, file);
    return file;
  };
  const noteName = (event: DiskEvent): void => void names.set(event.name, event.kind === 'create');
  for (const event of events) {
    if (event.kind === 'create' || event.kind === 'unlink') {
      unsyncedNames.push(event);
      // A new file under an old name.
      if (event.kind === 'create') files.set(event.name, new File());
    } else if (event.kind === 'end') {
      begun.get(event.offset)?.();
    } else if (event.kind === 'write' || event.kind === 'truncate') {
      fileOf(event.name).unsynced.push(event);
    } else if (event.kind === 'block') {
      // It says only who waits.
    } else if (event.name === '.') {
      const covered = [...unsyncedNames];
      begun.set(event.offset, () => {
        for (const name of covered) noteName(name);
        unsyncedNames = unsyncedNames.filter((name) => !covered.includes(name));
      });
    } else {
      const file = fileOf(event.name);
      const covered = new Set(file.unsynced);
      begun.set(event.offset, () => file.sync(covered));
    }
  }
  for (const event of unsyncedNames) if (survives()) noteName(event);
  const left = new Map<string, Buffer>();
  for (const [name, isThere] of names) if (isThere) left.set(name, fileOf(name).afterCut(pieceBytes, survives));
  return left;
}

class File {
  unsynced: DiskEvent[] = [];
  #bytes: Buffer = Buffer.alloc(0);

  sync(covered: ReadonlySet<DiskEvent>): void {
    for (const event of this.unsynced) if (covered.has(event)) this.#bytes = applied(this.#bytes, event);
    this.unsynced = this.unsynced.filter((event) => !covered.has(event));
  }

  afterCut(pieceBytes: PieceBytes, survives: () => boolean): Buffer {
    let bytes: Buffer = this.#bytes;
    for (const event of this.unsynced.flatMap((whole) => pieces(whole, pieceBytes)))
      if (survives()) bytes = applied(bytes, event);
    return bytes;
  }
}

function pieces(event: DiskEvent, pieceBytes: PieceBytes): readonly DiskEvent[] {
  const parts: DiskEvent[] = [];
  if (event.kind !== 'write') return [event];
  for (let at = 0; at < event.data.length; ) {
    const offset = event.offset + at;
    const length = Math.min(pieceBytes - (offset % pieceBytes), event.data.length - at);
    parts.push({ ...event, offset, data: event.data.subarray(at, at + length) });
    at += length;
  }
  return parts;
}

function applied(bytes: Buffer, { kind, offset, data }: DiskEvent): Buffer {
  const size = kind === 'truncate' ? offset : Math.max(bytes.length, offset + data.length);
  const next = Buffer.alloc(size);
  bytes.copy(next);
  data.copy(next, offset);
  return next;
}
