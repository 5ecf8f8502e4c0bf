import type { Tags } from '../node.js';
import { type ArbiterRole, arbiterRole, effectiveTags, matchesTagRule, type TagRule, tagValue } from './tags.js';
import type { DeviceRefusal, DeviceSnapshot, NodeSnapshot } from './types.js';

/** A device that may take bricks, before anything is placed. */
export interface UsableDevice {
  readonly device: DeviceSnapshot;
  readonly role: ArbiterRole;
}

export interface ExcludedDevice {
  readonly node: NodeSnapshot;
  readonly device: DeviceSnapshot;
  readonly refusal: DeviceRefusal;
  readonly detail: string;
}

/** A usable device's place in an order of preference. */
export interface Ranked {
  /** Greater is better. */
  readonly rank: number;
  /** In `usable`. */
  readonly index: number;
}

/** What a node's devices are to placements under one tag rule. It is worked out once for a snapshot of a node. */
export class NodeStanding {
  readonly node: NodeSnapshot;
  /** Devices of an online node that are online, well, and pass the rule; in the order of the node's devices. */
  readonly usable: readonly UsableDevice[];
  /** Usable ones, and those that are left out though they are online. */
  readonly onlineDevices: number;
  /** Of usable ones; 0 when there are none. */
  readonly largestFreeKib: number;
  readonly #tagRule: TagRule | null;
  readonly #ranked: { [P in Preference]?: readonly Ranked[] } = {};
  #excluded: readonly ExcludedDevice[] | null = null;

  constructor(node: NodeSnapshot, tagRule: TagRule | null) {
    this.node = node;
    this.#tagRule = tagRule;
    const isNodeIn = refusalOfNode(node) === null;
    const online = isNodeIn ? node.devices.filter(({ state }) => state === 'online') : [];
    this.onlineDevices = online.length;
    this.usable = online.flatMap((device) => {
      const tags = effectiveTags(node.tags, device.tags);
      return refusalOfDevice(device, tags, tagRule) ? [] : [{ device, role: arbiterRole(tags) }];
    });
    this.largestFreeKib = this.usable.reduce((most, { device }) => Math.max(most, device.freeKib), 0);
  }

  /** The other devices, and why. */
  excluded(): readonly ExcludedDevice[] {
    this.#excluded ??= this.#findExcluded();
    return this.#excluded;
  }

  #findExcluded(): readonly ExcludedDevice[] {
    const { node } = this;
    if (this.usable.length === node.devices.length) return [];
    const ofNode = refusalOfNode(node);
    return node.devices.flatMap((device) => {
      const tags = effectiveTags(node.tags, device.tags);
      const why = ofNode ?? offline(device) ?? refusalOfDevice(device, tags, this.#tagRule);
      return why ? [{ node, device, ...why }] : [];
    });
  }

  /** Usable devices that have any space, best first, of equal ones the first. */
  ranked(preference: Preference): readonly Ranked[] {
    this.#ranked[preference] ??= rank(this.usable, preference);
    return this.#ranked[preference];
  }
}

function rank(usable: readonly UsableDevice[], preference: Preference): readonly Ranked[] {
  return usable
    .map(({ device, role }, index) => ({ rank: rankOf(role, device.freeKib, device.totalKib, preference), index }))
    .filter(({ index }) => (usable[index]?.device.freeKib ?? 0) > 0)
    .sort((a, b) => (a.rank === b.rank ? a.index - b.index : a.rank > b.rank ? -1 : 1));
}

/**
 * How devices are ordered. `share`: by the share that is free. `dedicated`: those first that are for one kind of brick, which
 * are of no use to the other kind, so that those for both are spared.
 */
export type Preference = 'share' | 'dedicated';

export function rankOf(role: ArbiterRole, freeKib: number, totalKib: number, preference: Preference): number {
  return freeKib / totalKib + (preference === 'dedicated' && role !== 'supported' ? 2 : 0);
}

type Refusal = Pick<ExcludedDevice, 'refusal' | 'detail'>;

function refuse(refusal: DeviceRefusal, detail: string): Refusal {
  return { refusal, detail };
}

function refusalOfNode(node: NodeSnapshot): Refusal | null {
  if (node.state !== 'online') return refuse('node-offline', `node is ${node.state}`);
  return node.isUp ? null : refuse('node-down', 'glusterd on the node was last seen down');
}

function offline({ state }: DeviceSnapshot): Refusal | null {
  return state === 'online' ? null : refuse('device-offline', `device is ${state}`);
}

function refusalOfDevice(device: DeviceSnapshot, tags: Tags, tagRule: TagRule | null): Refusal | null {
  if (device.trouble !== null) return refuse('device-broken', device.trouble);
  if (device.hasBrokenCounters) return refuse('broken-counters', "its recorded sizes can't be true; resync the device");
  if (!tagRule || matchesTagRule(tagRule, tags)) return null;
  return refuse('tag', `tag ${tagRule.name} is ${JSON.stringify(tagValue(tags, tagRule.name))}`);
}
