import { JsonFloat } from '../../src/json/json-value.js';

/*
 * The export as the original decodes it: Go structs, so that each member has one type, integers have no fraction and their
 * bits, and lists and maps hold one type each. Stricter than that decoder: unknown members, missing ones that it always
 * writes, and values that the original never writes are faults too.
 */

type Check = (value: unknown, path: string, faults: string[]) => void;
interface Member {
  readonly check: Check;
  readonly isOptional: boolean;
}

const fault = (faults: string[], path: string, expected: string, value: unknown): void => {
  const shown = typeof value === 'bigint' ? `${value}` : JSON.stringify(value);
  faults.push(`${path} is ${shown}, not ${expected}`);
};

const text: Check = (value, path, faults) => {
  if (typeof value !== 'string') fault(faults, path, 'a text', value);
};
const flag: Check = (value, path, faults) => {
  if (typeof value !== 'boolean') fault(faults, path, 'true or false', value);
};
const onlyTrue: Check = (value, path, faults) => {
  if (value !== true) fault(faults, path, 'true, or left out', value);
};
const integerBetween =
  (least: bigint, greatest: bigint): Check =>
  (value, path, faults) => {
    const isInteger = typeof value === 'bigint' || (typeof value === 'number' && Number.isSafeInteger(value));
    if (!isInteger || BigInt(value as number) < least || BigInt(value as number) > greatest) {
      fault(faults, path, `an integer from ${least} to ${greatest}`, value);
    }
  };
const integer = integerBetween(-(2n ** 63n), 2n ** 63n - 1n);
const counter = integerBetween(0n, 2n ** 64n - 1n);
/** Members that the original leaves out when they are zero. */
const nonZero: Check = (value, path, faults) => {
  integer(value, path, faults);
  if (value === 0) fault(faults, path, 'left out', value);
};
const float32: Check = (value, path, faults) => {
  const number = value instanceof JsonFloat ? value.value : Number(value);
  if (!(value instanceof JsonFloat || typeof value === 'number') || !Number.isFinite(Math.fround(number))) {
    fault(faults, path, 'a number of single precision', value);
  }
};
const filled: Check = (value, path, faults) => {
  text(value, path, faults);
  if (value === '') fault(faults, path, 'left out', value);
};
const oneOf =
  (...values: readonly string[]): Check =>
  (value, path, faults) => {
    if (!values.includes(value as string)) fault(faults, path, `one of ${values.join(', ')}`, value);
  };
const orNull =
  (check: Check): Check =>
  (value, path, faults) => {
    if (value !== null) check(value, path, faults);
  };
const list =
  (check: Check): Check =>
  (value, path, faults) => {
    if (!Array.isArray(value)) fault(faults, path, 'a list', value);
    else for (const [i, item] of value.entries()) check(item, `${path}[${i}]`, faults);
  };
const filledList =
  (check: Check): Check =>
  (value, path, faults) => {
    list(check)(value, path, faults);
    if (Array.isArray(value) && value.length === 0) fault(faults, path, 'left out', value);
  };
/** The original tests membership by a binary search. */
const sortedIds: Check = (value, path, faults) => {
  list(text)(value, path, faults);
  if (Array.isArray(value) && value.some((id, i) => i > 0 && (value[i - 1] as string) >= id))
    fault(faults, path, 'sorted ids, each once', value);
};
const mapOf =
  (check: Check): Check =>
  (value, path, faults) => {
    if (!isObject(value)) fault(faults, path, 'an object', value);
    else for (const [key, member] of Object.entries(value)) check(member, `${path}.${key}`, faults);
  };
const filledMap: Check = (value, path, faults) => {
  mapOf(text)(value, path, faults);
  if (isObject(value) && Object.keys(value).length === 0) fault(faults, path, 'left out', value);
};

function object(members: Readonly<Record<string, Check | Member>>): Check {
  return (value, path, faults) => {
    if (!isObject(value)) {
      fault(faults, path, 'an object', value);
      return;
    }
    for (const [name, member] of Object.entries(members)) {
      const { check, isOptional } = typeof member === 'function' ? { check: member, isOptional: false } : member;
      if (name in value) check(value[name], `${path}.${name}`, faults);
      else if (!isOptional) faults.push(`${path}.${name} is missing`);
    }
    for (const name of Object.keys(value)) if (!(name in members)) faults.push(`${path}.${name} is unknown`);
  };
}

const optional = (check: Check): Member => ({ check, isOptional: true });

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof JsonFloat);
}

const state = oneOf('online', 'offline', 'failed');
const pending = object({ Id: text });

const cluster = object({
  Info: object({ id: text, nodes: sortedIds, volumes: sortedIds, block: flag, file: flag, blockvolumes: sortedIds }),
});
const node = object({
  State: state,
  Info: object({
    zone: integer,
    hostnames: object({ manage: orNull(list(text)), storage: orNull(list(text)) }),
    cluster: text,
    tags: optional(filledMap),
    id: text,
  }),
  Devices: sortedIds,
});
const device = object({
  State: state,
  Info: object({
    name: text,
    tags: optional(filledMap),
    storage: object({ total: counter, free: counter, used: counter }),
    id: text,
    paths: optional(filledList(text)),
    pv_uuid: optional(filled),
  }),
  Bricks: sortedIds,
  NodeId: text,
  ExtentSize: counter,
});
const brick = object({
  Info: object({ id: text, path: text, device: text, node: text, volume: text, size: counter }),
  TpSize: counter,
  PoolMetadataSize: counter,
  Pending: pending,
  LvmThinPool: text,
  LvmLv: text,
  SubType: integerBetween(0n, 2n),
});
const volume = object({
  Info: object({
    size: integer,
    clusters: optional(filledList(text)),
    name: text,
    durability: object({
      type: oneOf('none', 'replicate', 'disperse'),
      replicate: object({ replica: optional(nonZero) }),
      disperse: object({ data: optional(nonZero), redundancy: optional(nonZero) }),
    }),
    gid: optional(nonZero),
    block: optional(onlyTrue),
    snapshot: object({ enable: flag, factor: float32 }),
    id: text,
    cluster: text,
    mount: object({
      glusterfs: object({ hosts: orNull(list(text)), device: text, options: orNull(mapOf(text)) }),
    }),
    blockinfo: object({
      freesize: optional(nonZero),
      reservedsize: optional(nonZero),
      blockvolume: optional(sortedIds),
      restriction: optional(oneOf('locked', 'locked-by-update')),
    }),
  }),
  Bricks: sortedIds,
  GlusterVolumeOptions: orNull(list(text)),
  Pending: pending,
});
const blockVolume = object({
  Info: object({
    size: integer,
    clusters: optional(filledList(text)),
    name: text,
    hacount: optional(nonZero),
    auth: optional(onlyTrue),
    id: text,
    blockvolume: object({ hosts: orNull(list(text)), iqn: text, lun: integer, username: text, password: text }),
    cluster: optional(filled),
    blockhostingvolume: optional(filled),
    usablesize: optional(nonZero),
  }),
  Pending: pending,
});
const operation = object({
  Id: text,
  Timestamp: integer,
  Type: integerBetween(1n, 9n),
  Actions: list(object({ Change: integerBetween(1n, 14n), Id: text, Delta: orNull(integer) })),
  Status: oneOf('', 'stale', 'failed'),
});
const ATTRIBUTES: readonly string[] = [
  'DB_CLUSTER_HAS_FILE_BLOCK_FLAG',
  'DB_BRICK_HAS_SUBTYPE_FIELD',
  'DB_HAS_PENDING_OPS_BUCKET',
  'DB_DEVICE_HAS_ID_META',
  'DB_GENERATION_ID',
];
const attribute = object({ Key: oneOf(...ATTRIBUTES), Value: text });

/** The key of an entry is its id. */
const entries =
  (check: Check, idOf: (entry: Record<string, never>) => unknown): Check =>
  (value, path, faults) => {
    mapOf(check)(value, path, faults);
    if (!isObject(value)) return;
    for (const [key, entry] of Object.entries(value)) {
      const id = isObject(entry) ? idOf(entry as Record<string, never>) : undefined;
      if (id !== key) faults.push(`${path}.${key} has the id ${String(id)}`);
    }
  };
const infoId = (entry: Record<string, never>): unknown => (entry['Info'] as { id?: unknown } | undefined)?.id;

const dump = object({
  clusterentries: entries(cluster, infoId),
  volumeentries: entries(volume, infoId),
  brickentries: entries(brick, infoId),
  nodeentries: entries(node, infoId),
  deviceentries: entries(device, infoId),
  blockvolumeentries: entries(blockVolume, infoId),
  dbattributeentries: entries(attribute, ({ Key }) => Key),
  pendingoperations: entries(operation, ({ Id }) => Id),
});

/** What in a document (parsed without loss) the original would not take, or would not have written; none in a good export. */
export function layoutFaults(document: unknown): readonly string[] {
  const faults: string[] = [];
  dump(document, 'export', faults);
  return faults;
}
