import { isJsonObject, type JsonObject, type JsonValue, parseJson } from '../domain/json.js';
import { CliError } from './errors.js';
import type { CliIo } from './io.js';
import { describeFileError } from './transport.js';
import { readTags, readText, type Tags } from './wire.js';

export interface PlannedDevice {
  readonly name: string;
  readonly tags: Tags;
  readonly destroyData: boolean;
}

export interface PlannedNode {
  /** First management host name: what nodes are recognised by. */
  readonly manage: string;
  /** The body of `POST /nodes`, without the cluster. */
  readonly request: JsonObject;
  readonly devices: readonly PlannedDevice[];
}

export interface PlannedCluster {
  readonly file: boolean;
  readonly block: boolean;
  readonly nodes: readonly PlannedNode[];
}

/** Reads a topology file. Member names are taken in any case, as the original does. */
export async function readTopologyFile(io: CliIo, path: string): Promise<PlannedCluster[]> {
  let text: string;
  try {
    text = (await io.readFile(path)).toString('utf8');
  } catch (error) {
    throw new CliError(`Unable to open config file: ${describeFileError(error)}`, { cause: error });
  }
  try {
    return parseTopology(text);
  } catch (error) {
    throw new CliError(`Unable to parse config file ${path}: ${(error as Error).message}`, { cause: error });
  }
}

export function parseTopology(text: string): PlannedCluster[] {
  return listAt(parseJson(text), 'clusters', '').map((cluster, i) => {
    const at = `clusters[${i}]`;
    return {
      file: switchAt(cluster, 'file', at),
      block: switchAt(cluster, 'block', at),
      nodes: listAt(cluster, 'nodes', at).map((entry, j) => readPlannedNode(entry, `${at}.nodes[${j}]`)),
    };
  });
}

function readPlannedNode(entry: JsonValue, at: string): PlannedNode {
  const node = objectAt(entry, 'node', at);
  const hostnames = objectAt(node, 'hostnames', `${at}.node`);
  const manage = textsAt(hostnames, 'manage', `${at}.node.hostnames`);
  const storage = textsAt(hostnames, 'storage', `${at}.node.hostnames`);
  const [first] = manage;
  if (first === undefined) throw new Error(`${at}.node.hostnames.manage: expected at least one host name`);
  const tags = anyCase(node, 'tags');
  return {
    manage: first,
    request: {
      zone: anyCase(node, 'zone') ?? 0,
      hostnames: { manage: [...manage], storage: [...storage] },
      ...(tags === undefined || tags === null ? {} : { tags }),
    },
    devices: listAt(entry, 'devices', at).map((device, i) => readPlannedDevice(device, `${at}.devices[${i}]`)),
  };
}

function readPlannedDevice(device: JsonValue, at: string): PlannedDevice {
  if (typeof device === 'string') return { name: device, tags: new Map(), destroyData: false };
  const name = anyCase(device, 'name');
  if (typeof name !== 'string') throw new Error(`${at}: expected a device name, or an object with "name"`);
  return {
    name: readText(name),
    tags: readTags(anyCase(device, 'tags')),
    destroyData: anyCase(device, 'destroydata') === true,
  };
}

function isObject(json: JsonValue | undefined): json is JsonObject {
  return json !== undefined && isJsonObject(json);
}

/** A member by its name in any case; the exact spelling first. */
function anyCase(json: JsonValue | undefined, name: string): JsonValue | undefined {
  if (!isObject(json)) return undefined;
  if (Object.hasOwn(json, name)) return json[name];
  const key = Object.keys(json).find((candidate) => candidate.toLowerCase() === name);
  return key === undefined ? undefined : json[key];
}

function listAt(json: JsonValue | undefined, name: string, at: string): readonly JsonValue[] {
  if (!isObject(json)) throw new Error(`${at === '' ? 'top level' : at}: expected an object`);
  const value = anyCase(json, name);
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) throw new Error(`${at === '' ? '' : `${at}.`}${name}: expected an array`);
  return value;
}

function objectAt(json: JsonValue | undefined, name: string, at: string): JsonValue {
  const value = anyCase(json, name);
  if (!isObject(value)) throw new Error(`${at}.${name}: expected an object`);
  return value;
}

function textsAt(json: JsonValue, name: string, at: string): string[] {
  return listAt(json, name, at).map((item, i) => {
    if (typeof item !== 'string') throw new Error(`${at}.${name}[${i}]: expected a string`);
    return item;
  });
}

function switchAt(json: JsonValue, name: string, at: string): boolean {
  const value = anyCase(json, name);
  if (value === undefined || value === null) return true;
  if (typeof value !== 'boolean') throw new Error(`${at}.${name}: expected true or false`);
  return value;
}
