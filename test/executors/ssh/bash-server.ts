import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import ssh2 from 'ssh2';
import type { PrivateKey } from '../../../src/executors/ssh/private-key.js';
import { newEd25519Pair } from '../../support/ed25519-pair.js';

const HOST_KEY = newEd25519Pair().private;
/** Scripts of a plain user keep their locks in a folder that the test can give them. */
const NOBODY = 65_534;

/**
 * An SSH server inside the test that has real bash run what is asked of it, in a home of its own: cheap enough for
 * hundreds of rounds. Its sshd knows no limits and no logins.
 */
export class BashServer {
  readonly home: string;
  readonly host = '127.0.0.1';
  port = 0;
  readonly key: PrivateKey;
  readonly #server: ssh2.Server;
  readonly #children = new Set<ChildProcess>();
  readonly #clients = new Set<ssh2.Connection>();

  private constructor() {
    this.home = mkdtempSync(join(tmpdir(), 'mortar-bash-'));
    const { private: text } = newEd25519Pair();
    this.key = { file: '/nowhere/key', text: Buffer.from(text) };
    this.#server = new ssh2.Server({ hostKeys: [HOST_KEY] }, (client) => {
      client.on('authentication', (context) => context.accept());
      client.on('error', () => undefined);
      this.#clients.add(client);
      client.once('close', () => this.#clients.delete(client));
      client.on('session', (accept) => {
        accept().on('exec', (acceptExec, _reject, { command }) => this.#run(acceptExec(), command));
      });
    });
  }

  static async up(): Promise<BashServer> {
    const server = new BashServer();
    server.#server.listen(0, server.host);
    await once(server.#server, 'listening');
    server.port = (server.#server.address() as AddressInfo).port;
    return server;
  }

  async down(): Promise<void> {
    for (const client of this.#clients) client.end();
    await new Promise<void>((closed) => this.#server.close(() => closed()));
    for (const child of this.#children) child.kill('SIGKILL');
    rmSync(this.home, { recursive: true, force: true });
  }

  #run(channel: ssh2.ServerChannel, command: string): void {
    const isRoot = process.getuid?.() === 0;
    const child = spawn('/bin/bash', ['-c', command], {
      env: { PATH: process.env['PATH'], HOME: this.home },
      ...(isRoot && { uid: NOBODY, gid: NOBODY }),
    });
    this.#children.add(child);
    channel.stdin.pipe(child.stdin);
    child.stdout.pipe(channel.stdout, { end: false });
    child.stderr.pipe(channel.stderr, { end: false });
    child.stdin.on('error', () => undefined);
    child.once('close', (code) => {
      this.#children.delete(child);
      channel.exit(code ?? 1);
      channel.end();
    });
  }
}
