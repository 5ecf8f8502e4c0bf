import type { Tags } from '../client/wire.js';
import { isJsonObject, type JsonObject, type JsonValue } from '../json/json-value.js';
import { parseFirstJson } from '../json/parse-json.js';
import { stringifyJson } from '../json/stringify-json.js';

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

/** Checks the whole file, so that nothing is made when a later part of it is wrong. Only its first document counts. */
export function parseTopology(text: string): PlannedCluster[] {
  return listAt(parseFirstJson(text), 'clusters', '').map((cluster, i) => {
    const at = `clusters[${i}]`;
    return {
      file: switchAt(cluster, 'file', at, true),
      block: switchAt(cluster, 'block', at, true),
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
  const tags = tagsAt(node, `${at}.node`);
  textAt(node, 'cluster', `${at}.node`); // nobody reads it
  return {
    manage: first,
    request: {
      zone: integerAt(node, 'zone', `${at}.node`),
      hostnames: { manage: [...manage], storage: [...storage] },
      ...(tags === null ? {} : { tags: Object.fromEntries(tags) }),
    },
    devices: listAt(entry, 'devices', at).map((device, i) => readPlannedDevice(device, `${at}.devices[${i}]`)),
  };
}

function readPlannedDevice(device: JsonValue, at: string): PlannedDevice {
  if (typeof device === 'string') return { name: device, tags: new Map(), destroyData: false };
  const name = anyCase(device, 'name');
  if (typeof name !== 'string') throw new Error(`${at}: expected a device name, or an object with "name"`);
  return {
    name,
    tags: tagsAt(device, at) ?? new Map(),
    destroyData: switchAt(device, 'destroydata', at, false),
  };
}

export function isObject(json: JsonValue | undefined): json is JsonObject {
  return json !== undefined && isJsonObject(json);
}

/** A member by its name in any case; the exact spelling first. */
export function anyCase(json: JsonValue | undefined, name: string): JsonValue | undefined {
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

function switchAt(json: JsonValue, name: string, at: string, fallback: boolean): boolean {
  const value = anyCase(json, name);
  if (value === undefined || value === null) return fallback;
  if (typeof value !== 'boolean') throw new Error(`${at}.${name}: expected true or false, not ${stringifyJson(value)}`);
  return value;
}

function integerAt(json: JsonValue, name: string, at: string): number | bigint {
  const value = anyCase(json, name);
  if (value === undefined || value === null) return 0;
  if (typeof value === 'number' || typeof value === 'bigint') return value;
  throw new Error(`${at}.${name}: expected a whole number, not ${stringifyJson(value)}`);
}

function textAt(json: JsonValue, name: string, at: string): string {
  const value = anyCase(json, name);
  if (value === undefined || value === null) return '';
  if (typeof value !== 'string') throw new Error(`${at}.${name}: expected a string, not ${stringifyJson(value)}`);
  return value;
}

/** Null when there are none in the file. */
function tagsAt(json: JsonValue, at: string): Tags | null {
  const tags = anyCase(json, 'tags');
  if (tags === undefined || tags === null) return null;
  if (!isObject(tags)) throw new Error(`${at}.tags: expected an object`);
  return new Map(Object.keys(tags).map((name) => [name, textAt(tags, name, `${at}.tags`)]));
}
