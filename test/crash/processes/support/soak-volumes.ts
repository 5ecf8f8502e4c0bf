import type { Id } from '../../../../src/domain/ids.js';
import type { SoakRequest } from './soak-client.js';

/** One volume as its client believes it to be; nobody else changes it. */
interface OwnVolume {
  readonly name: string;
  /** Null until it is known. */
  id: Id | null;
  /** What it may be in the end: sizes in GiB, 0 for "not there". */
  possibleGib: readonly number[];
  /** A request about it has no final answer yet. */
  isBusy: boolean;
}

/** What is there in the end, as the API shows it. */
export type Shown = ReadonlyMap<string, { readonly id: Id; readonly sizeGib: number }>;

const MANY = 6;
const SIZES_GIB = [1, 2, 5, 12, 150] as const;
const BODIES: readonly object[] = [
  { durability: { type: 'replicate', replicate: { replica: 3 } } },
  { durability: { type: 'replicate', replicate: { replica: 3 } }, gid: 2000, glustervolumeoptions: ['client.ssl on'] },
  { durability: { type: 'replicate', replicate: { replica: 2 } } },
  { durability: { type: 'none' } },
  { durability: { type: 'disperse', disperse: { data: 2, redundancy: 1 } } },
  {
    durability: { type: 'replicate', replicate: { replica: 3 } },
    glustervolumeoptions: ['user.heketi.arbiter true'],
  },
  { durability: { type: 'replicate', replicate: { replica: 3 } }, snapshot: { enable: true, factor: 1.5 } },
  { durability: { type: 'replicate', replicate: { replica: 3 } }, block: true },
];

function isDoubtful(possibleGib: readonly number[]): boolean {
  return possibleGib.includes(0) && possibleGib.some((gib) => gib > 0);
}

/** The volumes of one client, what it asks for next, and what must be true of them in the end. */
export class SoakVolumes {
  readonly #prefix: string;
  readonly #random: () => number;
  readonly #volumes: OwnVolume[] = [];
  #made = 0;

  constructor(prefix: string, random: () => number) {
    this.#prefix = prefix;
    this.#random = random;
  }

  next(): SoakRequest {
    const usable = this.#volumes.filter(
      (volume) => !volume.isBusy && volume.id !== null && !volume.possibleGib.includes(0),
    );
    const volume = usable[Math.floor(this.#random() * usable.length)];
    const dice = this.#random();
    // What may or may not be there is asked to go until it is gone.
    const doubtful = this.#volumes.find(
      ({ isBusy, id, possibleGib }) => !isBusy && id !== null && isDoubtful(possibleGib),
    );
    if (doubtful && dice < 0.2) return this.#delete(doubtful);
    if (!volume || (dice < 0.4 && usable.length < MANY)) return this.#create();
    if (dice < 0.7) return this.#delete(volume);
    return dice < 0.85 ? this.#expand(volume) : this.#clone(volume);
  }

  #add(): OwnVolume {
    const volume: OwnVolume = { name: `${this.#prefix}_${this.#made++}`, id: null, possibleGib: [0], isBusy: true };
    this.#volumes.push(volume);
    return volume;
  }

  #create(): SoakRequest {
    const volume = this.#add();
    const sizeGib = this.#pick(SIZES_GIB);
    const body = { size: sizeGib, name: volume.name, ...this.#pick(BODIES) };
    return this.#making('POST', '/volumes', body, volume, sizeGib);
  }

  #clone(source: OwnVolume): SoakRequest {
    const volume = this.#add();
    source.isBusy = true;
    const made = this.#making('POST', `/volumes/${source.id}/clone`, { name: volume.name }, volume, source.possibleGib);
    return {
      ...made,
      ended: (answer) => {
        source.isBusy = false;
        made.ended(answer);
      },
    };
  }

  #making(
    method: string,
    path: string,
    body: object,
    volume: OwnVolume,
    sizeGib: number | readonly number[],
  ): SoakRequest {
    const sizes = [sizeGib].flat();
    return {
      method,
      path,
      body,
      ended(answer) {
        volume.isBusy = false;
        if (answer.kind === 'done') {
          volume.id = answer.location.slice('/volumes/'.length);
          volume.possibleGib = sizes;
          return;
        }
        // One that was answered as failed while its hosts could not be asked may have been complete.
        if (answer.kind !== 'refused') volume.possibleGib = [0, ...sizes];
      },
    };
  }

  #delete(volume: OwnVolume): SoakRequest {
    volume.isBusy = true;
    const before = volume.possibleGib;
    return {
      method: 'DELETE',
      path: `/volumes/${volume.id}`,
      ended(answer) {
        volume.isBusy = false;
        // A delete that was answered as failed may have gone so far that only the way forward was left.
        volume.possibleGib =
          answer.kind === 'done' ? [0] : answer.kind === 'refused' ? before : [...new Set([0, ...before])];
      },
    };
  }

  #expand(volume: OwnVolume): SoakRequest {
    volume.isBusy = true;
    const before = volume.possibleGib;
    const addGib = this.#pick([1, 3, 120]);
    const after = before.map((gib) => gib + addGib);
    return {
      method: 'POST',
      path: `/volumes/${volume.id}/expand`,
      body: { expand_size: addGib },
      ended(answer) {
        volume.isBusy = false;
        // Bricks that gluster serves already are kept, whatever the client was told.
        volume.possibleGib =
          answer.kind === 'done' ? after : answer.kind === 'refused' ? before : [...before, ...after];
      },
    };
  }

  #pick<T>(from: readonly T[]): T {
    return from[Math.floor(this.#random() * from.length)] as T;
  }

  /** What is not as it must be. */
  contradictions(shown: Shown): string[] {
    return this.#volumes.flatMap(({ name, id, possibleGib, isBusy }) => {
      const found = shown.get(name);
      if (isBusy) return [`${name}: its last request has no final answer`];
      if (found && id && found.id !== id) return [`${name} has the id ${found.id}, and was made as ${id}`];
      const sizeGib = found?.sizeGib ?? 0;
      return possibleGib.includes(sizeGib)
        ? []
        : [`${name} has ${sizeGib} GiB, and should have ${possibleGib.join(' or ')}`];
    });
  }
}
