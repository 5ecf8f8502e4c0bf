#!/usr/bin/env node
// `npm run quickstart`: from a bare clone to a running server with simulated hosts and a first deployment on it.
//   --once       end after the story
//   --port N     listen on N; otherwise on 8080, or on a free port when that is taken
//   --built      take what was built before
import { spawn } from 'node:child_process';
import { once as happens } from 'node:events';
import { closeSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { ensureInstalled, requireSupportedNode, root, run } from './prerequisites.mjs';

const PREFERRED_PORT = 8080;
const START_LIMIT_MS = 30_000;

requireSupportedNode();
const {
  once,
  built,
  port: askedPort,
} = parseArgs({
  options: {
    once: { type: 'boolean', default: false },
    built: { type: 'boolean', default: false },
    port: { type: 'string' },
  },
}).values;

if (!built && !(await ensureInstalled())) {
  console.log('Building ...');
  if ((await run('npm', ['run', '--silent', 'build'])) !== 0) fail('the build failed');
}

const port = askedPort ?? String(await choosePort());
if (!(await isFree(port))) fail(`port ${port} is taken by another program; name another one with --port`);
// One for each port: a second try-out leaves the files of the first alone.
const folder = path.join(root, '.quickstart', port);
rmSync(folder, { recursive: true, force: true });
mkdirSync(folder, { recursive: true });
const logFile = path.join(folder, 'server.log');
const configFile = path.join(folder, 'heketi.json');
const config = JSON.parse(readFileSync(path.join(root, 'examples', 'heketi.json'), 'utf8'));
config.port = port;
config.glusterfs.db = path.join(folder, 'heketi.db');
writeFileSync(configFile, `${JSON.stringify(config, null, 2)}\n`);

const url = `http://127.0.0.1:${port}`;
const client = { HEKETI_CLI_SERVER: url, HEKETI_CLI_USER: 'admin', HEKETI_CLI_KEY: config.jwt.admin.key };

console.log('Starting the server on an SQLite file with simulated hosts ...');
const log = openSync(logFile, 'w');
const endWithParent = path.join(root, 'scripts', 'end-with-parent.mjs');
const program = ['--import', endWithParent, path.join(root, 'bin', 'heketi')];
const server = spawn(process.execPath, [...program, `--config=${configFile}`], {
  cwd: folder,
  env: {
    ...withoutServerSettings(process.env),
    MORTAR_MOCK_MODE: 'strict',
    MORTAR_MOCK_TOPOLOGY: path.join(root, 'examples', 'simulated-hosts.json'),
  },
  stdio: ['ignore', 'pipe', log, 'ipc'],
  // Ctrl-C reaches the server through us, once.
  detached: true,
});
closeSync(log);
const ended = new Promise((resolve) => server.on('close', resolve));
let isStopping = false;
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, stop);

await waitUntilItListens();
const storyCode = await run('bash', [path.join(root, 'examples', 'story.sh')], {
  ...client,
  PATH: `${path.join(root, 'bin')}${path.delimiter}${process.env.PATH}`,
});
if (storyCode !== 0 && !isStopping) {
  stop();
  await ended;
  fail(`the story ended with exit code ${storyCode}; the server's log is ${shown(logFile)}`);
}

if (once) stop();
else if (!isStopping) {
  console.log(`
The API listens at ${url} (log: ${shown(logFile)}, database: ${shown(config.glusterfs.db)}).
Use it from another terminal, here:

  export HEKETI_CLI_SERVER=${url} HEKETI_CLI_USER=admin HEKETI_CLI_KEY='${client.HEKETI_CLI_KEY}'
  bin/heketi-cli topology info

Stop it with Ctrl-C, or: kill ${process.pid}`);
}
await ended;
if (!isStopping) fail(`the server ended by itself; its log is ${shown(logFile)}`);
console.log('\nThe server has stopped.');

function stop() {
  if (isStopping) return;
  isStopping = true;
  server.kill('SIGTERM');
}

/** By the server's own word: somebody else may answer on the port. */
async function waitUntilItListens() {
  let said = '';
  const listens = new Promise((resolve) => {
    server.stdout.setEncoding('utf8').on('data', (text) => {
      said += text;
      if (/^Listening on port \d+/m.test(said)) resolve(true);
    });
  });
  const limit = happens(AbortSignal.timeout(START_LIMIT_MS), 'abort');
  const isListening = await Promise.race([listens, ended.then(() => false), limit.then(() => false)]);
  if (isListening && !isStopping) return;
  if (isStopping) process.exit(1);
  server.kill('SIGKILL');
  await ended;
  fail(`the server did not start:\n${said}${readFileSync(logFile, 'utf8')}`);
}

/** Settings of a server that is really deployed from this shell have no place in a try-out. */
function withoutServerSettings(env) {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !/^(HEKETI|MORTAR)_/.test(name)));
}

async function choosePort() {
  return (await isFree(PREFERRED_PORT)) ? PREFERRED_PORT : await freePort();
}

function isFree(wanted) {
  return listenOnce(wanted).then(
    () => true,
    () => false,
  );
}

function freePort() {
  return listenOnce(0);
}

function listenOnce(wanted) {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(wanted, () => {
      const { port: got } = probe.address();
      probe.close(() => resolve(got));
    });
  });
}

function shown(file) {
  return path.relative(process.cwd(), file);
}

function fail(reason) {
  console.error(`quickstart: ${reason}`);
  process.exit(1);
}
