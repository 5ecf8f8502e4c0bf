// The CSI driver in the story: its controller as a process here, its node service as a service of a virtual host's systemd,
// and calls to both as an orchestrator makes them.
import { execFileSync, spawn } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { credentials, loadPackageDefinition } from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';
import { until } from './rig.mjs';

const ROOT = path.resolve(import.meta.dirname, '..', '..');
const HOME = '/opt/csi';
const NODE_SOCKET = '/run/csi/csi.sock';
const UNIT = 'csi-node';
/** A virtual machine is slow; what hangs is told all the same. */
const DEADLINE_MS = 240_000;
/** A hundred megabytes go over. */
const COPY_MS = 900_000;
const LOADED = { longs: String, enums: String, defaults: true };

const services = loadPackageDefinition(loadSync(path.join(ROOT, 'dist', 'csi.proto'), LOADED)).csi.v1;

/** Calls over the socket of a driver, each on a connection of its own. */
export class Calls {
  constructor(socket) {
    this.socket = socket;
  }

  /** The answer; rejects with an error that has gRPC's `code`. */
  call(name, request = {}) {
    const service = ['Identity', 'Controller', 'Node'].find((one) => name in services[one].service);
    const client = new services[service](`unix:${this.socket}`, credentials.createInsecure());
    return new Promise((resolve, reject) => {
      client[name](request, { deadline: Date.now() + DEADLINE_MS }, (error, answer) => {
        client.close();
        if (error) reject(error);
        else resolve(answer);
      });
    });
  }
}

/** The controller, for the server of the story. */
export class Controller extends Calls {
  #child = null;

  constructor(folder, server) {
    super(path.join(folder, 'controller.sock'));
    this.server = server;
  }

  async start() {
    const args = ['--controller', '--server', this.server.url, '--endpoint', this.socket, '--log-level', 'error'];
    const program = [process.execPath, path.join(ROOT, 'bin', 'heketi-csi'), ...args];
    // It ends with this process, however that ends.
    this.#child = spawn('setpriv', ['--pdeathsig', 'KILL', ...program], { stdio: 'ignore' });
    await until('the controller answers', async () => (await this.call('Probe')) !== null, 60_000);
  }

  end() {
    this.#child?.kill('SIGKILL');
  }
}

/** The node service on host `n`. */
export class NodePlugin extends Calls {
  #tunnel = null;

  constructor(folder, rig, n) {
    super(path.join(folder, 'node.sock'));
    this.folder = folder;
    this.rig = rig;
    this.n = n;
  }

  /** Puts the driver there, with this process's own node and the libraries that it needs: the host has neither. */
  async install() {
    const staged = path.join(this.folder, 'csi');
    for (const folder of ['bin', 'dist', 'lib']) mkdirSync(path.join(staged, folder), { recursive: true });
    for (const file of ['bin/heketi-csi', 'dist/heketi-csi.mjs', 'dist/csi.proto'])
      copyFileSync(path.join(ROOT, file), path.join(staged, file));
    writeFileSync(path.join(staged, 'package.json'), '{"type":"module"}\n');
    copyFileSync(process.execPath, path.join(staged, 'node'));
    for (const library of librariesOf(process.execPath))
      copyFileSync(library, path.join(staged, 'lib', path.basename(library)));
    const archive = path.join(this.folder, 'csi.tar');
    execFileSync('tar', ['-C', staged, '-cf', archive, '.']);
    await this.#ssh(`mkdir -p ${HOME} && tar -C ${HOME} -xf -`, archive);
    rmSync(staged, { recursive: true });
    rmSync(archive);
  }

  async start() {
    const loader = `${HOME}/lib/ld-linux-x86-64.so.2 --library-path ${HOME}/lib ${HOME}/node`;
    const args = `--node --node-id node${this.n} --mounts host --endpoint ${NODE_SOCKET} --log-level info`;
    await this.rig.ssh(
      this.n,
      `mkdir -p ${path.dirname(NODE_SOCKET)} && systemctl reset-failed ${UNIT} 2>/dev/null; systemd-run --quiet --collect --unit=${UNIT} ${loader} ${HOME}/bin/heketi-csi ${args}`,
    );
    if (!this.#tunnel) {
      // ssh refuses to listen where a file is.
      rmSync(this.socket, { force: true });
      const forward = [...sshOptions(this.rig), '-N', '-L', `${this.socket}:${NODE_SOCKET}`, this.#host];
      this.#tunnel = spawn('setpriv', ['--pdeathsig', 'KILL', 'ssh', ...forward], { stdio: 'ignore' });
    }
    await until('the node service answers', async () => existsSync(this.socket) && (await this.call('Probe')) !== null);
  }

  /** Everything that is in its unit, as when a container is killed. */
  kill() {
    return this.rig.ssh(
      this.n,
      `systemctl kill --signal=KILL ${UNIT}; while systemctl is-active -q ${UNIT}; do sleep 0.2; done`,
    );
  }

  end() {
    this.#tunnel?.kill('SIGKILL');
  }

  /** What it logged, for who has to find out why. */
  log() {
    return this.rig.ssh(
      this.n,
      `journalctl -u ${UNIT} -o cat --no-pager | tail -40; tail -n 30 /var/log/glusterfs/csi-* 2>/dev/null || true`,
    );
  }

  get #host() {
    return `root@${this.rig.env.RIG_LOOP}.${this.n}`;
  }

  /** A command there, with a file as its input. */
  #ssh(command, file) {
    const pipe = `exec ssh "$@" <"$0"`;
    execFileSync('sh', ['-c', pipe, file, ...sshOptions(this.rig), this.#host, command], {
      stdio: 'pipe',
      timeout: COPY_MS,
    });
  }
}

function sshOptions(rig) {
  const options = ['StrictHostKeyChecking=no', 'UserKnownHostsFile=/dev/null', 'LogLevel=ERROR', 'BatchMode=yes'];
  return ['-i', rig.keyFile, '-p', String(rig.port), ...options.flatMap((option) => ['-o', option])];
}

/** The dynamic loader among them. */
function librariesOf(program) {
  const listed = execFileSync('ldd', [program], { encoding: 'utf8' });
  return [...listed.matchAll(/(\/\S+) \(0x/g)].map(([, file]) => file);
}
