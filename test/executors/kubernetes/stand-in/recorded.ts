import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { WireRequest } from '../../../support/kubernetes-server/wire-client.js';

const FOLDER = path.resolve('test/golden/kubernetes');

/** `[ms, who, opcode, FIN, channel, bytes after the channel byte, payload]`; see README.md beside the recordings. */
type RecordedFrame = readonly [number, 's' | 'c', number, number, number | string | null, number, unknown];

export interface RecordedWire {
  readonly request: WireRequest & { readonly auth: string };
  readonly response?: {
    readonly status: number;
    readonly statusText: string;
    readonly headers: Readonly<Record<string, string>>;
    readonly body?: unknown;
  };
  readonly frames?: readonly (RecordedFrame | { readonly omitted: number })[];
  readonly totals?: Readonly<Record<string, { readonly bytes: number; readonly sha256: string }>>;
  readonly end: { readonly what: string };
}

export interface RecordedScenario {
  readonly scenario: string;
  readonly wire?: RecordedWire;
  readonly clientNode?: { readonly events: readonly (readonly [number, string, unknown?])[] };
}

/** The scenarios of a file, but for those that are not modelled. */
export function recorded<Scenario extends { readonly scenario: string } = RecordedScenario>(
  file: string,
  leftOut: readonly string[] = [],
): readonly Scenario[] {
  const all = JSON.parse(readFileSync(path.join(FOLDER, file), 'utf8')) as readonly Scenario[];
  const unknown = leftOut.filter((name) => !all.some(({ scenario }) => scenario === name));
  if (unknown.length > 0) throw new Error(`${file} has no scenario ${unknown.join(', ')}`);
  return all.filter(({ scenario }) => !leftOut.includes(scenario));
}

export function serverFrames(wire: RecordedWire): readonly RecordedFrame[] {
  return (wire.frames ?? []).filter(
    (frame): frame is RecordedFrame => 'omitted' in frame === false && frame[1] === 's',
  );
}

/** Times, ids and process numbers are what they happen to be. */
export function withoutChance(text: string): string {
  return text
    .replace(/[0-9a-f]{64}/g, '<id>')
    .replace(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, '<uid>')
    .replace(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ/g, '<time>')
    .replace(/pipe:\[\d+\]/g, 'pipe:[<n>]')
    .replace(/(line \d+: +)\d+ Killed/g, '$1<pid> Killed');
}
