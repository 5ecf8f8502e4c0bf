import { memberOf, readList, readText } from '../../client/wire.js';
import type { JsonValue } from '../../json/json-value.js';
import { lines } from './text.js';

/** What the server found when it looked at a device. */
export interface Preflight {
  readonly host: string;
  readonly device: string;
  readonly isUsable: boolean;
  readonly isUsableIfWiped: boolean;
  readonly checks: readonly {
    readonly name: string;
    readonly result: string;
    readonly detail: string;
    readonly advice: string;
  }[];
}

export function readPreflight(json: JsonValue): Preflight {
  return {
    host: readText(memberOf(json, 'host')),
    device: readText(memberOf(json, 'device')),
    isUsable: memberOf(json, 'isUsable') === true,
    isUsableIfWiped: memberOf(json, 'isUsableIfWiped') === true,
    checks: readList(memberOf(json, 'checks')).map((check) => ({
      name: readText(memberOf(check, 'name')),
      result: readText(memberOf(check, 'result')),
      detail: readText(memberOf(check, 'detail')),
      advice: memberOf(check, 'advice') === null ? '' : readText(memberOf(check, 'advice')),
    })),
  };
}

const MARKS = new Map([
  ['warning', 'WARNING'],
  ['problem', 'PROBLEM'],
]);

export function formatPreflight({ host, device, isUsable, isUsableIfWiped, checks }: Preflight): string {
  const width = Math.max(...checks.map((check) => check.name.length), 0);
  return lines(
    `Device: ${device}`,
    `Host: ${host}`,
    ...checks.flatMap(({ name, result, detail, advice }) => [
      `  ${name.padEnd(width)}  ${(MARKS.get(result) ?? result).padEnd('WARNING'.length)}  ${detail}`,
      ...(advice === '' ? [] : [`  ${' '.repeat(width + 'WARNING'.length + 4)}-> ${advice}`]),
    ]),
    `Result: ${verdict(isUsable, isUsableIfWiped)}`,
  );
}

function verdict(isUsable: boolean, isUsableIfWiped: boolean): string {
  if (isUsable) return 'the device can be added';
  return isUsableIfWiped
    ? 'the device can only be added with --destroy-existing-data, which loses what is on it'
    : 'the device can not be added as it is';
}
