/**
 * Converts a database of Heketi's own (BoltDB) with 20,000 volumes of three bricks each, in 20 clusters of 12 nodes with 4
 * devices: by the command, and by a server that is started on it. Prints time, CPU and the most memory of each.
 *
 *   npm run build && npx tsx bench/import.ts [volumes, default 20000]
 */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { heketiDatabase } from '../test/support/heketi-database/heketi-database.js';
import { makeDump } from '../test/support/made-dump.js';
import { cpuSeconds, mostMib } from './scale/process-use.js';

const VOLUMES = Number(process.argv[2] ?? 20_000);
const SHAPE = { volumes: VOLUMES, volumesPerCluster: 1000, nodes: 12, devicesPerNode: 4 };
const MIB = 1024 * 1024;

/** Runs the program until it prints `done`, and ends it then. */
async function measure(name: string, args: readonly string[], done: RegExp): Promise<void> {
  const startedAt = performance.now();
  const child = spawn(process.execPath, [path.resolve('bin/heketi'), ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let printed = '';
  let line = '';
  child.stdout.on('data', (data) => {
    printed += data;
    if (line !== '' || !done.test(printed)) return;
    const seconds = (performance.now() - startedAt) / 1000;
    const pid = child.pid ?? 0;
    line = `${name.padEnd(28)} ${seconds.toFixed(1)} s, CPU ${cpuSeconds(pid).toFixed(1)} s, at most ${mostMib(pid).toFixed(0)} MiB`;
    child.kill('SIGTERM');
  });
  await once(child, 'exit');
  if (line === '') throw new Error(`${name} ended without having done its work: ${printed}`);
  console.log(line);
}

const folder = mkdtempSync(path.join(tmpdir(), 'mortar-bench-'));
try {
  const file = path.join(folder, 'heketi.db');
  const dump = makeDump(SHAPE);
  const bytes = heketiDatabase(dump);
  const [volumes, bricks] = [dump.volumeentries, dump.brickentries].map((entries) => Object.keys(entries).length);
  console.log(`${volumes} volumes, ${bricks} bricks: ${(bytes.length / MIB).toFixed(0)} MiB`);
  const config = path.join(folder, 'heketi.json');
  const keyfile = path.join(folder, 'key');
  spawnSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', keyfile]);
  const glusterfs = {
    executor: 'ssh',
    sshexec: { keyfile },
    db: file,
    loglevel: 'warning',
    disable_monitor_gluster_nodes: true,
  };
  writeFileSync(config, JSON.stringify({ port: '0', glusterfs }));
  const server = [`--config=${config}`, '--disable-auth'];
  for (const [name, args, done] of [
    ['heketi db convert --report', ['db', 'convert', '--dbfile', file, '--report'], /can be converted/],
    ['heketi db convert', ['db', 'convert', '--dbfile', file], /is converted/],
    ['a server that starts on it', server, /Listening on port/],
  ] as const) {
    writeFileSync(file, bytes);
    await measure(name, args, done);
  }
  await measure('the next start', server, /Listening on port/);
  console.log(`the converted database: ${(statSync(file).size / MIB).toFixed(0)} MiB`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
