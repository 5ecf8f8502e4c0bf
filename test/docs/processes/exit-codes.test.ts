import { beforeAll, describe, expect, it } from 'vitest';
import { BareMachine, type Run } from '../bare-machine.js';
import { DOCUMENTS, textOf } from '../documents.js';

/** Every sentence of the documents about an exit code of ours, and the cases here or elsewhere that show it. */
const CLAIMS: readonly (readonly [document: string, text: string, shown: readonly string[]])[] = [
  ['docs/cli.md', 'the exit status is then 255; after Ctrl-C it is 130', ['client: ', 'client, interrupted: ']],
  [
    'docs/configuration.md',
    'A value of the wrong type ends the start with exit code 1 and a message naming the key',
    ['server, wrong type: '],
  ],
  [
    'docs/configuration.md',
    "Exit codes: 0, 1 for a failed start or command, 74 when the disk of the database fails, 75 when another server has taken over the work with a PostgreSQL, 255 for a line that can't be understood.",
    ['server, told: ', 'server, failed: ', 'server, not understood: '],
  ],
  ['docs/operations-guide.md', "A start that can't work ends with one sentence and exit code 1.", ['server, failed: ']],
  ['docs/operations-guide.md', 'Then the process ends with exit code 0', ['server, ended: ']],
  [
    'docs/operations-guide.md',
    'It fails (exit status 255) when the device can not be added as it is',
    ['client, doctor: '],
  ],
  ['docs/differences.md', 'Exit status 130; the queue id is shown', ['client, interrupted: ']],
  ['docs/differences.md', 'nothing is printed, exit status 0 | The same for scripts', ['client, resync: ']],
  [
    'docs/differences.md',
    'One sentence on standard error names what was done, exit status 255',
    ['client, not printed: '],
  ],
];

/**
 * Others that name exit codes: of lvm's, of commands on hosts, of Heketi's client as a whole, of a disk that fails
 * (test/store/failed-commit.test.ts), or of containers and servers on PostgreSQL, which other tests run.
 */
const OF_OTHERS = [
  // test/app/processes/container.test.ts
  "A step that can't be done ends the container with exit code 1 and a sentence",
  'a table from program, exit code and text to a kind',
  'the server ends at once with exit code 74',
  // test/app/processes/postgres-servers.test.ts
  'writes nothing more and ends with exit code 75',
  '**A failed sync ends the process**, with exit code 74',
  'compares their keys, defaults, variables, exit codes, metrics',
  'ends with its own exit code and shows the group',
  'its sentence, its exit code, its own XML',
  'Log level `debug` shows every command with host, exit code and duration',
  'with its exit code 5; a missing volume group',
  'lvm is believed only where it ends with exit code 5',
  // test/csi/processes/migrate-pvs.test.ts
  'The exit code is 0 when all that was asked for is done, and 1 when something was left as it is',
  'What it leaves as it is, it names with the reason, and its exit code is 1',
  'Standard output, exit status and texts are those of Heketi',
  'same output, texts and exit codes',
];

describe('exit codes', () => {
  const named = new Map<string, string>();
  let runs: Map<string, Run>;

  beforeAll(async () => {
    const machine = new BareMachine();
    const run = (name: string, command: string): void => {
      named.set(command, name);
      machine.run(command);
    };
    machine.prepare(`
      export PATH="$PWD/bin:$PATH" HEKETI_CLI_USER=admin HEKETI_CLI_KEY='My Secret'
      echo '{"glusterfs": {"executor": "mock", "brick_min_size_gb": "one"}}' >wrong-type.json
      echo '{"glusterfs": {"executor": "kubernetes"}}' >refused.json
      echo '{"jwt": {"admin": {"key": "A"}, "user": {"key": "U"}}, "glusterfs": {"executor": "mock", "db": "/no/such/place/heketi.db"}}' >no-place.json
      echo garbage >garbage.json`);
    for (const command of ['heketi --version', 'heketi --help', 'heketi db export --help'])
      run('server, told: 0', command);
    run('server, wrong type: 1', 'heketi --config=wrong-type.json');
    for (const command of [
      'heketi',
      'heketi --config=no-such-file.json',
      'heketi --config=garbage.json',
      'heketi --config=refused.json',
      'heketi --config=no-place.json',
      'heketi db export --dbfile=no-such.db --jsonfile=-',
      'heketi db import --jsonfile=garbage.json --dbfile=new.db',
      'heketi offline cleanup-operations --config=no-such-file.json',
    ])
      run('server, failed: 1', command);
    for (const command of [
      'heketi --no-such-flag',
      'heketi no-such-command',
      'heketi db no-such-command',
      'heketi db export --no-such-flag',
    ])
      run('server, not understood: 255', command);
    run('client: 255', 'heketi-cli --server=http://127.0.0.1:1 cluster list');
    const server =
      'MORTAR_MOCK_MODE=strict MORTAR_MOCK_TOPOLOGY=examples/simulated-hosts.json heketi --config=examples/heketi.json';
    named.set(server, 'server, ended: 0');
    machine.start(server, 'Listening on port');
    machine.prepare(`heketi-cli topology load --json=examples/topology.json
      NODE=$(heketi-cli node list | sed -n 's/^Id:\\([0-9a-f]*\\).*/\\1/p' | head -n 1)`);
    run('server, failed: 1', 'heketi --config=examples/heketi.json --disable-auth');
    for (const command of ['heketi-cli cluster list', 'heketi-cli --version', 'heketi-cli device doctor --help'])
      run('client, told: 0', command);
    for (const command of [
      'heketi-cli no-such-command',
      'heketi-cli cluster list --no-such-flag',
      'heketi-cli volume create',
      'heketi-cli volume delete 0123456789abcdef0123456789abcdef',
      'heketi-cli --secret=wrong cluster list',
    ])
      run('client: 255', command);
    run('client, doctor: 255', 'heketi-cli device doctor "$NODE" /dev/no-such-device');
    run('client, resync: 0', 'heketi-cli device resync 0123456789abcdef0123456789abcdef');
    run('client, not printed: 255', 'heketi-cli volume create --size=1 --name=not-printed >/dev/full');
    const watch = 'heketi-cli server operations list --watch';
    named.set(watch, 'client, interrupted: 130');
    machine.runUntil(watch, 'pending operations', 'INT');
    machine.stop();
    runs = new Map((await machine.end()).map((ended) => [ended.command, ended]));
  }, 600_000);

  it('are those that are told, wherever one is provoked', () => {
    const got = [...named].map(
      ([command, name]) => `${name.replace(/: .*/, '')}: ${runs.get(command)?.status}: ${command}`,
    );
    expect(got).toEqual([...named].map(([command, name]) => `${name}: ${command}`));
  });

  it('come with one sentence where a start fails, which names the key of a wrong type', () => {
    const failed = [...named]
      .filter(([, name]) => /^server, (failed|wrong type)/.test(name))
      .map(([command]) => command);
    for (const command of failed) {
      const { stderr = '' } = runs.get(command) ?? {};
      expect(stderr.trim(), command).not.toBe('');
      expect(stderr, command).not.toMatch(/^ +at /m);
    }
    expect(runs.get('heketi --config=wrong-type.json')?.stderr).toMatch(/brick_min_size_gb.*integer.*one/);
    const notPrinted = runs.get('heketi-cli volume create --size=1 --name=not-printed >/dev/full');
    expect(notPrinted?.stderr).toContain('this was done: creating a volume of 1 GiB');
  });

  it('are all shown by a case', () => {
    const cases = [...named.values()];
    for (const [document, text, shown] of CLAIMS) {
      expect(flat(textOf(document))).toContain(text);
      for (const start of shown)
        expect(
          cases.some((name) => name.startsWith(start)),
          start,
        ).toBe(true);
    }
    const known = [...CLAIMS.map(([, text]) => text), ...OF_OTHERS];
    const mentions = DOCUMENTS.flatMap((document) => {
      const text = flat(textOf(document));
      return [...text.matchAll(/exit (?:code|status)/gi)].flatMap(({ index }) => {
        const isKnown = known.some((claim) => {
          const at = text.indexOf(claim);
          return at >= 0 && at <= index && index < at + claim.length;
        });
        return isKnown ? [] : [`${document}: ${text.slice(index - 60, index + 60)}`];
      });
    });
    expect(mentions).toEqual([]);
  });
});

function flat(text: string): string {
  return text.split(/\s+/).join(' ');
}
