import { type Integer, memberOf, readInteger, readList, readText } from '../../client/wire.js';
import type { JsonValue } from '../../json/json-value.js';
import { lines } from './text.js';
import { formatTable } from './volume-table.js';

/** The server's answer to a volume request that nothing is to be created for. */
export interface Placement {
  readonly fits: boolean;
  readonly cluster: string;
  readonly bricks: readonly PlacedBrick[];
  readonly refusals: readonly ClusterRefusal[];
  readonly largestGib: Integer;
}

interface PlacedBrick {
  readonly set: Integer;
  readonly nodeName: string;
  readonly zone: Integer;
  readonly deviceName: string;
  readonly isArbiter: boolean;
  readonly sizeKib: Integer;
  readonly takesKib: Integer;
  readonly freeAfterKib: Integer;
}

interface ClusterRefusal {
  readonly cluster: string;
  readonly text: string;
  readonly explanation: string;
  readonly devices: RefusingDevices;
}

export interface RefusingDevices {
  /** By reason; empty where an older server does not count. */
  readonly counts: ReadonlyMap<string, number>;
  /** Those that are told of. */
  readonly shown: readonly RefusingDevice[];
}

/** A device that does not take a brick. */
export interface RefusingDevice {
  readonly nodeName: string;
  readonly zone: Integer;
  readonly deviceName: string;
  readonly freeKib: Integer;
  readonly detail: string;
}

export function readPlacement(json: JsonValue): Placement {
  return {
    fits: memberOf(json, 'fits') === true,
    cluster: readText(memberOf(json, 'clusterId')),
    bricks: readList(memberOf(json, 'bricks')).map((brick) => ({
      set: readInteger(memberOf(brick, 'set')),
      nodeName: readText(memberOf(brick, 'nodeName')),
      zone: readInteger(memberOf(brick, 'zone')),
      deviceName: readText(memberOf(brick, 'deviceName')),
      isArbiter: memberOf(brick, 'isArbiter') === true,
      sizeKib: readInteger(memberOf(brick, 'sizeKib')),
      takesKib: readInteger(memberOf(brick, 'takesKib')),
      freeAfterKib: readInteger(memberOf(brick, 'freeAfterKib')),
    })),
    refusals: readList(memberOf(json, 'refusals')).map((refusal) => ({
      cluster: readText(memberOf(refusal, 'clusterId')),
      text: readText(memberOf(refusal, 'text')),
      explanation: readText(memberOf(refusal, 'explanation')),
      devices: readRefusingDevices(refusal),
    })),
    largestGib: readInteger(memberOf(json, 'largestGib')),
  };
}

/** Of a cluster that refuses, or a brick that stays. */
export function readRefusingDevices(json: JsonValue): RefusingDevices {
  const counts = memberOf(json, 'counts');
  return {
    counts: new Map(isObject(counts) ? Object.entries(counts).map(([reason, count]) => [reason, Number(count)]) : []),
    shown: readList(memberOf(json, 'devices')).map(readRefusingDevice),
  };
}

function isObject(json: JsonValue | undefined): json is { readonly [name: string]: JsonValue } {
  return typeof json === 'object' && json !== null && !Array.isArray(json);
}

function readRefusingDevice(device: JsonValue): RefusingDevice {
  return {
    nodeName: readText(memberOf(device, 'nodeName')),
    zone: readInteger(memberOf(device, 'zone')),
    deviceName: readText(memberOf(device, 'deviceName')),
    freeKib: readInteger(memberOf(device, 'freeKib')),
    detail: readText(memberOf(device, 'detail')) || readText(memberOf(device, 'refusal')),
  };
}

/** What is planned, at the beginning of a sentence, and what the size is that would fit at most. */
interface PlacementWords {
  readonly subject: string;
  readonly largest: string;
}

export const OF_NEW_VOLUME: PlacementWords = {
  subject: 'The volume',
  largest: 'Largest volume of this kind that would fit now',
};

export const OF_EXPANSION: PlacementWords = {
  subject: 'The expansion',
  largest: 'The most that could be added to this volume now',
};

/** The plan of a volume or an expansion, or what stands in its way, device by device. */
export function formatPlacement(placement: Placement, words: PlacementWords): string {
  const body = placement.fits ? formatPlan(placement, words) : formatRefusals(placement.refusals, words);
  return `${body}\n${lines(`${words.largest}: ${placement.largestGib} GiB`)}`;
}

function formatPlan({ cluster, bricks }: Placement, { subject }: PlacementWords): string {
  const sets = new Set(bricks.map((brick) => String(brick.set))).size;
  const head = lines(
    `${subject} would fit on cluster ${cluster}: ${count(bricks.length, 'brick')} in ${count(sets, 'set')}`,
    '',
  );
  const rows = bricks.map((brick) => [
    String(BigInt(brick.set) + 1n), // people count from one
    brick.nodeName,
    String(brick.zone),
    brick.deviceName,
    `${tenthsOfGib(brick.sizeKib)} GiB${brick.isArbiter ? ' (arbiter)' : ''}`,
    `${tenthsOfGib(brick.takesKib)} GiB`,
    `${tenthsOfGib(brick.freeAfterKib)} GiB`,
  ]);
  return head + formatTable([['SET', 'NODE', 'ZONE', 'DEVICE', 'BRICK', 'TAKES', 'FREE AFTER'], ...rows]);
}

function formatRefusals(refusals: readonly ClusterRefusal[], { subject }: PlacementWords): string {
  const parts = refusals.map(({ cluster, text, explanation, devices }) => {
    const head = lines(`Cluster ${cluster}: ${text}`, ...(explanation === '' ? [] : [explanation.trimEnd()]));
    if (devices.shown.length === 0) return head;
    return `${head}\n${formatRefusingDevices(devices)}`;
  });
  return [`${subject} would not fit.\n`, ...parts].join('\n');
}

export function formatRefusingDevices({ counts, shown }: RefusingDevices): string {
  const rows = shown.map(({ nodeName, zone, deviceName, freeKib, detail }) => [
    nodeName,
    String(zone),
    deviceName,
    `${tenthsOfGib(freeKib)} GiB`,
    detail,
  ]);
  const table = formatTable([['NODE', 'ZONE', 'DEVICE', 'FREE', 'REASON'], ...rows]);
  const all = [...counts.values()].reduce((sum, one) => sum + one, 0);
  if (all <= shown.length) return table;
  const reasons = [...counts].map(([reason, number]) => `${number} ${reason}`).join(', ');
  return `${table}The nearest ${shown.length} of ${all} devices (${reasons}); --all-devices shows each.\n`;
}

/** GiB with one digit behind the point, rounded down so that nothing looks larger than it is. */
export function tenthsOfGib(kib: Integer): string {
  const tenths = (BigInt(kib) * 10n) / 1_048_576n;
  return `${tenths / 10n}.${tenths % 10n}`;
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}
