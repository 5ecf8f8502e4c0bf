import { describe, expect, it } from 'vitest';
import { runCommandLine } from '../../../src/config/command-line.js';
import type { CommandLineActions } from '../../../src/config/command-line-options.js';

interface Outcome {
  exitCode: number;
  stdout: string;
  stderr: string;
  calls: [string, unknown][];
}

const ACTION_NAMES = [
  'serve',
  'containerStart',
  'dbExport',
  'dbImport',
  'dbRestore',
  'dbCopy',
  'dbVerify',
  'dbCheck',
  'dbAdopt',
  'dbDeleteBricksWithEmptyPath',
  'offlineCleanupOperations',
  'offlineExamineGluster',
  'offlineUpdateDbVolume',
] as const;

async function heketi(line: string, only: readonly (typeof ACTION_NAMES)[number][] = ACTION_NAMES): Promise<Outcome> {
  const outcome: Outcome = { exitCode: -1, stdout: '', stderr: '', calls: [] };
  const actions = Object.fromEntries(
    only.map((name) => [
      name,
      async (options: unknown) => {
        outcome.calls.push([name, options]);
        return 7;
      },
    ]),
  ) as unknown as CommandLineActions;
  outcome.exitCode = await runCommandLine(line.split(' ').filter(Boolean), '1.2.3', actions, {
    stdout: (text) => {
      outcome.stdout += text;
    },
    stderr: (text) => {
      outcome.stderr += text;
    },
  });
  return outcome;
}

const VERSION_LINE = `Heketi 1.2.3 (using node: ${process.version})\n`;
const ID = '0123456789abcdef0123456789abcdef';

function remote(certFiles: readonly string[]) {
  return { url: 'https://h:8080', user: 'admin', secretFile: 's', certFiles, isInsecure: false };
}

describe('the command line of heketi', () => {
  it('starts a container after printing the version, with the file of the environment unless one is named', async () => {
    for (const [line, configFile] of [
      ['container-start', null],
      ['container-start --config=h.json', 'h.json'],
    ] as const) {
      const { exitCode, stdout, calls } = await heketi(line);
      expect({ exitCode, stdout, calls }).toEqual({
        exitCode: 7,
        stdout: VERSION_LINE,
        calls: [['containerStart', { configFile }]],
      });
    }
    expect((await heketi('container-start more')).exitCode).toBe(255);
  });

  it('starts the server after printing the version', async () => {
    for (const line of ['--config=h.json', '--config h.json', '--config=h.json --disable-auth=false']) {
      const { exitCode, stdout, calls } = await heketi(line);
      expect({ exitCode, stdout, calls }).toEqual({
        exitCode: 7,
        stdout: VERSION_LINE,
        calls: [['serve', { configFile: 'h.json', disableAuth: false }]],
      });
    }
  });

  it('switches authentication off by a flag', async () => {
    for (const flag of ['--disable-auth', '--disable-auth=true']) {
      const { calls } = await heketi(`--config=h.json ${flag}`);
      expect(calls).toEqual([['serve', { configFile: 'h.json', disableAuth: true }]]);
    }
  });

  it('needs a configuration file', async () => {
    const outcome = await heketi('');
    expect(outcome).toEqual({
      exitCode: 1,
      stdout: VERSION_LINE,
      stderr: 'Please provide configuration file\n',
      calls: [],
    });
  });

  it.each(['-v', '--version'])('prints the version for %s', async (flag) => {
    expect(await heketi(flag)).toEqual({ exitCode: 0, stdout: VERSION_LINE, stderr: '', calls: [] });
  });

  it('has the version as the second word, as upgrade playbooks cut it out', async () => {
    const { stdout } = await heketi('--version');
    expect(stdout.split('\n').map((line) => line.split(' ')[1] ?? line)).toEqual(['1.2.3', '']);
  });

  it.each(['-h', '--help', 'help'])('prints the usage for %s', async (flag) => {
    const { exitCode, stdout, calls } = await heketi(flag);
    expect(exitCode).toBe(0);
    for (const word of ['--config', '--disable-auth', '--version', 'db', 'offline']) expect(stdout).toContain(word);
    expect(calls).toEqual([]);
  });

  it.each([
    '--nonsense',
    'nonsense',
    '--config',
    'nonsense --config=x',
    'db nonsense',
    'db export --nonsense',
    'db export --dbfile=a --jsonfile=b more',
    'offline state examine other',
    '--disable-auth=perhaps --config=x',
  ])('ends with 255 for "%s"', async (line) => {
    const { exitCode, stdout, stderr, calls } = await heketi(line);
    expect({ exitCode, stdout, calls }).toEqual({ exitCode: 255, stdout: '', calls: [] });
    expect(stderr).not.toBe('');
  });

  it.each<[string, [string, unknown]]>([
    ['db export --dbfile a --jsonfile -', ['dbExport', { dbFile: 'a', jsonFile: '-', debug: false }]],
    [
      'db import --dbfile=a --jsonfile=b --debug',
      ['dbImport', { dbFile: 'a', source: { jsonFile: 'b' }, leavesOutDangling: false, debug: true }],
    ],
    [
      'db import --dbfile=a --jsonfile=b --leave-out-dangling',
      ['dbImport', { dbFile: 'a', source: { jsonFile: 'b' }, leavesOutDangling: true, debug: false }],
    ],
    [
      'db import --dbfile=a --from-url https://h:8080 --secret-file=s --tls-cert=c,d --tls-cert e',
      ['dbImport', { dbFile: 'a', source: remote(['c', 'd', 'e']), leavesOutDangling: false, debug: false }],
    ],
    [
      'db import --dbfile=a --from-url https://h:8080 --user=u --secret-file s --insecure-tls',
      [
        'dbImport',
        { dbFile: 'a', source: { ...remote([]), user: 'u', isInsecure: true }, leavesOutDangling: false, debug: false },
      ],
    ],
    ['db restore --dbfile=a b.gz', ['dbRestore', { dbFile: 'a', backupFile: 'b.gz', debug: false }]],
    ['db copy --from=a --to=postgres://u@h/d', ['dbCopy', { from: 'a', to: 'postgres://u@h/d', passwordFile: null }]],
    [
      'db copy --from postgres://u@h/d --to a --password-file p',
      ['dbCopy', { from: 'postgres://u@h/d', to: 'a', passwordFile: 'p' }],
    ],
    ['db verify b.gz', ['dbVerify', { file: 'b.gz' }]],
    ['db consistency-check --dbfile=a', ['dbCheck', { dbFile: 'a', debug: false }]],
    [
      'db delete-bricks-with-empty-path --dbfile=a --all',
      ['dbDeleteBricksWithEmptyPath', { dbFile: 'a', debug: false, all: true, clusters: [], nodes: [], devices: [] }],
    ],
    [
      `db delete-bricks-with-empty-path --dbfile=a --nodes=${ID},${ID}`,
      [
        'dbDeleteBricksWithEmptyPath',
        { dbFile: 'a', debug: false, all: false, clusters: [], nodes: [ID, ID], devices: [] },
      ],
    ],
    [
      'db adopt --config=h.json --topology=t.json',
      ['dbAdopt', { configFile: 'h.json', topologyFile: 't.json', volume: null, applies: false }],
    ],
    [
      'db adopt --config=h.json --volume=v --apply',
      ['dbAdopt', { configFile: 'h.json', topologyFile: null, volume: 'v', applies: true }],
    ],
    ['offline cleanup-operations --config=h.json', ['offlineCleanupOperations', { configFile: 'h.json' }]],
    ['offline state examine gluster --config h.json', ['offlineExamineGluster', { configFile: 'h.json' }]],
    [
      'offline update-dbvol --config=h.json',
      ['offlineUpdateDbVolume', { configFile: 'h.json', volumeName: 'heketidbstorage' }],
    ],
    [
      'offline update-dbvol --config=h.json --force-volume-name=v',
      ['offlineUpdateDbVolume', { configFile: 'h.json', volumeName: 'v' }],
    ],
  ])('"%s" runs its action and prints nothing itself', async (line, call) => {
    expect(await heketi(line)).toEqual({ exitCode: 7, stdout: '', stderr: '', calls: [call] });
  });

  it.each([
    'db export --jsonfile=o.json',
    'db export --dbfile=x.db',
    'db import --dbfile=x.db',
    'db import --jsonfile=o.json',
    'db import --dbfile=x.db --jsonfile=o.json --from-url=http://h:8080',
    'db consistency-check',
    'db copy --from=a',
    'db copy --to=a',
    'db delete-bricks-with-empty-path --dbfile=x.db',
    'db delete-bricks-with-empty-path --all',
    'db delete-bricks-with-empty-path --dbfile=x.db --devices=xyz',
    'db adopt --config=h.json',
    'db adopt --config=h.json --topology=t.json --volume=v',
    'db adopt --topology=t.json',
    'offline cleanup-operations',
    'offline update-dbvol',
  ])('"%s" lacks something and ends with 1', async (line) => {
    const { exitCode, stderr, calls } = await heketi(line);
    expect({ exitCode, calls }).toEqual({ exitCode: 1, calls: [] });
    expect(stderr).not.toBe('');
  });

  it('shows the help of a group that is called alone', async () => {
    const { exitCode, stdout } = await heketi('db');
    expect(exitCode).toBe(0);
    for (const word of ['export', 'import', 'consistency-check', 'delete-bricks-with-empty-path']) {
      expect(stdout).toContain(word);
    }
  });

  it('knows no command whose action is not given', async () => {
    expect((await heketi('--help', ['serve'])).stdout).not.toMatch(/\b(db|offline)\b/);
    expect((await heketi('db export --dbfile=a --jsonfile=b', ['serve'])).exitCode).toBe(255);
    const some = await heketi('db --help', ['serve', 'dbCheck']);
    expect(some.stdout).toContain('consistency-check');
    expect(some.stdout).not.toContain('export');
  });

  it('lets an error of an action through', async () => {
    const actions = { serve: async () => Promise.reject(new Error('defect')) };
    const silent = { stdout: () => {}, stderr: () => {} };
    await expect(runCommandLine(['--config=x'], '1', actions, silent)).rejects.toThrow('defect');
  });
});
