import type { DeviceRefusal, DeviceRefusals, DeviceSnapshot, DeviceVerdict, NodeSnapshot } from './types.js';

const NEAREST_DEVICES = 20;
/** Of all refusals of an answer or a log together. */
const SHOWN_DEVICES = 60;

/** How many devices each of so many refusals shows of its own accord: together they stay short, however many there are. */
export function shownOfEach(refusals: number): number {
  return Math.max(1, Math.floor(SHOWN_DEVICES / Math.max(1, refusals)));
}

/** A device that takes no brick; the sentence is made for those that are shown. */
export interface RefusedDevice {
  readonly node: Pick<NodeSnapshot, 'id' | 'name' | 'zone'>;
  readonly device: DeviceSnapshot;
  readonly refusal: DeviceRefusal;
  detail(): string;
}

/** `forEach` visits every device of the cluster that is refused, and may be called again later. */
export function deviceRefusals(forEach: (visit: (refused: RefusedDevice) => void) => void): DeviceRefusals {
  const counts = new Map<DeviceRefusal, number>();
  const first: RefusedDevice[] = [];
  const nearest = new Nearest();
  forEach((refused) => {
    counts.set(refused.refusal, (counts.get(refused.refusal) ?? 0) + 1);
    if (first.length <= NEAREST_DEVICES) first.push(refused);
    nearest.add(refused);
  });
  const all = () => {
    const found: DeviceVerdict[] = [];
    forEach((refused) => found.push(verdictOf(refused)));
    return found;
  };
  const shown = first.length <= NEAREST_DEVICES ? first : nearest.found;
  return { counts, nearest: shown.map(verdictOf), all };
}

export const NO_DEVICES: DeviceRefusals = { counts: new Map(), nearest: [], all: () => [] };

function verdictOf({ node, device, refusal, detail }: RefusedDevice): DeviceVerdict {
  return {
    nodeId: node.id,
    nodeName: node.name,
    deviceId: device.id,
    deviceName: device.name,
    zone: node.zone,
    freeKib: device.freeKib,
    refusal,
    detail: detail(),
  };
}

/** How far a device is from taking a brick: it has the room, it lacks some, or something else has to change first. */
const DISTANCES: Readonly<Record<DeviceRefusal, number>> = {
  'limit-reached': 0,
  'node-taken': 0,
  'zone-taken': 0,
  'arbiter-tag': 1,
  'too-small': 2,
  tag: 3,
  'device-offline': 4,
  'node-offline': 4,
  'node-down': 4,
  'device-broken': 5,
  'broken-counters': 5,
  'same-device': 6,
};

/** The few that come nearest; of equal ones those with more free space, and then the first. */
class Nearest {
  readonly #found: RefusedDevice[] = [];

  get found(): readonly RefusedDevice[] {
    return this.#found;
  }

  add(refused: RefusedDevice): void {
    const found = this.#found;
    const last = found.at(-1);
    if (found.length === NEAREST_DEVICES && last && !isNearer(refused, last)) return;
    let place = found.length;
    while (place > 0 && isNearer(refused, found[place - 1] as RefusedDevice)) place--;
    found.splice(place, 0, refused);
    found.length = Math.min(found.length, NEAREST_DEVICES);
  }
}

function isNearer(one: RefusedDevice, other: RefusedDevice): boolean {
  const [distance, otherDistance] = [DISTANCES[one.refusal], DISTANCES[other.refusal]];
  return distance === otherDistance ? one.device.freeKib > other.device.freeKib : distance < otherDistance;
}
