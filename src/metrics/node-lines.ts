import type { Device } from '../domain/device.js';
import type { Id } from '../domain/ids.js';
import { manageName, type Node, storageName } from '../domain/node.js';
import type { DevicesOfNode } from '../store/interface/topology.js';
import { labelsText, sampleLine } from './exposition.js';

interface KeptText {
  /** What is known of each device, of which the text was made; undefined of one of which nothing is. */
  readonly values: readonly unknown[];
  readonly text: string;
}

/**
 * The lines of a node and its devices in each metric, kept as long as nothing changes of what stands in them: most of
 * thousands of devices are between two scrapes as they were.
 */
export class NodeLines {
  readonly node: Node;
  readonly #devices: readonly Device[];
  readonly #labels: readonly string[];
  readonly #kept = new Map<string, KeptText>();
  readonly labels: string;

  constructor(node: Node, { devices }: DevicesOfNode) {
    const ofNode = { cluster: node.clusterId, hostname: manageName(node), storage_hostname: storageName(node) };
    this.node = node;
    this.labels = labelsText(ofNode);
    this.#devices = devices;
    this.#labels = devices.map(({ id, name, pvUuid }) => labelsText({ ...ofNode, id, device: name, pv_uuid: pvUuid }));
  }

  get deviceCount(): number {
    return this.#devices.length;
  }

  /** Of a gauge that tells something of each device's record. */
  ofRecords(name: string, value: (device: Device) => number): string {
    const known = this.#kept.get(name);
    if (known) return known.text;
    const text = this.#devices.map((device, i) => sampleLine(name, this.#labels[i] ?? '', value(device))).join('');
    this.#kept.set(name, { values: [], text });
    return text;
  }

  /** Of a gauge that tells of each device how many there are of something on it. */
  ofCounts(name: string, counts: ReadonlyMap<Id, number>): string {
    return this.#ofValues(
      name,
      ({ id }) => counts.get(id) ?? 0,
      (count, _device, labels) => sampleLine(name, labels, count),
    );
  }

  /** Of a metric of our own, which has fewer labels: what is known of some devices, and the lines that tell of one. */
  ofKnown<T>(
    name: string,
    known: ReadonlyMap<Id, T>,
    linesOf: (labels: Readonly<Record<string, string>>, value: T) => string,
  ): string {
    return this.#ofValues(
      name,
      ({ id }) => known.get(id),
      (value, { id, name: device }) =>
        value === undefined ? '' : linesOf({ hostname: manageName(this.node), id, device }, value),
    );
  }

  #ofValues<T>(
    name: string,
    read: (device: Device) => T,
    lineOf: (value: T, device: Device, labels: string) => string,
  ): string {
    const known = this.#kept.get(name);
    const values = this.#devices.map(read);
    if (known?.values.every((value, i) => value === values[i])) return known.text;
    const text = this.#devices.map((device, i) => lineOf(values[i] as T, device, this.#labels[i] ?? '')).join('');
    this.#kept.set(name, { values, text });
    return text;
  }
}

/** By the groups of the store, which are other objects as soon as anything of them has changed. */
export class KeptNodeLines {
  readonly #byGroup = new WeakMap<DevicesOfNode, NodeLines>();

  of(node: Node, group: DevicesOfNode): NodeLines {
    const known = this.#byGroup.get(group);
    if (known?.node === node) return known;
    const made = new NodeLines(node, group);
    this.#byGroup.set(group, made);
    return made;
  }
}
