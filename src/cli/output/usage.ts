import { memberOf, readList, readNumber, readText, readTexts } from '../../client/wire.js';
import type { JsonValue } from '../../json/json-value.js';
import { lines, oneLine } from './text.js';
import { formatTable } from './volume-table.js';

const KIB_PER_GIB = 1_048_576;
/** What nobody could tell: not 0. */
const UNKNOWN = '?';

/** All volumes of an answer of /usage, by their names, and why something is not known. */
export function formatVolumeUsage(json: JsonValue): string {
  const volumes = readList(memberOf(json, 'volumes')).toSorted((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1));
  return (
    formatTable([
      ['NAME', 'ID', 'SIZE', 'USED', 'FREE', 'USE', 'TO HEAL', 'AS OF'],
      ...volumes.map((volume) => [
        nameOf(volume),
        readText(memberOf(volume, 'id')),
        ...spaceCells(volume),
        numberCell(volume, 'healEntries', '-'),
        timeCell(volume),
      ]),
    ]) + reasonsOf(volumes, nameOf)
  );
}

/** The bricks of an answer of /usage. */
export function formatBrickUsage(json: JsonValue): string {
  const bricks = readList(memberOf(json, 'bricks'));
  const idOf = (brick: JsonValue): string => readText(memberOf(brick, 'id'));
  return (
    formatTable([
      ['BRICK', 'NODE', 'DEVICE', 'SIZE', 'USED', 'FREE', 'USE', 'POOL DATA', 'POOL METADATA', 'TO HEAL'],
      ...bricks.map((brick) => [
        idOf(brick),
        readText(memberOf(brick, 'node')),
        readText(memberOf(brick, 'device')),
        ...spaceCells(brick),
        percentCell(memberOf(brick, 'pool'), 'dataPercent'),
        percentCell(memberOf(brick, 'pool'), 'metadataPercent'),
        numberCell(brick, 'healEntries', '-'),
      ]),
    ]) + reasonsOf(bricks, idOf)
  );
}

/** GiB that the thin pools of each device hold, by its id, for people. */
export function readDeviceHoldings(json: JsonValue): ReadonlyMap<string, string> {
  return new Map(
    readList(memberOf(json, 'devices')).map((device) => [
      readText(memberOf(device, 'id')),
      gibCell(numberOf(device, 'usedKib')),
    ]),
  );
}

/** SIZE, USED, FREE and USE; the last of what is used and free, as df has it. */
function spaceCells(item: JsonValue): readonly string[] {
  const [total, used, free] = [numberOf(item, 'totalKib'), numberOf(item, 'usedKib'), numberOf(item, 'freeKib')];
  const share =
    used === null || free === null || used + free === 0 ? UNKNOWN : `${Math.ceil((used * 100) / (used + free))}%`;
  return [gibCell(total), gibCell(used), gibCell(free), share];
}

function gibCell(kib: number | null): string {
  return kib === null ? UNKNOWN : `${(kib / KIB_PER_GIB).toFixed(1)} GiB`;
}

function percentCell(item: JsonValue | undefined, name: string): string {
  const value = numberOf(item, name);
  return value === null ? UNKNOWN : `${value}%`;
}

function numberCell(item: JsonValue, name: string, none: string): string {
  const value = numberOf(item, name);
  if (value !== null) return String(value);
  return readTexts(memberOf(item, 'unknown')).length > 0 ? UNKNOWN : none;
}

function timeCell(item: JsonValue): string {
  const time = memberOf(item, 'checkedAt') ?? null;
  return time === null ? '-' : readText(time);
}

function reasonsOf(items: readonly JsonValue[], labelOf: (item: JsonValue) => string): string {
  return lines(
    ...items.flatMap((item) =>
      readTexts(memberOf(item, 'unknown')).map((reason) => `${labelOf(item)}: not known: ${oneLine(reason)}`),
    ),
  );
}

function nameOf(volume: JsonValue): string {
  return readText(memberOf(volume, 'name'));
}

function numberOf(item: JsonValue | undefined, name: string): number | null {
  const value = memberOf(item, name) ?? null;
  return value === null ? null : readNumber(value);
}
