import { counted } from '../domain/counted.js';
import type { ExactIntegers } from '../domain/size.js';
import { trueCount } from './check-context.js';
import type { EntryMap, EntrySource } from './entry-source.js';
import type { RecordKind } from './links.js';

type SizedMap = 'deviceentries' | 'brickentries' | 'volumeentries' | 'blockvolumeentries';
type CountedMap = Exclude<EntryMap, 'dbattributeentries'>;

/** Sizes of an entry, by the name of the record's field: where they stand in the entry. Upgrades change none of them. */
const SIZES: Readonly<Record<SizedMap, Readonly<Record<string, string>>>> = {
  deviceentries: { totalKib: 'Info.storage.total', freeKib: 'Info.storage.free', usedKib: 'Info.storage.used' },
  brickentries: { sizeKib: 'Info.size', thinPoolKib: 'TpSize', poolMetadataKib: 'PoolMetadataSize' },
  volumeentries: { sizeGib: 'Info.size' },
  blockvolumeentries: { sizeGib: 'Info.size' },
};

const NAMES: Readonly<Record<CountedMap, readonly [name: string, records: RecordKind]>> = {
  clusterentries: ['cluster', 'clusters'],
  nodeentries: ['node', 'nodes'],
  deviceentries: ['device', 'devices'],
  brickentries: ['brick', 'bricks'],
  volumeentries: ['volume', 'volumes'],
  blockvolumeentries: ['block volume', 'blockVolumes'],
  pendingoperations: ['pending operation', 'operations'],
};

/** How much there is of each kind; a line for each that people can read, as `4 bricks (sizeKib 12582912, ...)`. */
export type Tally = readonly string[];

/** Counts the entries that are read of a source, and sums up their sizes, before anybody has made anything of them. */
export class TallyingSource implements EntrySource {
  readonly #source: EntrySource;
  readonly #counts = new Map<EntryMap, number>();
  readonly #sums = new Map<EntryMap, bigint[]>();

  constructor(source: EntrySource) {
    this.#source = source;
  }

  *entries(map: EntryMap): Iterable<readonly [string, unknown]> {
    const paths = pathsOf(map).map((path) => path.split('.'));
    const sums = paths.map(() => 0n);
    let count = 0;
    for (const pair of this.#source.entries(map)) {
      for (const [i, path] of paths.entries()) sums[i] = (sums[i] ?? 0n) + integerAt(pair[1], path);
      count += 1;
      yield pair;
    }
    this.#counts.set(map, count);
    this.#sums.set(map, sums);
  }

  /** Of the maps that were read to their end. */
  get tally(): Tally {
    return kinds().map((map) => line(map, this.#counts.get(map) ?? 0, this.#sums.get(map) ?? []));
  }
}

/** The same of records, as they are read. */
export class RecordTally {
  readonly #counts = new Map<RecordKind, number>();
  readonly #sums = new Map<string, bigint>();

  add(kind: RecordKind, record: object): void {
    this.#counts.set(kind, (this.#counts.get(kind) ?? 0) + 1);
    for (const field of SIZE_FIELDS.get(kind) ?? []) {
      const sum = `${kind} ${field}`;
      this.#sums.set(sum, (this.#sums.get(sum) ?? 0n) + sizeOf(record, field));
    }
  }

  get tally(): Tally {
    return kinds().map((map) => {
      const [, kind] = NAMES[map];
      const sums = Object.keys(sizesOf(map)).map((field) => this.#sums.get(`${kind} ${field}`) ?? 0n);
      return line(map, this.#counts.get(kind) ?? 0, sums);
    });
  }
}

function sizeOf(record: { readonly exact?: ExactIntegers | undefined }, field: string): bigint {
  return trueCount(record, field, (record as Readonly<Record<string, unknown>>)[field] as number);
}

const SIZE_FIELDS: ReadonlyMap<RecordKind, readonly string[]> = new Map(
  kinds().map((map) => [NAMES[map][1], Object.keys(sizesOf(map))]),
);

function kinds(): readonly CountedMap[] {
  return Object.keys(NAMES) as CountedMap[];
}

function sizesOf(map: EntryMap): Readonly<Record<string, string>> {
  return map in SIZES ? SIZES[map as SizedMap] : {};
}

function pathsOf(map: EntryMap): readonly string[] {
  return Object.values(sizesOf(map));
}

function line(map: CountedMap, count: number, sums: readonly bigint[]): string {
  const sizes = Object.keys(sizesOf(map)).map((field, i) => `${field} ${sums[i] ?? 0n}`);
  return `${counted(count, NAMES[map][0])}${count > 0 && sizes.length > 0 ? ` (${sizes.join(', ')})` : ''}`;
}

function integerAt(entry: unknown, path: readonly string[]): bigint {
  let value = entry;
  for (const name of path) value = (value as Readonly<Record<string, unknown>> | undefined)?.[name];
  return typeof value === 'number' || typeof value === 'bigint' ? BigInt(value) : 0n;
}
