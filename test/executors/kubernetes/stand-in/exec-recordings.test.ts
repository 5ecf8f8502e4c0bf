import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Frame, OPCODES, WireClient } from '../../../support/kubernetes-server/wire-client.js';
import { type RecordedScenario, type RecordedWire, recorded, serverFrames, withoutChance } from './recorded.js';
import { RecordedCluster } from './recorded-cluster.js';

/** Files whose scenarios are one exec each, and what of them is not modelled or is shown elsewhere. */
const FILES: Readonly<Record<string, readonly string[]>> = {
  '01-success-and-protocols.json': [],
  '02-output.json': [],
  '03-exit-codes.json': [],
  '04-program-missing.json': [],
  '05-container-name.json': [],
  '06-refusals.json': ['list pods with the same token'],
  '07-pod-states.json': [],
  // Their arguments are shortened in the recording; exec-limits.test.ts sends such ones.
  '17-argv.json': [
    'one argument of 102400 bytes',
    'one argument of 131071 bytes',
    'one argument of 131072 bytes',
    'one argument of 300000 bytes',
    '15 arguments of 65000 bytes (975,000 in all)',
    '16 arguments of 65000 bytes (1,040,000 in all)',
    '17 arguments of 65000 bytes (1,105,000 in all)',
    '100 KiB script with newlines and quotes as bash -c argument (percent-encoding makes it longer)',
  ],
};

let cluster: RecordedCluster;
beforeAll(async () => {
  cluster = await RecordedCluster.up();
});
afterAll(() => cluster.server.down());

function replay({ request }: RecordedWire, auth = request.auth): WireClient {
  const headers = { ...request.headers, Authorization: `Bearer ${cluster.token(auth)}` };
  return new WireClient(cluster.server.port, { ...request, headers });
}

describe.each(Object.entries(FILES))('the stand-in answers as in %s', (file, leftOut) => {
  it.each(recorded(file, leftOut))('to: $scenario', async ({ wire, scenario }: RecordedScenario) => {
    if (!wire) throw new Error('nothing was recorded');
    const seconds = /token expired (\d+) s ago/.exec(scenario)?.[1];
    const client = replay(wire, seconds ? `expired ${seconds}` : wire.request.auth);
    await client.ended();
    expect(shownAnswer(client)).toEqual(recordedAnswer(wire));
    expect(shownFrames(client.frames)).toEqual(recordedFrames(wire));
    expect(shownTotals(client)).toEqual(recordedTotals(wire));
  });
});

/** What is drawn or told by the clock is left out. */
const CHANCE = ['Date', 'Audit-Id', 'Sec-WebSocket-Accept'];

function shownAnswer({ answer, body }: WireClient) {
  const headers = (answer?.headers ?? []).filter(isComparable(answer?.code));
  return { status: answer?.code, statusText: answer?.reason, headers: sorted(headers), body: parsed(body) };
}

function recordedAnswer({ response }: RecordedWire) {
  const headers = Object.entries(response?.headers ?? {}).filter(isComparable(response?.status));
  const { status, statusText, body = '' } = response ?? {};
  return { status, statusText, headers: sorted(headers), body };
}

/** Names in the bodies of 403 were replaced in the recordings, which changed their length. */
function isComparable(code: number | undefined) {
  return ([name]: readonly [string, string]) => !CHANCE.includes(name) && !(name === 'Content-Length' && code === 403);
}

function sorted(headers: readonly (readonly [string, string])[]) {
  return [...headers].sort(([a], [b]) => (a < b ? -1 : 1));
}

function parsed(body: string): unknown {
  return body.startsWith('{') ? JSON.parse(body) : body;
}

/** The first frame, and from the status on. What lies between is cut as the pipes happened to be read. */
function shownFrames(frames: readonly Frame[]) {
  return frames
    .filter(({ opcode, payload }, i) => i === 0 || isLast(opcode, payload[0]))
    .map(({ opcode, isFinal, payload }) => ({
      opcode,
      isFinal,
      channel:
        opcode === OPCODES.close ? null : opcode === OPCODES.text ? String.fromCharCode(payload[0] ?? 0) : payload[0],
      text: opcode === OPCODES.close ? payload.readUInt16BE(0) : withoutChance(payload.subarray(1).toString('utf8')),
    }));
}

function recordedFrames(wire: RecordedWire) {
  return serverFrames(wire)
    .filter(([, , opcode, , channel], i) => i === 0 || isLast(opcode, channel))
    .map(([, , opcode, isFinal, channel, , payload]) => ({
      opcode,
      isFinal: isFinal === 1,
      channel,
      text: opcode === OPCODES.close ? (payload as { readonly code: number }).code : withoutChance(String(payload)),
    }));
}

function isLast(opcode: number, channel: unknown): boolean {
  return opcode === OPCODES.close || channel === 3 || channel === '3' || channel === '3'.charCodeAt(0);
}

/** Of stdout and stderr. */
function shownTotals(client: WireClient) {
  return [1, 2].map((channel) => fingerprint(client.outputBytes(channel)));
}

function recordedTotals(wire: RecordedWire) {
  return [1, 2].map((channel) => {
    const pieces = serverFrames(wire).filter(([, , opcode, , on]) => opcode === OPCODES.binary && on === channel);
    const text = pieces.map(([, , , , , , payload]) => (typeof payload === 'string' ? payload : '')).join('');
    const whole = wire.totals?.[channel]?.sha256;
    return whole === undefined || withoutChance(text) !== text ? fingerprint(Buffer.from(text)) : whole;
  });
}

/** Of the bytes as they are, but for a text with process numbers in it. */
function fingerprint(bytes: Buffer): string {
  const text = bytes.toString('utf8');
  const shown = withoutChance(text) === text ? bytes : Buffer.from(withoutChance(text));
  return createHash('sha256').update(shown).digest('hex');
}
