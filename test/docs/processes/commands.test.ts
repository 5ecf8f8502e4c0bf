import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { BareMachine, isIsolated, type Run } from '../bare-machine.js';
import { allCommands, CLIENT_USAGES, NEEDS_CLUSTER, NOT_RUN } from '../commands.js';
import { blocksOf, type Command, commandsOf, commandsUnder, DOCUMENTS, ROOT } from '../documents.js';
import { MIGRATION_WALKS } from '../migration-walks.js';

const LIMIT_MS = 600_000;
const LISTENS = 'Listening on port';
const README_SESSION = commandsOf('README.md').filter(({ text }) => !NOT_RUN.has(text));
const CLI_SESSION = commandsOf('docs/cli-session.md').filter(({ text }) => !NOT_RUN.has(text));
/** Run by migration.test.ts. */
const WALKS = MIGRATION_WALKS.flatMap(([heading]) => commandsUnder('docs/migration.md', heading));
const GUIDE = allCommands(DOCUMENTS.filter((name) => name !== 'docs/cli-session.md')).filter(
  (command) =>
    /^heketi(-cli)? /.test(command) && !NOT_RUN.has(command) && !README_SESSION.some(({ text }) => text === command),
);

/** Commands that a stranger's pool can't let succeed, and what they say. */
const REFUSED: readonly (readonly [command: RegExp, says: RegExp])[] = [
  [/^heketi-cli cluster delete \.\./, /is not an id/],
  [/^heketi-cli brick evict/, /Id not found/],
  [/^heketi-cli node set-hostnames .*--management/, /is another host|no host|glusterd does not answer/],
  [/^heketi-cli node set-hostnames .*--storage/, /keeps its names: gluster/],
  [/^heketi-cli node reinstate/, /is not known to be empty: \S+ has no lsblk/],
  [/^heketi-cli node lost/, /is not lost: gluster on \S+ is connected to it/],
  [/^heketi-cli node forget-host-key/, /no key of \S+ is kept/],
  [/^heketi offline forget-host-key/, /no key of \S+ is kept/],
  [/^heketi-cli server operations (info|wait|cancel) \S/, /Id not found/],
  [/^heketi-cli server state repair .*--(start|destroy-unclaimed)=/, /is not among the differences/],
  [/^heketi-cli server restore confirm/, /does not wait for anything to be confirmed/],
  [/^heketi-cli volume adopt-bricks \S/, /gluster has the very bricks that this server knows/],
  [/^heketi-cli volume create --size=2048 --dry-run/, /The volume would not fit/],
];

/** What has to be there for a command to work on, by its name or the first word of it. */
const MADE_FOR: ReadonlyMap<string, string> = new Map([
  ['blockvolume', 'ID=$(new_blockvolume)'],
  ['cluster', 'ID=$CLUSTER'],
  ['cluster delete', 'ID=$(new_cluster)'],
  ['node', 'ID=$NODE'],
  ['node delete', 'ID=$(new_node h7.$RANDOM)'],
  ['node remove', 'ID=$(new_node h8.$RANDOM) && heketi-cli node disable "$ID"'],
  ['device', 'ID=$DEVICE'],
  ['device disable', 'ID=$(new_device h11.$RANDOM)'],
  ['device delete', 'ID=$(new_device h9.$RANDOM) && heketi-cli device disable "$ID" && heketi-cli device remove "$ID"'],
  ['device remove', 'ID=$(new_device h10.$RANDOM) && heketi-cli device disable "$ID"'],
  ['volume', 'ID=$VOLUME'],
  ['volume delete', 'ID=$(new_volume)'],
  ['volume set-block-hosting-restriction', 'ID=$(new_volume --block)'],
  ['completion', 'mkdir -p /etc/bash_completion.d ~/.config/fish/completions'],
  ['db import', 'rm -f heketi.db'],
]);

const POOL = `
  last_id() { grep -o '"id":"[0-9a-f]*"' | tail -n 1 | cut -d '"' -f 4; }
  new_cluster() { heketi-cli cluster create --json | last_id; }
  new_node() {
    heketi-cli node add --json --zone=1 --cluster="$CLUSTER" \\
      --management-host-name="$1" --storage-host-name="$1.storage" | last_id
  }
  new_device() {
    made=$(new_node "$1") && heketi-cli device add --name=/dev/sdb --node="$made" >&2 &&
      heketi-cli node info --json "$made" | last_id
  }
  new_volume() {
    heketi-cli volume create --json --size=1 --durability=none "$@" | sed 's/.*"id":"\\([0-9a-f]*\\)","cluster".*/\\1/'
  }
  new_blockvolume() {
    heketi-cli blockvolume create --json --size=1 | sed 's/.*"id":"\\([0-9a-f]*\\)".*/\\1/'
  }
  CLUSTER=$(new_cluster)
  for name in h1 h2 h3 h4 h5 h6; do
    NODE=$(new_node $name) && heketi-cli device add --name=/dev/sdb --node="$NODE" || break
  done
  DEVICE=$(heketi-cli node info --json "$NODE" | last_id)
  VOLUME=$(new_volume)
  for size in 450 451; do new_volume --block --size=$size >&2 || break; done
  [ -n "$VOLUME" ]`;

/** GET /backup/db with a token of the administrator's, as the guide's readers have to make one. */
const BACKUP = `
  node --input-type=module -e '
    import { createHash } from "node:crypto";
    import { writeFileSync } from "node:fs";
    import { createRequire } from "node:module";
    const jwt = createRequire(process.argv[1] + "/package.json")("jsonwebtoken");
    const qsh = createHash("sha256").update("GET&/backup/db").digest("hex");
    const token = jwt.sign({ iss: "admin", qsh }, "My Secret", { expiresIn: 60 });
    const answer = await fetch((process.env.HEKETI_CLI_SERVER ?? "http://localhost:8080") + "/backup/db", { headers: { authorization: "bearer " + token } });
    if (!answer.ok) throw new Error(await answer.text());
    writeFileSync("backup.db", new Uint8Array(await answer.arrayBuffer()));
  ' "$CLONE"`;

/** That of the image. The two spellings of one folder differ where nothing is isolated, and it lies elsewhere. */
const IMAGE_CONFIG = `sed 's#/var/lib''/heketi#/var/lib/heketi#' packaging/heketi.json >/etc/heketi/heketi.json`;

/** A try-out of README's, with its client at hand. */
const AT_HAND = `CLONE=$PWD && export PATH="$PWD/bin:$PATH" HEKETI_CLI_USER=admin HEKETI_CLI_KEY='My Secret'`;

describe('a stranger', () => {
  it.skipIf(!isIsolated)('can write nothing but the clone, the home and /tmp, and has no rights', async () => {
    const machine = new BareMachine();
    for (const command of ['id -u', 'ls -A ~ /var/lib', 'touch /etc/x', `touch ${ROOT}/x`, 'mkdir /var/lib/heketi'])
      machine.run(command);
    const [user, listed, ...writes] = await machine.end();
    expect(user?.stdout).toBe('1000\n');
    expect(
      listed?.stdout
        .split('\n')
        .filter((line) => !line.endsWith(':'))
        .join(''),
    ).toBe('');
    // A clone that lies under /tmp is not there at all: the machine has a /tmp of its own.
    const refusal = (command: string) =>
      command.includes(ROOT) && ROOT.startsWith('/tmp/') ? 'No such file or directory' : 'Read-only file system';
    for (const { command, stderr } of writes) expect(stderr).toContain(refusal(command));
  });
});

describe('README', () => {
  let runs: Run[];
  beforeAll(async () => {
    const machine = new BareMachine();
    for (const { text } of README_SESSION.filter((command) => !isStory(command))) {
      if (text.startsWith('npm run quickstart')) machine.runUntil(text, 'The API listens at', 'TERM');
      else if (text.startsWith('bin/heketi ')) machine.start(text, LISTENS);
      else machine.run(text);
    }
    machine.run('npm run quickstart -- --once --built');
    runs = await machine.end();
  }, LIMIT_MS);

  const outcome = (command: string): Run => {
    const found = runs.find((run) => run.command === command);
    if (!found) throw new Error(`not run: ${command}`);
    return found;
  };

  it('installs from a lock file that fits', () => {
    const { packages } = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8'));
    const { dependencies, devDependencies } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
    expect(packages['']).toMatchObject({ dependencies, devDependencies });
  });

  it('has a server that starts, and commands that work on it as they stand', () => {
    expect(outcome('bin/heketi --config=examples/heketi.json').stdout).toContain(LISTENS);
    for (const { text } of README_SESSION.filter((command) => !isStory(command)))
      if (!text.startsWith('npm ')) expect(failureOf(outcome(text), text.includes('--dry-run') ? 255 : 0)).toBe('');
  });

  it('shows what a volume that does not fit is answered', () => {
    const asked = README_SESSION.find(({ text }) => text.includes('--dry-run')) as Command;
    expectShown(asked.shown, outcome(asked.text).stdout);
  });

  it('shows the story that npm run quickstart tells', () => {
    const told = outcome('npm run quickstart');
    expect(told.stdout, told.stderr).toContain('Building ...');
    for (const { stdout } of [told, outcome('npm run quickstart -- --once --built')])
      expectShown(
        README_SESSION.filter(isStory).flatMap(({ text, shown }) => [`$ ${text}`, ...shown]),
        stdout,
      );
    expect(outcome('npm run quickstart -- --once --built').status).toBe(0);
  });

  it('has a configuration for real hosts with which a server starts, as the guide has', async () => {
    const configs = ['README.md', 'docs/configuration.md'].map((document) => {
      const whole = blocksOf(document).find(({ language }) => language === 'json');
      return whole?.lines.join('\n') ?? '';
    });
    const machine = new BareMachine({ isPrepared: true });
    machine.prepare(`${AT_HAND} && ssh-keygen -t ed25519 -N '' -f /etc/heketi/heketi_key`);
    for (const config of configs) {
      machine.prepare(`cat >/etc/heketi/heketi.json <<'END'\n${config}\nEND`);
      machine.runUntil('heketi --config=/etc/heketi/heketi.json', LISTENS, 'TERM');
    }
    expect((await machine.end()).map((run) => failureOf(run, 0))).toEqual(['', '']);
  });
});

describe('the terminal session', () => {
  it('shows errors that are still told, and commands that work', async () => {
    const machine = new BareMachine();
    machine.prepare(AT_HAND);
    machine.start(
      'MORTAR_DEVICE_CHECK=off MORTAR_MOCK_MODE=strict MORTAR_MOCK_TOPOLOGY=examples/simulated-hosts.json heketi --config=examples/heketi.json',
      LISTENS,
    );
    for (const { text } of CLI_SESSION) {
      machine.run(text);
      if (text.includes('topology load')) machine.prepare('heketi-cli volume create --size=60 --name=registry');
    }
    const [, ...runs] = await machine.end();
    for (const [i, { text, shown }] of CLI_SESSION.entries()) {
      const run = runs[i] as Run;
      const errors = shown.filter((line) => line.startsWith('Error: '));
      for (const error of errors) expect(run.stderr).toContain(error);
      if (text.includes(' operations wait ')) expect(run.stderr).toContain('Id not found');
      // The name is taken by the first of the two creates
      else if (errors.length === 0 && text !== CLI_SESSION[i - 1]?.text) expect(failureOf(run, 0)).toBe('');
    }
  });

  it('completes what there is', () => {
    const completed = blocksOf('docs/cli-session.md').at(-1)?.lines.slice(1, -1).join(' ').split(/\s+/);
    const commands = CLIENT_USAGES.filter((usage) => usage.startsWith('heketi-cli volume ')).map(
      (usage) => usage.split(' ')[2],
    );
    expect(new Set(completed)).toEqual(new Set(commands));
  });
});

describe('the guides', () => {
  let runs: { command: string; run: Run }[];
  let server: Run | undefined;
  let files: string[];
  beforeAll(async () => {
    const machine = new BareMachine({ isPrepared: true });
    machine.prepare(`
      ${AT_HAND}
      ${IMAGE_CONFIG}
      mkdir ~/work && cp -r examples examples/topology.json ~/work && cd ~/work
      ssh-keygen -q -t ed25519 -N '' -f /etc/ssh/ssh_host_ed25519_key`);
    machine.run("ssh-keygen -t ed25519 -N '' -f /etc/heketi/heketi_key");
    machine.run('ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub');
    machine.start('MORTAR_DEVICE_CHECK=off heketi --config=/etc/heketi/heketi.json', LISTENS);
    machine.prepare(POOL);
    const served = GUIDE.filter((command) => command.startsWith('heketi-cli '));
    // A restored database waits for a confirmation, and lets nothing else be done
    const isRestore = (command: string): boolean => command.startsWith('heketi db restore ');
    const withoutServer = GUIDE.filter((command) => /^heketi (db|offline) /.test(command));
    const offline = [...withoutServer.filter((command) => !isRestore(command)), ...withoutServer.filter(isRestore)];
    for (const command of served) runInGuide(machine, command);
    machine.prepare(BACKUP);
    machine.stop();
    machine.prepare('heketi db export --dbfile=/var/lib/heketi/heketi.db --jsonfile=export.json');
    for (const command of offline) runInGuide(machine, command);
    machine.run('ls /var/lib/heketi');
    const ended = await machine.end();
    const [, , started] = ended;
    server = started;
    files = ended.at(-1)?.stdout.trim().split('\n') ?? [];
    runs = [
      ...ended.slice(0, 2).map((run) => ({ command: run.command, run })),
      ...[...served, ...offline].map((command, i) => ({ command, run: ended[i + 3] as Run })),
    ];
  }, LIMIT_MS);

  it('have a server that starts, and ends with 0 after SIGTERM', () => {
    expect(server?.stdout.split('\n')).toEqual([
      expect.stringMatching(/^Heketi \S+ \(using node: v[\d.]+\)$/),
      expect.stringMatching(/^Listening on port \d+$/),
      'Shutting down...',
      '',
    ]);
    expect(server?.status).toBe(0);
  });

  it('have commands that do what they are named for', () => {
    expect(runs.map(({ command, run }) => surpriseOf(command, run)).filter((surprise) => surprise !== '')).toEqual([]);
  });

  it('name the files that are there afterwards', () => {
    expect(files).toEqual(['heketi.db', 'heketi.db.replaced']);
  });
});

describe('every command of the documents', () => {
  it('is run, or is on the list of those that are not, with the reason', () => {
    const run = new Set([
      ...GUIDE,
      ...README_SESSION.map(({ text }) => text),
      ...CLI_SESSION.map(({ text }) => text),
      ...WALKS.map(({ text }) => text),
      'npm run quickstart -- --once',
      "ssh-keygen -t ed25519 -N '' -f /etc/heketi/heketi_key",
      'ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub',
    ]);
    const commands = allCommands();
    const isElsewhere = (command: string) => NOT_RUN.has(command) || NEEDS_CLUSTER.test(command);
    expect(commands.filter((command) => !run.has(command) && !isElsewhere(command))).toEqual([]);
    expect([...NOT_RUN.keys()].filter((command) => !commands.includes(command))).toEqual([]);
    expect(REFUSED.filter(([pattern]) => !commands.some((command) => pattern.test(command)))).toEqual([]);
  });

  it('names a script that there is', () => {
    const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
    for (const command of allCommands()) {
      const [program, first = '', second = ''] = command.split(' ');
      if (program === 'npm' && first === 'run') expect(Object.keys(scripts)).toContain(second);
      if (program === 'node') expect(existsSync(join(ROOT, first)), first).toBe(true);
    }
  });

  it('stands in a block that says what it is', () => {
    const untold = DOCUMENTS.flatMap(blocksOf).filter(
      ({ language }) => !['sh', 'console', 'json', 'yaml', 'text'].includes(language),
    );
    expect(untold.map(({ document, line }) => `${document}:${line}`)).toEqual([]);
  });
});

/** Flags of commands that go on until they are interrupted, and what these show first. */
const ENDLESS: readonly (readonly [flag: string, shows: string])[] = [
  ['--watch', 'pending operations'],
  ['--follow', 'device.added'],
];

function endlessOf(command: string): string | null {
  return ENDLESS.find(([flag]) => command.split(' ').includes(flag))?.[1] ?? null;
}

function runInGuide(machine: BareMachine, command: string): void {
  const words = nameOf(command).split(' ');
  const made = [3, 2, 1].flatMap((count) => MADE_FOR.get(words.slice(0, count).join(' ')) ?? []).at(0);
  if (made) machine.prepare(made);
  if (isMention(command)) machine.run(`${command.split(' ', 1)[0]} ${nameOf(command)} --help`);
  else if (endlessOf(command)) machine.runUntil(command, endlessOf(command) ?? '', 'INT');
  else machine.run(withNames(command));
}

/** Named without what it needs, or with dots in its place: then only its name and its flags are looked at. */
function isMention(command: string): boolean {
  if (command.includes('...')) return true;
  const words = command.split(' ').filter((word) => !word.startsWith('-'));
  const isBare = words.slice(1).join(' ') === nameOf(command) && !command.includes('=');
  return (
    isBare &&
    (NEEDS_MORE.has(words.join(' ')) || NAMED_FLAGS.has(command) || /^heketi (db|offline) [a-z-]+( |$)/.test(command))
  );
}

/** Named for their flag. */
const NAMED_FLAGS = new Set([
  'heketi-cli volume create --dry-run',
  'heketi-cli blockvolume create --dry-run',
  'heketi-cli device remove --dry-run',
  'heketi-cli node remove --dry-run',
  'heketi-cli node lost --dry-run',
  'heketi-cli node reinstate --dry-run',
  'heketi-cli brick evict --dry-run',
  'heketi-cli volume list --output',
]);

/** Commands of the client that need an argument or a flag with a value, as their usage lines say. */
const NEEDS_MORE = new Set(
  CLIENT_USAGES.flatMap((usage) => (/^[a-z -]+ [A-Z]/.test(usage) ? [usage.split(/ [A-Z]/)[0] ?? ''] : [])),
);

/** `volume create` of `heketi-cli volume create --size=1`. */
function nameOf(command: string): string {
  const words = command.split(' ').slice(1);
  const end = words.findIndex((word) => !/^[a-z][a-z-]*$/.test(word));
  return (end < 0 ? words : words.slice(0, end)).slice(0, 3).join(' ');
}

/** With the names of things that are there in the place of the documents' names for them. */
function withNames(command: string): string {
  return command
    .replace(/(--clusters?[= ])[0-9a-f,]{21,}/, '$1$CLUSTER')
    .replace(/(--node=)[0-9a-f]{21,}/, '$1$NODE')
    .replace(/^(heketi-cli device doctor) \S+(?= \/)/, '$1 $NODE')
    .replace(/(--disk[= ])(?:DEVICE_ID|[0-9a-f]{21,})/, '$1$DEVICE')
    .replace(/\b[0-9a-f]{21,}\b|\b(NODE_|DEVICE_|QUEUE_|OPERATION_)?ID\b/g, '$ID')
    .replace(/\bHOST\b/, 'h1')
    .replace(/(--config[= ])F(ILE)?\b/, '$1/etc/heketi/heketi.json')
    .replace('--dbfile=F', '--dbfile=/var/lib/heketi/heketi.db')
    .replace('--jsonfile=F', '--jsonfile=export.json')
    .replace('BACKUP', 'backup.db');
}

/** Of what `npm run quickstart` prints. */
function isStory({ text, isTold }: Command): boolean {
  return isTold && !text.includes('--dry-run');
}

function surpriseOf(command: string, run: Run): string {
  if (endlessOf(command) !== null) return failureOf(run, 130);
  const [, says] = (isMention(command) ? undefined : REFUSED.find(([pattern]) => pattern.test(command))) ?? [];
  if (says === undefined) {
    const flags = isMention(command) ? command.split(' ').filter((word) => word.startsWith('--')) : [];
    return failureOf(run, flags.every((flag) => run.stdout.includes(flag)) ? 0 : Number.NaN);
  }
  if (!says.test(`${run.stdout}${run.stderr}`)) return failureOf(run, Number.NaN);
  return failureOf(run, command.startsWith('heketi ') ? 1 : 255);
}

/** What was wrong with a run, or nothing. */
function failureOf({ command, status, stderr, stdout }: Run, expected: number): string {
  return status === expected ? '' : `${command}: ${status}\n${stdout}${stderr}`;
}

/** Everything that is shown was said, in that order; ids, addresses, nodes and devices are others each time. */
function expectShown(shown: readonly string[], said: string): void {
  const lines = said.split('\n').map(steady);
  let from = 0;
  for (const line of shown.filter((text) => text !== '' && text !== '...').map(steady)) {
    const found = lines.indexOf(line, from);
    expect(found, `shown, and not said after line ${from}: ${line}\n${lines.join('\n')}`).toBeGreaterThanOrEqual(0);
    from = found + 1;
  }
}

function steady(line: string): string {
  return line
    .replaceAll(/[0-9a-f]{32}/g, 'ID')
    .replaceAll(/\b\d+\.\d+\.\d+\.\d+\b/g, 'ADDRESS')
    .replaceAll(/glusterfs-[0-9a-f]{8}/g, 'glusterfs-ID')
    .replaceAll(/rancher-node\d/g, 'NODE')
    .replaceAll(/\/dev\/vd[bc]/g, 'DEVICE')
    .replaceAll(/\s+/g, ' ')
    .trim();
}
