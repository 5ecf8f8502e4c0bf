import { CsiError } from './rpc/csi-error.js';
import type { TextMap } from './rpc/messages.js';

/** As the server's API has it. */
export interface Durability {
  readonly type: 'none' | 'replicate' | 'disperse';
  readonly replicate: { readonly replica?: number };
  readonly disperse: { readonly data?: number; readonly redundancy?: number };
}

export interface GidRange {
  readonly min: number;
  readonly max: number;
}

/** The server that a StorageClass names, and how to be admitted by it; null: it says nothing. */
export interface NamedServer {
  readonly url: string | null;
  readonly user: string | null;
  readonly key: string | null;
  /** The Secret of Kubernetes that holds the key, which has precedence. */
  readonly secret: { readonly namespace: string; readonly name: string } | null;
  readonly isAuthEnabled: boolean;
}

/** What a StorageClass of the in-tree provisioner says, read as that one read it. */
export interface ClassParameters {
  readonly server: NamedServer;
  /** Empty: any. */
  readonly clusters: readonly string[];
  /** Null: no group of its own. */
  readonly gids: GidRange | null;
  readonly durability: Durability;
  readonly options: readonly string[];
  /** In front of the names of volumes; '': the server names them. */
  readonly namePrefix: string;
  readonly snapshotFactor: number;
  /** Of the claim, where the provisioner tells it (--extra-create-metadata); otherwise ''. */
  readonly claim: { readonly namespace: string; readonly name: string };
}

const SMALLEST_GID = 2000;
const LARGEST_GID = 2 ** 31 - 1;

/** Names are taken in any case. Throws INVALID_ARGUMENT for an unknown one, or for a value that is none. */
export function readClassParameters(parameters: TextMap): ClassParameters {
  const given = new Map<string, string>();
  for (const [name, value] of Object.entries(parameters)) {
    const known = name.toLowerCase();
    if (!KNOWN.has(known)) throw invalid(name, `is not known; known are ${[...KNOWN].slice(0, SHOWN).join(', ')}`);
    given.set(known, value);
  }
  const text = (name: string): string => given.get(name) ?? '';
  return {
    server: readServer(text),
    clusters: list(text('clusterid')).map((id) => id.trim()),
    gids: readGids(given),
    durability: readDurability(text('volumetype')),
    options: list(text('volumeoptions')).map((option) => option.trim()),
    namePrefix: readPrefix(text('volumenameprefix')),
    snapshotFactor: readFactor(given.get('snapfactor')),
    claim: { namespace: text(CLAIM_NAMESPACE), name: text(CLAIM_NAME) },
  };
}

const CLAIM_NAME = 'csi.storage.k8s.io/pvc/name';
const CLAIM_NAMESPACE = 'csi.storage.k8s.io/pvc/namespace';
const OLD_NAMES = [
  'resturl',
  'restuser',
  'restuserkey',
  'secretnamespace',
  'secretname',
  'restauthenabled',
  'clusterid',
  'gidmin',
  'gidmax',
  'volumetype',
  'volumeoptions',
  'volumenameprefix',
  'snapfactor',
  // The prefix of Endpoints, which there are none of any more.
  'customepnameprefix',
];
const SHOWN = OLD_NAMES.length;
const KNOWN = new Set([...OLD_NAMES, CLAIM_NAME, CLAIM_NAMESPACE, 'csi.storage.k8s.io/pv/name']);

function readServer(text: (name: string) => string): NamedServer {
  const enabled = text('restauthenabled').toLowerCase();
  if (!['', 'true', 'false'].includes(enabled)) throw invalid('restauthenabled', 'must be true or false');
  const [namespace, name] = [text('secretnamespace'), text('secretname')];
  if ((namespace === '') !== (name === '')) {
    throw new CsiError('INVALID_ARGUMENT', 'secretNamespace and secretName must both be given, or neither');
  }
  return {
    url: text('resturl') || null,
    user: text('restuser') || null,
    key: text('restuserkey') || null,
    secret: name === '' ? null : { namespace, name },
    isAuthEnabled: enabled !== 'false',
  };
}

function readGids(given: ReadonlyMap<string, string>): GidRange | null {
  if (!given.has('gidmin') && !given.has('gidmax')) return null;
  const read = (name: string, fallback: number): number => {
    const value = given.get(name) ?? String(fallback);
    const gid = /^\d{1,10}$/.test(value) ? Number(value) : 0;
    if (gid < SMALLEST_GID || gid > LARGEST_GID) throw invalid(name, `must be from ${SMALLEST_GID} to ${LARGEST_GID}`);
    return gid;
  };
  const range = { min: read('gidmin', SMALLEST_GID), max: read('gidmax', LARGEST_GID) };
  if (range.min > range.max) throw new CsiError('INVALID_ARGUMENT', `gidMin ${range.min} is above gidMax ${range.max}`);
  return range;
}

function readDurability(volumeType: string): Durability {
  const [type = '', ...counts] = volumeType === '' ? ['replicate'] : volumeType.split(':');
  const numbers = counts.map((count) => (/^[1-9]\d{0,3}$/.test(count) ? Number(count) : Number.NaN));
  const [first = 3, second = Number.NaN] = numbers;
  if (type === 'none' && numbers.length === 0) return { type, replicate: {}, disperse: {} };
  if (type === 'replicate' && numbers.length <= 1 && !Number.isNaN(first)) {
    return { type, replicate: { replica: first }, disperse: {} };
  }
  if (type === 'disperse' && numbers.length === 2 && !numbers.some(Number.isNaN)) {
    return { type, replicate: {}, disperse: { data: first, redundancy: second } };
  }
  throw invalid('volumetype', 'must be none, replicate:COPIES or disperse:DATA:REDUNDANCY');
}

function readPrefix(prefix: string): string {
  if (prefix.includes('_')) throw invalid('volumenameprefix', 'must not hold an underscore');
  if (prefix !== '' && !/^[a-zA-Z0-9][a-zA-Z0-9-]{0,62}$/.test(prefix)) {
    throw invalid('volumenameprefix', 'must be up to 63 letters, digits and dashes');
  }
  return prefix;
}

function readFactor(text = '1'): number {
  const factor = /^\d{1,3}(\.\d{1,6})?$/.test(text) ? Number(text) : 0;
  if (factor < 1 || factor > 100) throw invalid('snapfactor', 'must be a number from 1 to 100');
  return factor;
}

function list(text: string): readonly string[] {
  return text === '' ? [] : text.split(',').filter((item) => item.trim() !== '');
}

function invalid(name: string, reason: string): CsiError {
  return new CsiError('INVALID_ARGUMENT', `the StorageClass parameter ${JSON.stringify(name)} ${reason}`);
}
