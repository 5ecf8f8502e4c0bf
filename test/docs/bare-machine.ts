import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { basename, dirname, join } from 'node:path';
import { makeMemoryFolder } from '../support/memory-folder.js';
import { ROOT } from './documents.js';

/** What a clone does not bring, what tests leave in it, and the tests themselves: no document uses them. */
const NOT_COPIED = ['node_modules', '.git', '.quickstart', 'coverage', 'test'];

/** For what a command that stays is to print: a minute or two. */
const MOST_LOOKS = 1200;

const NAMESPACES = ['--user', '--map-root-user', '--mount', '--net', '--pid', '--fork', '--kill-child=SIGKILL'];

/** Null where the kernel gives nobody a machine of their own; then only the environment is a stranger's. */
export const isIsolated = spawnSync('unshare', [...NAMESPACES, 'mount', '--make-rprivate', '/']).status === 0;

export interface Run {
  readonly command: string;
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * What a stranger has: a clone in which `npm ci` was run, an empty home, no rights, no `/var/lib/heketi` (unless
 * `isPrepared`), a file system of which only the clone, the home and /tmp can be written, no network but IPv4's
 * loopback.
 */
export class BareMachine {
  readonly #folder = makeMemoryFolder('mortar-docs-');
  readonly #steps: string[] = [];
  readonly #commands: string[] = [];
  readonly #isPrepared: boolean;

  constructor({ isPrepared = false } = {}) {
    this.#isPrepared = isPrepared;
    for (const name of ['results', 'home']) mkdirSync(join(this.#folder, name));
    cpSync(ROOT, this.#clone, {
      recursive: true,
      filter: (source) => dirname(source) !== ROOT || !(NOT_COPIED.includes(basename(source)) || isDatabase(source)),
    });
  }

  get #clone(): string {
    return join(this.#folder, 'clone');
  }

  /** Shell text of the test's own, to make what a document takes for granted. Its failure ends everything. */
  prepare(text: string): void {
    this.#steps.push(
      `{ ${text}\n} >>"$RESULTS/prepared" 2>&1 || { echo ${quoted(text)} >"$RESULTS/unprepared"; exit 9; }`,
    );
  }

  /** A command of a document. */
  run(command: string): void {
    this.#step(
      command,
      `eval ${quoted(command)} >"$RESULTS/N.out" 2>"$RESULTS/N.err" </dev/null\necho $? >"$RESULTS/N.status"`,
    );
  }

  /** A command that stays until it is ended: waited for until it has printed `sign`, and ended by `signal`. */
  runUntil(command: string, sign: string, signal: 'INT' | 'TERM'): void {
    this.#step(
      command,
      `{ ${this.#startOf(command, sign)}\nkill -${signal} -- -$started\nwait $started\necho $? >"$RESULTS/N.status"\n}`,
    );
  }

  /** A command that stays while the next ones are run, until `stop` or the end. Its status is told after `stop`. */
  start(command: string, sign: string): void {
    this.#step(
      command,
      `${this.#startOf(command, sign)}\nserver=$started; server_status="$RESULTS/N.status"; echo 0 >"$server_status"`,
    );
  }

  /** Ends what was started with SIGTERM, and waits for it. */
  stop(): void {
    this.#steps.push('kill -TERM "$server"; wait "$server"; echo $? >"$server_status"');
  }

  /** Job control gives it a group of its own, and takes its SIGINT out of the shell's hands. */
  #startOf(command: string, sign: string): string {
    return [
      'set -m',
      `eval ${quoted(`${command.split(' #')[0]} &`)} >"$RESULTS/N.out" 2>"$RESULTS/N.err" </dev/null`,
      'started=$! tries=0',
      'set +m',
      `until grep -qF -- ${quoted(sign)} "$RESULTS/N.out"; do`,
      `kill -0 $started 2>/dev/null || { echo "${quoted(command)} has ended" >"$RESULTS/unprepared"; exit 9; }`,
      `[ $((tries += 1)) -lt ${MOST_LOOKS} ] || { echo "${quoted(command)} does not say it" >"$RESULTS/unprepared"; exit 9; }`,
      'sleep 0.05; done',
    ].join('\n');
  }

  #step(command: string, text: string): void {
    this.#steps.push(text.replaceAll('/N.', `/${this.#commands.length}.`));
    this.#commands.push(command);
  }

  /** Runs everything that was asked for, in one shell and in this order, and answers how it went. */
  async end(): Promise<Run[]> {
    const results = join(this.#folder, 'results');
    try {
      writeFileSync(
        join(this.#folder, 'steps'),
        `${this.#steps.join('\n')}\nkill -TERM $(jobs -p) 2>/dev/null\ntrue\n`,
      );
      const child = isIsolated ? this.#isolated() : this.#apart(await freePort());
      let said = '';
      for (const stream of [child.stdout, child.stderr])
        stream.setEncoding('utf8').on('data', (text: string) => {
          said += text;
        });
      const [code] = (await once(child, 'close')) as [number | null];
      const read = (name: string): string => readOr(join(results, name), '');
      if (code !== 0)
        throw new Error(`code ${code}: ${said}${read('unprepared')}${read('prepared')}${this.#lastOutput(read)}`);
      return this.#commands.map((command, i) => ({
        command,
        status: Number(read(`${i}.status`) || 'NaN'),
        stdout: read(`${i}.out`),
        stderr: read(`${i}.err`),
      }));
    } finally {
      rmSync(this.#folder, { recursive: true, force: true });
    }
  }

  #lastOutput(read: (name: string) => string): string {
    const last = this.#commands.findLastIndex((_, i) => `${read(`${i}.out`)}${read(`${i}.err`)}` !== '');
    return `${this.#commands[last]}\n${read(`${last}.out`)}${read(`${last}.err`)}`;
  }

  #isolated() {
    const script = `
      set -e
      mount -t tmpfs tmpfs /mnt
      mkdir /mnt/machine && mount --rbind ${quoted(this.#folder)} /mnt/machine
      mkdir /mnt/machine/clone/node_modules
      mount --bind ${quoted(join(ROOT, 'node_modules'))} /mnt/machine/clone/node_modules
      mount -t tmpfs tmpfs /var/lib
      ${this.#isPrepared ? 'mkdir /var/lib/heketi && { cp -r /etc /mnt/etc 2>/dev/null || true; } && rm -rf /mnt/etc/heketi /mnt/etc/ssh && mkdir /mnt/etc/heketi /mnt/etc/ssh && mount --bind /mnt/etc /etc' : ''}
      echo 1 >/proc/sys/net/ipv6/conf/all/disable_ipv6 2>/dev/null || true
      ${LOOPBACK_UP}
      while read -r _ _ _ _ place _; do
        case "$place" in /mnt | /mnt/machine | /proc | /proc/* | /sys | /sys/* | /dev | /dev/*) continue ;; esac
        ${this.#isPrepared ? 'case "$place" in /var/lib | /etc) continue ;; esac' : ''}
        mount -o remount,bind,ro "$place" 2>/dev/null || true
      done </proc/self/mountinfo
      mount -t tmpfs tmpfs /tmp
      cd /mnt/machine/clone
      exec unshare --user --map-user=1000 --map-group=1000 env -i ${this.#environment('/mnt/machine')} bash ../steps
    `;
    const program = ['--pdeathsig', 'SIGKILL', 'unshare', ...NAMESPACES, 'bash', '-c', script];
    return spawn('setpriv', program, { stdio: ['ignore', 'pipe', 'pipe'] });
  }

  /** Where the kernel isolates nothing: the same in a folder apart, on a port of its own, as nobody instead of root. */
  #apart(port: number) {
    symlinkSync(join(ROOT, 'node_modules'), join(this.#clone, 'node_modules'));
    const steps = join(this.#folder, 'steps');
    let text = readFileSync(steps, 'utf8');
    for (const place of ['/etc/heketi', '/etc/ssh', '/etc/bash_completion.d', '/var/lib/heketi']) {
      if (this.#isPrepared) mkdirSync(join(this.#folder, place), { recursive: true });
      text = text.replaceAll(place, join(this.#folder, place));
    }
    writeFileSync(steps, text);
    const isRoot = process.getuid?.() === 0;
    const nobody = isRoot ? 'setpriv --reuid=65534 --regid=65534 --clear-groups' : '';
    const script = `
      ${isRoot ? `chown -R 65534:65534 ${quoted(this.#folder)}` : ''}
      cd ${quoted(this.#clone)}
      exec ${nobody} env -i ${this.#environment(this.#folder)} HEKETI_HTTP_PORT=${port} \
        HEKETI_CLI_SERVER=http://localhost:${port} bash ../steps
    `;
    return spawn('bash', ['-c', script], { stdio: ['ignore', 'pipe', 'pipe'] });
  }

  #environment(folder: string): string {
    const path = [dirname(process.execPath), '/usr/local/bin', '/usr/bin', '/bin'].join(':');
    return `PATH=${quoted(path)} HOME=${folder}/home RESULTS=${folder}/results`;
  }
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0);
  await once(probe, 'listening');
  const { port } = probe.address() as AddressInfo;
  probe.close();
  return port;
}

/** `ip link set lo up`, where iproute2 need not be installed: SIOCSIFFLAGS with IFF_UP and IFF_RUNNING. */
export const LOOPBACK_UP = `perl -MSocket -e 'socket(S, AF_INET, SOCK_DGRAM, 0); $lo = pack("a16 s x14", "lo", 0x41); ioctl(S, 0x8914, $lo) or die $!'`;

function isDatabase(file: string): boolean {
  return basename(file).startsWith('heketi.db');
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

function readOr(file: string, otherwise: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return otherwise;
  }
}
