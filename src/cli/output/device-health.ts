import { memberOf, readList, readText } from '../../client/wire.js';
import type { JsonValue } from '../../json/json-value.js';
import { lines } from './text.js';

/** How the server last saw a device. */
export interface DeviceHealth {
  readonly deviceId: string;
  readonly deviceName: string;
  readonly host: string;
  readonly condition: string;
  readonly reason: string;
  readonly notes: readonly string[];
  /** '' when there is nothing to be done. */
  readonly command: string;
}

export function readDeviceHealthList(json: JsonValue): readonly DeviceHealth[] {
  return readList(memberOf(json, 'devices')).map(readDeviceHealth);
}

export function readDeviceHealth(json: JsonValue): DeviceHealth {
  return {
    deviceId: readText(memberOf(json, 'deviceId')),
    deviceName: readText(memberOf(json, 'deviceName')),
    host: readText(memberOf(json, 'host')),
    condition: readText(memberOf(json, 'condition')),
    reason: readText(memberOf(json, 'reason')),
    notes: readList(memberOf(json, 'notes')).map(readText),
    command: memberOf(json, 'command') === null ? '' : readText(memberOf(json, 'command')),
  };
}

export function formatDeviceHealth(devices: readonly DeviceHealth[]): string {
  const width = Math.max(...devices.map(({ condition }) => condition.length), 0);
  return lines(
    ...devices.flatMap(({ deviceId, deviceName, host, condition, reason, notes, command }) => [
      `${condition.padEnd(width)}  ${host} ${deviceName} ${deviceId}`,
      ...(reason === '' ? [] : [`  ${reason.replaceAll('\n', '\n  ')}`]),
      ...notes.map((note) => `  note: ${note}`),
      ...(command === '' ? [] : [`  -> ${command}`]),
    ]),
  );
}

/** What nobody could ask is not counted: it is neither well nor broken. */
export function countUnwell(devices: readonly DeviceHealth[]): number {
  return devices.filter(({ condition }) => condition !== 'ok' && condition !== 'unknown').length;
}
