#!/usr/bin/env node
// Writes docs/cli-session.md: what a person sees who works with heketi-cli on a terminal. A real server on simulated
// hosts that take their time, and a real terminal (tmux), whose screen is copied at the moments that matter.
// Needs tmux, and a build. Ids differ from run to run, so that no check compares the file.
import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { readHostsFile } from '../dist/executors/mock/hosts-file.js';
import { serveHosts } from '../dist/executors/mock/remote/host-server.js';
import { SimulatedHosts } from '../dist/executors/mock/simulated-hosts.js';
import { root } from './prerequisites.mjs';

const COLUMNS = 120;
const ROWS = 32;
const PATIENCE_MS = 30_000;
const LATENCY = {
  roundTripMs: 40,
  programMs: { lvcreate: 400, 'gluster volume create': 900, 'gluster volume start': 900, pvcreate: 500, vgcreate: 500 },
};

const folder = mkdtempSync(path.join(tmpdir(), 'cli-session-'));
const tmuxSocket = path.join(folder, 'tmux');
const tmux = (...args) => execFileSync('tmux', ['-S', tmuxSocket, ...args], { encoding: 'utf8' });
const parts = [
  `# heketi-cli on a terminal

<!-- Recorded by scripts/record-cli-session.mjs; run it again instead of changing this file. -->

What a person sees. Everything that moves is drawn on standard error and only on a terminal; what scripts read from
standard output is in [cli.md](cli.md), and stays as it has always been.
`,
];

const example = (name) => path.join(root, 'examples', name);
const hosts = await serveHosts(
  new SimulatedHosts({
    mode: 'strict',
    deviceSizeGib: 200,
    hosts: readHostsFile(example('simulated-hosts.json'), 200),
    latency: LATENCY,
  }),
  path.join(folder, 'hosts'),
);
const port = await freePort();
const server = await startServer();
try {
  openTerminal();
  await tellSession();
  writeFileSync(path.join(root, 'docs', 'cli-session.md'), parts.join('\n'));
} finally {
  tmux('kill-server');
  server.kill('SIGTERM');
  await new Promise((resolve) => server.on('close', resolve));
  hosts.close();
  rmSync(folder, { recursive: true });
}

async function tellSession() {
  chapter('A topology is loaded: a bar shows how far it is');
  type('heketi-cli topology load --json=examples/topology.json');
  copy(await screenWith(/\[#+-+\] [45]\/9/));
  await screenWith(/(OK\n[\s\S]*){6}\$ $/);

  chapter('The topology as a drawing, as wide as the terminal');
  clear();
  type('heketi-cli volume create --size=60 --name=registry --durability=replicate > /dev/null');
  await screenWith(/\n\$ $/);
  clear();
  type('heketi-cli topology show');
  copy(await screenWith(/GiB[\s\S]*\n\$ $/));

  chapter('A volume is created: a spinner with the time that has passed');
  clear();
  type('heketi-cli volume create --size=100 --name=scratch');
  copy(await screenWith(/creating a volume of 100 GiB [12]\.\ds/));

  chapter('Ctrl-C does not lose the request');
  tmux('send-keys', '-t', 'cli', 'C-c');
  const interrupted = await screenWith(/operations wait [0-9a-f]{32}[\s\S]*\$ $/);
  const [queueCommand] = /heketi-cli server operations wait [0-9a-f]{32}/.exec(interrupted);
  type(queueCommand);
  copy(await screenWith(/Replica Count: 3\n\$ $/));

  chapter('Volumes as a table');
  clear();
  type('heketi-cli volume list --output=table');
  copy(await screenWith(/scratch[\s\S]*\n\$ $/));

  chapter('Would it fit? And if not, what stands in its way');
  clear();
  type('heketi-cli volume create --size=900 --dry-run');
  copy(await screenWith(/Error: [\s\S]*\n\$ $/));

  chapter('Operations, watched');
  clear();
  type('(heketi-cli volume create --size=20 > /dev/null 2>&1 &) ; heketi-cli server operations list --watch');
  copy(await screenWith(/Z\n\nId:[0-9a-f]{32} {2}Type:create-volume/));
  tmux('send-keys', '-t', 'cli', 'C-c');
  await screenWith(/\^C\$ $/);

  chapter('What to do about an error');
  clear();
  type('heketi-cli volume info 0123456789abcdef0123456789abcdef');
  await screenWith(/Hint: [\s\S]*\n\$ $/);
  type('heketi-cli --secret=wrong volume list');
  await screenWith(/(Hint: [\s\S]*){2}\n\$ $/);
  type('heketi-cli volumes');
  copy(await screenWith(/Did you mean[\s\S]*\n\$ $/));

  chapter('The tab key completes commands, flags, values, file names and ids');
  clear();
  type('source <(heketi-cli completion bash)');
  await screenWith(/\n\$ $/);
  clear();
  tmux('send-keys', '-t', 'cli', '-l', 'heketi-cli volume ');
  tmux('send-keys', '-t', 'cli', 'Tab', 'Tab');
  copy(await screenWith(/set-block[\s\S]*\n\$ heketi-cli volume $/));
}

function chapter(title) {
  parts.push(`## ${title}\n`);
}

/** The screen, without what only leads up to it and without the waiting prompt. */
function copy(screen) {
  parts.push('```console', screen.replace(/\n\$ $/, '').trimEnd(), '```\n');
}

function type(line) {
  tmux('send-keys', '-t', 'cli', '-l', line);
  tmux('send-keys', '-t', 'cli', 'Enter');
}

function clear() {
  tmux('send-keys', '-t', 'cli', '-R', 'C-l');
  tmux('clear-history', '-t', 'cli');
}

async function screenWith(expected) {
  const deadline = Date.now() + PATIENCE_MS;
  let screen = '';
  while (Date.now() < deadline) {
    // Blank lines below the cursor are no part of what is shown; the blank behind the prompt is.
    screen = tmux('capture-pane', '-p', '-N', '-t', 'cli').replace(/\n+$/, '').replaceAll(/ +\n/g, '\n');
    screen = screen.replace(/\$ +$/, '$ ').replace(/volume +$/, 'volume ');
    if (expected.test(screen)) return screen;
    await sleep(20);
  }
  throw new Error(`the screen never showed ${expected}:\n${screen}`);
}

function openTerminal() {
  const env = {
    HEKETI_CLI_SERVER: `http://127.0.0.1:${port}`,
    HEKETI_CLI_USER: 'admin',
    HEKETI_CLI_KEY: 'My Secret',
    PATH: `${path.join(root, 'bin')}:${process.env.PATH}`,
    PS1: '$ ',
    LC_ALL: 'C.UTF-8',
  };
  const settings = Object.entries(env).map(([name, value]) => `${name}=${value}`);
  const size = ['-x', String(COLUMNS), '-y', String(ROWS)];
  const shell = ['env', ...settings, 'bash', '--norc', '-i'];
  tmux('-f', '/dev/null', 'new-session', '-d', '-s', 'cli', '-c', root, ...size, ...shell);
}

async function startServer() {
  const config = JSON.parse(readFileSync(example('heketi.json'), 'utf8'));
  config.port = String(port);
  config.glusterfs.loglevel = 'warning';
  config.glusterfs.db = path.join(folder, 'heketi.db');
  const configFile = path.join(folder, 'heketi.json');
  writeFileSync(configFile, JSON.stringify(config));
  const child = spawn(process.execPath, [path.join(root, 'bin', 'heketi'), `--config=${configFile}`], {
    env: { ...process.env, MORTAR_MOCK_SOCKET: path.join(folder, 'hosts') },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  for await (const text of child.stdout.iterator({ destroyOnReturn: false })) {
    if (String(text).includes('Listening on port')) break;
  }
  child.stdout.resume();
  return child;
}

function freePort() {
  return new Promise((resolve) => {
    const probe = createServer().listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => resolve(address.port));
    });
  });
}
