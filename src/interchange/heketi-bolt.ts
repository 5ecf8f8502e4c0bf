import { BoltFile, type BoltWalk, printable } from '../bolt/bolt-file.js';
import { damaged } from '../bolt/damage.js';
import type { Source } from '../bolt/source.js';
import { type Decoded, decodeGob } from '../gob/decode-gob.js';
import type { StructShape } from '../gob/shape.js';
import { GobError } from '../gob/wire.js';
import type { EntryMap, EntrySource } from './entry-source.js';
import {
  attributeShape,
  blockVolumeShape,
  brickShape,
  clusterShape,
  deviceShape,
  nodeShape,
  operationShape,
  volumeShape,
} from './heketi-bolt-shapes.js';

/** Where the entries of a kind are. Others of the bucket's keys, with these prefixes, are indexes with raw ids. */
interface Bucket {
  readonly name: string;
  readonly shape: StructShape;
  readonly indexes?: readonly string[];
  idOf(entry: Decoded): unknown;
}

const idOfInfo = ({ Info }: Decoded): unknown => (Info as Decoded | undefined)?.id;

const BUCKETS: Readonly<Record<EntryMap, Bucket>> = {
  clusterentries: { name: 'CLUSTER', shape: clusterShape, idOf: idOfInfo },
  nodeentries: { name: 'NODE', shape: nodeShape, indexes: ['MANAGE', 'STORAGE'], idOf: idOfInfo },
  deviceentries: { name: 'DEVICE', shape: deviceShape, indexes: ['DEVICE'], idOf: idOfInfo },
  brickentries: { name: 'BRICK', shape: brickShape, idOf: idOfInfo },
  volumeentries: { name: 'VOLUME', shape: volumeShape, idOf: idOfInfo },
  blockvolumeentries: { name: 'BLOCKVOLUME', shape: blockVolumeShape, idOf: idOfInfo },
  dbattributeentries: { name: 'DBATTRIBUTE', shape: attributeShape, idOf: ({ Key }) => Key },
  pendingoperations: { name: 'PENDING_OPERATIONS', shape: operationShape, idOf: ({ Id }) => Id },
};

/**
 * The entries of the original's own database, a BoltDB file with values in Go's gob format, as they stand there: of any of
 * its versions, one at a time. Throws DomainError, with the page or the key, for what can't be read.
 */
export class HeketiBolt implements EntrySource {
  readonly file: BoltFile;
  readonly #walk: BoltWalk;

  constructor(source: Source) {
    this.file = new BoltFile(source);
    this.#walk = this.file.walk();
  }

  /** Each map is asked for once. */
  *entries(map: EntryMap): Iterable<readonly [string, Decoded]> {
    const { name, shape, indexes = [], idOf } = BUCKETS[map];
    for (const [key, value] of this.#walk.entries(name)) {
      const id = key.toString();
      if (indexes.some((prefix) => id.startsWith(prefix))) continue;
      const entry = decode(`${name}/${printable(key)}`, value, shape);
      const own = idOf(entry);
      if (own !== undefined && own !== id)
        throw damaged(`${name}/${printable(key)}`, `calls itself ${JSON.stringify(own)}`);
      yield [id, entry];
    }
  }
}

function decode(where: string, value: Buffer, shape: StructShape): Decoded {
  try {
    return decodeGob(value, shape);
  } catch (error) {
    if (!(error instanceof GobError)) throw error;
    throw damaged(where, `can't be decoded: ${error.message}`);
  }
}
