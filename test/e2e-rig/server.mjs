// The server as a process of its own, with the SSH executor against the rig, and heketi-cli in front of it.
import { spawn } from 'node:child_process';
import { createWriteStream, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import path from 'node:path';
import { collect, until } from './rig.mjs';

const ROOT = path.resolve(import.meta.dirname, '..', '..');

export class Server {
  constructor(folder, rig) {
    this.folder = folder;
    this.rig = rig;
    this.child = null;
    this.configFile = path.join(folder, 'heketi.json');
    this.databaseFile = path.join(folder, 'heketi.db');
  }

  /** `sshexec`: further settings of that section. */
  async start(sshexec = {}) {
    this.port ??= await freePort();
    writeFileSync(
      this.configFile,
      JSON.stringify({
        port: String(this.port),
        glusterfs: {
          executor: 'ssh',
          db: this.databaseFile,
          loglevel: 'debug',
          // The story asks for repairs itself.
          node_repair: 'off',
          start_time_background_cleaner: 5,
          refresh_time_background_cleaner: 20,
          operation_retry_limits: { volume_create: 1 },
          sshexec: {
            keyfile: this.rig.keyFile,
            user: 'root',
            port: String(this.rig.port),
            fstab: '/etc/fstab',
            ...sshexec,
          },
        },
      }),
    );
    const log = createWriteStream(path.join(this.folder, 'server.log'), { flags: 'a' });
    const args = [path.join(ROOT, 'bin', 'heketi'), '--config', this.configFile, '--disable-auth'];
    // It ends with this process, however that ends.
    const dying = ['--pdeathsig', 'KILL', process.execPath, ...args];
    this.child = spawn('setpriv', dying, { stdio: ['ignore', 'pipe', 'pipe'] });
    this.child.stdout.pipe(log, { end: false });
    this.child.stderr.pipe(log, { end: false });
    await until('the server answers', async () => (await fetch(`${this.url}/hello`)).ok, 60_000);
  }

  get url() {
    return `http://127.0.0.1:${this.port}`;
  }

  async stop(signal = 'SIGTERM') {
    const { child } = this;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise((done) => child.once('close', done));
    child.kill(signal);
    await ended;
  }

  /** heketi-cli; answers what it printed. */
  cli(...args) {
    return run('heketi-cli', args, { ...process.env, HEKETI_CLI_SERVER: this.url });
  }

  /** The server's own program on its configuration, while it does not run as a server; answers what it printed. */
  heketi(...args) {
    return run('heketi', [...args, '--config', this.configFile], process.env);
  }

  async json(...args) {
    return JSON.parse(await this.cli(...args, '--json'));
  }

  /** Begins an asynchronous request; answers its queue path. */
  async begin(method, route, body) {
    const answer = await fetch(this.url + route, {
      method,
      ...(body && { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
    });
    if (answer.status !== 202) throw new Error(`${method} ${route}: ${answer.status} ${await answer.text()}`);
    return answer.headers.get('location');
  }

  /** The final answer: `{ location }` or `{ error }`. */
  async end(queue, limitMs = 600_000) {
    let final = null;
    await until(
      `an answer at ${queue}`,
      async () => {
        const answer = await fetch(this.url + queue, { redirect: 'manual' });
        if (answer.status === 200 && answer.headers.get('x-pending')) return false;
        final = answer.status < 400 ? { location: answer.headers.get('location') } : { error: await answer.text() };
        return true;
      },
      limitMs,
    );
    return final;
  }

  async dump() {
    return (await fetch(`${this.url}/db/dump`)).json();
  }

  /** Until no operation is pending any more. */
  settled() {
    return until(
      'no operation is pending',
      async () => Object.keys((await this.dump()).pendingoperations).length === 0,
      400_000,
    );
  }
}

async function run(program, args, env) {
  const { code, stdout, stderr } = await collect(process.execPath, [path.join(ROOT, 'bin', program), ...args], env);
  if (code !== 0) throw new Error(`${program} ${args.join(' ')}: ${stderr.trim()}${stdout ? `\n${stdout}` : ''}`);
  return stdout;
}

function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.on('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}
