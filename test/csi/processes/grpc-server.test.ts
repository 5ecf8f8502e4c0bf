import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { type ClientSessionOptions, connect as connectHttp2, constants } from 'node:http2';
import { connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { CsiError } from '../../../src/csi/rpc/csi-error.js';
import { type Calls, type RunningServer, startGrpcServer } from '../../../src/csi/rpc/grpc-server.js';
import { ended, printed } from '../../crash/processes/support/ended.js';
import { CsiClient, type Refusal } from '../support/csi-client.js';

const log = { debug() {}, info() {}, warn() {}, error() {} };

let folder: string;
let socket: string;
let running: RunningServer[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'csi-rpc-'));
  socket = join(folder, 'csi.sock');
  running = [];
});

afterEach(async () => {
  for (const server of running) await server.stop(0);
  rmSync(folder, { recursive: true });
});

async function start(calls: Calls): Promise<CsiClient> {
  running.push(await startGrpcServer(socket, { Identity: calls }, log));
  return new CsiClient(socket);
}

const refusing = (error: Error): Calls => ({ Probe: () => Promise.reject(error) });

it.each([
  ['long', 'x'.repeat(1_000_000)],
  ['long in characters of four bytes', '💾'.repeat(100_000)],
  ['of half characters', `\ud83d ${'y'.repeat(10)}`],
  ['long and cut between halves', `${'z'.repeat(1999)}${'💾'.repeat(100)}`],
  ['of several lines', 'a\nb\r\nc'],
])('a message that is %s reaches the client with its code', async (_what, message) => {
  const client = await start(refusing(new CsiError('NOT_FOUND', message)));
  const refusal = await client.call('Probe').catch((error: Refusal) => error);
  expect(refusal.code).toBe('NOT_FOUND');
  expect(refusal.message.length).toBeLessThan(4096);
  expect(refusal.message.slice(3, 4)).toBe(message.toWellFormed().slice(3, 4));
});

it('what fails by a defect is INTERNAL, and tells nothing of it', async () => {
  const client = await start(refusing(new TypeError('secret')));
  const refusal = await client.call('Probe').catch((error: Refusal) => error);
  expect(refusal).toMatchObject({ code: 'INTERNAL', message: expect.not.stringContaining('secret') });
});

it('the socket is there for its owner and its group only, whatever the umask', async () => {
  const before = process.umask(0);
  try {
    await start({ Probe: async () => ({ ready: { value: true } }) });
    expect(process.umask()).toBe(0);
  } finally {
    process.umask(before);
  }
  expect(statSync(socket).mode & 0o777).toBe(0o660);
});

it('a socket that a driver listens on is not taken', async () => {
  await start({ Probe: async () => ({ ready: { value: true } }) });
  await expect(startGrpcServer(socket, {}, log)).rejects.toThrow(/another driver listens/);
});

it('a socket that a driver left behind is replaced, and another file is not', async () => {
  const program = `require('net').createServer().listen(${JSON.stringify(socket)}, () => console.log('there'))`;
  const left = spawn(process.execPath, ['-e', program], { stdio: ['ignore', 'pipe', 'pipe'] });
  await printed(left, /there/);
  left.kill('SIGKILL');
  await ended(left);
  expect(existsSync(socket)).toBe(true);
  const client = await start({ Probe: async () => ({ ready: { value: true } }) });
  expect(await client.codeOf('Probe', {})).toBe('OK');
  const file = join(folder, 'file');
  writeFileSync(file, 'precious');
  await expect(startGrpcServer(file, {}, log)).rejects.toThrow(/no socket/);
  expect(readFileSync(file, 'utf8')).toBe('precious');
});

it('a socket of a driver that accepts nobody at the moment is not taken', async () => {
  const program = `require('net').createServer().listen({ path: ${JSON.stringify(socket)}, backlog: 1 }, () => console.log('there'))`;
  const slow = spawn(process.execPath, ['-e', program], { stdio: ['ignore', 'pipe', 'pipe'] });
  await printed(slow, /there/);
  slow.kill('SIGSTOP');
  const waiting: Socket[] = [];
  try {
    for (let isFull = false; !isFull; ) {
      isFull = await new Promise<boolean>((done) => {
        const one = connect(socket, () => done(false)).on('error', () => done(true));
        waiting.push(one);
      });
    }
    await expect(startGrpcServer(socket, {}, log)).rejects.toThrow(/whether somebody listens/);
    expect(existsSync(socket)).toBe(true);
  } finally {
    for (const one of waiting) one.destroy();
    slow.kill('SIGKILL');
    await ended(slow);
  }
});

it('a path that is longer than the kernel’s for sockets is refused, not cut off', async () => {
  const long = join(folder, 'x'.repeat(108));
  await expect(startGrpcServer(long, {}, log)).rejects.toThrow(/107 bytes/);
  expect(readdirSync(folder)).toEqual([]);
});

/** The gRPC statuses of calls of Probe, one after the other on one connection, by a client that names `authority`. */
async function probeAs(authority: string, options: ClientSessionOptions = {}, more: object = {}): Promise<unknown[]> {
  const session = connectHttp2('http://localhost', { ...options, createConnection: () => connect(socket) });
  const statuses: unknown[] = [];
  for (let i = 0; i < 3; i++) {
    const stream = session.request({
      ':method': 'POST',
      ':path': '/csi.v1.Identity/Probe',
      ':authority': authority,
      'content-type': 'application/grpc',
      te: 'trailers',
      ...more,
    });
    const status = new Promise((resolve) => {
      stream.once('trailers', (trailers) => resolve(trailers['grpc-status']));
      stream.once('error', (error) => resolve(error.message));
    });
    stream.resume().end(Buffer.alloc(5)); // a message without fields
    statuses.push(await status);
  }
  session.destroy();
  return statuses;
}

const AUTHORITIES = [
  'localhost',
  '/csi/csi.sock',
  'unix:///csi/csi.sock',
  '%2Fcsi%2Fcsi.sock',
  '/var/lib/kubelet/plugins/glusterfs.csi.mortar/csi.sock',
  `/${'long/'.repeat(40)}csi.sock`,
];

it.each(AUTHORITIES)('a client that names the authority %s is answered, as often as it asks', async (authority) => {
  await start({ Probe: async () => ({ ready: { value: true } }) });
  expect(await probeAs(authority)).toEqual(['0', '0', '0']);
});

it.each([
  ['fills its frames up', { paddingStrategy: constants.PADDING_STRATEGY_MAX }, {}],
  ['keeps a table of headers that has hardly any room', { maxDeflateDynamicTableSize: 60 }, {}],
  ['keeps none', { maxDeflateDynamicTableSize: 0 }, {}],
  ['sends more headers than a frame has room for', {}, { 'x-long': 'y'.repeat(20_000) }],
])('a client with such an authority that %s is answered', async (_what, options, more) => {
  await start({ Probe: async () => ({ ready: { value: true } }) });
  expect(await probeAs('/csi/csi.sock', options, more)).toEqual(['0', '0', '0']);
});

it('a client whose bytes come one by one is answered', async () => {
  await start({ Probe: async () => ({ ready: { value: true } }) });
  const before = socket;
  const behind = `${socket}.slow`;
  const slow = createServer((near) => {
    const far = connect(before);
    far.pipe(near);
    near.on('data', (data: Buffer) => {
      for (const byte of data) far.write(Buffer.of(byte));
    });
    near.on('close', () => far.destroy()).on('error', () => undefined);
  });
  await new Promise<void>((done) => slow.listen(behind, done));
  try {
    socket = behind;
    expect(await probeAs('/csi/csi.sock')).toEqual(['0', '0', '0']);
  } finally {
    socket = before;
    slow.close();
  }
});

it('a client that speaks no HTTP/2 ends nothing but its own connection', async () => {
  const client = await start({ Probe: async () => ({ ready: { value: true } }) });
  for (const said of [
    'GET / HTTP/1.1\r\n\r\n',
    '\u0001'.repeat(1000),
    'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\u0001\u0001',
  ]) {
    const stranger = connect(socket).on('error', () => undefined);
    await new Promise((sent) => stranger.end(said, () => sent(undefined)));
    stranger.resume();
    await once(stranger, 'close');
  }
  expect(await client.codeOf('Probe', {})).toBe('OK');
});
