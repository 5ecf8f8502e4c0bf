import { type Integer, memberOf, readInteger, readList, readText } from '../../client/wire.js';
import type { JsonValue } from '../../json/json-value.js';
import { formatRefusingDevices, type RefusingDevices, readRefusingDevices, tenthsOfGib } from './placement.js';
import { lines } from './text.js';
import { formatTable } from './volume-table.js';

/** What a change that moves bricks would do. */
export interface RemovalPlan {
  readonly isPossible: boolean;
  /** '' when nothing prevents the whole. */
  readonly obstacle: string;
  readonly movable: Integer;
  readonly healKib: Integer;
  readonly unknownHeals: Integer;
  readonly bricks: readonly PlannedEviction[];
  readonly healing: number;
}

interface PlannedEviction {
  readonly brickId: string;
  readonly volumeName: string;
  readonly sizeKib: Integer;
  /** Null when nobody tells. */
  readonly healKib: Integer | null;
  readonly to: {
    readonly nodeName: string;
    readonly zone: Integer;
    readonly deviceName: string;
    readonly freeAfterKib: Integer;
  } | null;
  readonly obstacle: string;
  readonly devices: RefusingDevices;
}

export function readRemovalPlan(json: JsonValue): RemovalPlan {
  return {
    isPossible: memberOf(json, 'isPossible') === true,
    obstacle: readNullable(json, 'obstacle'),
    movable: readInteger(memberOf(json, 'movable')),
    healKib: readInteger(memberOf(json, 'healKib')),
    unknownHeals: readInteger(memberOf(json, 'unknownHeals')),
    bricks: readList(memberOf(json, 'bricks')).map(readEviction),
    healing: readList(memberOf(json, 'healing')).length,
  };
}

function readEviction(json: JsonValue): PlannedEviction {
  const to = memberOf(json, 'to');
  const healKib = memberOf(json, 'healKib');
  return {
    brickId: readText(memberOf(json, 'brickId')),
    volumeName: readText(memberOf(json, 'volumeName')),
    sizeKib: readInteger(memberOf(json, 'sizeKib')),
    healKib: isNone(healKib) ? null : readInteger(healKib),
    to: isNone(to)
      ? null
      : {
          nodeName: readText(memberOf(to, 'nodeName')),
          zone: readInteger(memberOf(to, 'zone')),
          deviceName: readText(memberOf(to, 'deviceName')),
          freeAfterKib: readInteger(memberOf(to, 'freeAfterKib')),
        },
    obstacle: readNullable(json, 'obstacle'),
    devices: readRefusingDevices(json),
  };
}

/** `subject`: what it is about, as in `Device 886a`; `verb`: what becomes of its bricks. */
export function formatRemovalPlan(subject: string, plan: RemovalPlan, verb = 'move'): string {
  const { bricks, obstacle, healing } = plan;
  const going = bricks.filter(({ to }) => to !== null);
  const staying = bricks.filter(({ to }) => to === null);
  const parts = [
    lines(headline(subject, plan, verb), ...(obstacle === '' ? [] : [`In the way of all of it: ${obstacle}`])),
  ];
  if (going.length > 0) parts.push(formatGoing(going));
  if (staying.length > 0) parts.push(`Bricks that would not:\n${staying.map(formatStaying).join('')}`);
  if (healing > 0)
    parts.push(lines(`Replaced before, and waiting for the heal of their sets: ${count(healing, 'brick')}`));
  return parts.join('\n');
}

function headline(subject: string, plan: RemovalPlan, verb: string): string {
  const { bricks, movable, healKib, unknownHeals } = plan;
  if (bricks.length === 0) return `${subject}: no brick has to ${verb}`;
  const unknown = unknownHeals === 0 ? '' : `, how much of ${count(unknownHeals, 'brick')} is not known`;
  const which = String(movable) === String(bricks.length) ? '' : `${movable} of `;
  return `${subject}: ${which}${count(bricks.length, 'brick')} would ${verb}; ${tenthsOfGib(healKib)} GiB to heal${unknown}`;
}

function formatGoing(going: readonly PlannedEviction[]): string {
  const rows = going.flatMap(({ brickId, volumeName, sizeKib, healKib, to }) => {
    if (!to) return [];
    const heals = healKib === null ? 'not known' : `${tenthsOfGib(healKib)} GiB`;
    const place = [to.nodeName, String(to.zone), to.deviceName, `${tenthsOfGib(to.freeAfterKib)} GiB`];
    return [[brickId, volumeName, `${tenthsOfGib(sizeKib)} GiB`, heals, ...place]];
  });
  return formatTable([['BRICK', 'VOLUME', 'SIZE', 'HEALS', 'TO NODE', 'ZONE', 'DEVICE', 'FREE AFTER'], ...rows]);
}

function formatStaying({ brickId, volumeName, obstacle, devices }: PlannedEviction): string {
  const text = `  ${brickId} of volume ${volumeName}: ${obstacle.replaceAll('\n', '\n    ')}\n`;
  if (devices.shown.length === 0) return text;
  return text + formatRefusingDevices(devices).replace(/^(?=.)/gm, '    ');
}

function isNone(json: JsonValue | undefined): json is null | undefined {
  return json === undefined || json === null;
}

function readNullable(json: JsonValue, name: string): string {
  const text = memberOf(json, name);
  return isNone(text) ? '' : readText(text);
}

function count(number: number | Integer, noun: string): string {
  return `${number} ${noun}${String(number) === '1' ? '' : 's'}`;
}
