import type { Schema } from '../../api/contract.js';
import { wholeNumber } from '../../components/whole-number.js';

export type WishedKind = 'replica3' | 'arbiter' | 'replica2' | 'disperse' | 'none';

/** What somebody has typed, as it stands in the fields. */
export interface VolumeWish {
  readonly sizeGib: string;
  readonly name: string;
  readonly kind: WishedKind;
  readonly data: string;
  readonly redundancy: string;
  readonly snapshotFactor: string;
  readonly gid: string;
  /** One a line. */
  readonly options: string;
  /** None: any of them. */
  readonly clusters: readonly string[];
  readonly isHosting: boolean;
}

export const FIRST_WISH: VolumeWish = {
  sizeGib: '10',
  name: '',
  kind: 'replica3',
  data: '4',
  redundancy: '2',
  snapshotFactor: '1',
  gid: '',
  options: '',
  clusters: [],
  isHosting: false,
};

const ARBITER_OPTION = 'user.heketi.arbiter true';

/** The request for it; null while a field holds no number of its kind. Names and options are judged by the server. */
export function volumeRequest(wish: VolumeWish): Schema<'VolumeCreate'> | null {
  const size = wholeNumber(wish.sizeGib, 1);
  const factor = Number(wish.snapshotFactor);
  const gid = wish.gid.trim() === '' ? 0 : wholeNumber(wish.gid, 0);
  const durability = durabilityOf(wish);
  if (size === null || durability === null || gid === null || !(factor >= 1)) return null;
  const options = wish.options.split('\n').flatMap((line) => line.trim() || []);
  const all = wish.kind === 'arbiter' ? [ARBITER_OPTION, ...options] : options;
  return {
    size,
    durability,
    ...(wish.name.trim() === '' ? {} : { name: wish.name.trim() }),
    ...(gid === 0 ? {} : { gid }),
    ...(factor > 1 ? { snapshot: { enable: true, factor } } : {}),
    ...(all.length > 0 ? { glustervolumeoptions: all } : {}),
    ...(wish.clusters.length > 0 ? { clusters: [...wish.clusters] } : {}),
    ...(wish.isHosting ? { block: true } : {}),
  };
}

function durabilityOf({
  kind,
  data,
  redundancy,
}: VolumeWish): NonNullable<Schema<'VolumeCreate'>['durability']> | null {
  if (kind === 'none') return { type: 'none' };
  if (kind === 'replica2') return { type: 'replicate', replicate: { replica: 2 } };
  if (kind === 'replica3' || kind === 'arbiter') return { type: 'replicate', replicate: { replica: 3 } };
  const [dataBricks, redundant] = [wholeNumber(data, 1), wholeNumber(redundancy, 1)];
  if (dataBricks === null || redundant === null) return null;
  return { type: 'disperse', disperse: { data: dataBricks, redundancy: redundant } };
}
