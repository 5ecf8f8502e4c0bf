import { describe, expect, it } from 'vitest';
import { runCommand, withServer } from './support/run.js';

const ID = '0123456789abcdef0123456789abcdef';
const CREATED = { 'POST /clusters': { status: 201, body: { id: ID } } };

describe('flags', () => {
  it.each([
    [['cluster', 'create'], { file: true, block: true }],
    [['cluster', 'create', '--block=false'], { file: true, block: false }],
    [['cluster', 'create', '--block', 'false'], { file: true, block: true }], // a separate word is an argument
    [['--json', 'cluster', '--block=f', 'create', '--file=0'], { file: false, block: false }],
    [['cluster', 'create', '--file=false', '--file=true'], { file: true, block: true }],
  ])('%j', async (argv, body) => {
    await withServer(CREATED, async (server, run) => {
      expect((await run(argv)).exit).toBe(0);
      expect(JSON.parse(server.requests[0]?.body ?? '')).toEqual(body);
    });
  });

  it.each([
    [['volume', 'list', '--nope'], 'unknown flag: --nope'],
    [['volume', 'list', '-x'], "unknown shorthand flag: 'x' in -x"],
    [['volume', 'list', '--server'], 'flag needs an argument: --server'],
    [['volume', 'list', '-s'], "flag needs an argument: 's' in -s"],
    [['volume', 'list', '--version'], 'unknown flag: --version'],
    [
      ['volume', 'create', '--size=big'],
      'invalid argument "big" for "--size" flag: strconv.ParseInt: parsing "big": invalid syntax',
    ],
    [
      ['volume', 'create', '--size', '99999999999999999999'],
      'invalid argument "99999999999999999999" for "--size" flag: strconv.ParseInt: parsing "99999999999999999999": value out of range',
    ],
    [
      ['volume', 'create', '--snapshot-factor=x'],
      'invalid argument "x" for "--snapshot-factor" flag: strconv.ParseFloat: parsing "x": invalid syntax',
    ],
    [
      ['cluster', 'create', '--block=maybe'],
      'invalid argument "maybe" for "--block" flag: strconv.ParseBool: parsing "maybe": invalid syntax',
    ],
    [
      ['cluster', 'list', '-I=maybe'],
      'invalid argument "maybe" for "-I, --insecure-tls" flag: strconv.ParseBool: parsing "maybe": invalid syntax',
    ],
  ])('%j is refused', async (argv, message) => {
    expect(await runCommand(argv)).toMatchObject({ exit: 255, stdout: '', stderr: `Error: ${message}\n` });
  });

  it('take integers in the notations of Go', async () => {
    await withServer({ 'POST /volumes/v/expand': { status: 400, body: 'x' } }, async (server, run) => {
      for (const size of ['0x10', '020', '0b10000', '+16'])
        await run(['volume', 'expand', 'v', `--expand-size=${size}`]);
      expect(server.requests.map((request) => request.body)).toEqual(
        Array.from({ length: 4 }, () => '{"expand_size":16}'),
      );
    });
  });

  it('may be bundled, and joined to their value', async () => {
    await withServer({ 'GET /clusters': { body: { clusters: [] } } }, async (server, run) => {
      for (const words of [['-Is', server.url], [`-s${server.url}`], [`-s=${server.url}`], ['-s', server.url]]) {
        expect((await run(['cluster', 'list', ...words], { env: { HEKETI_CLI_SERVER: '' } })).exit).toBe(0);
      }
    });
  });

  it('end at a double dash', async () => {
    await withServer({}, async (server, run) => {
      await run(['volume', 'info', '--', '--json']);
      expect(server.calls).toEqual(['GET /volumes/--json']);
    });
  });
});

describe('commands', () => {
  it('without argument print the usage', async () => {
    const { exit, stdout } = await runCommand([]);
    expect(exit).toBe(0);
    expect(stdout).toContain('Available Commands:\n  blockvolume');
    expect(stdout).not.toContain('__complete');
  });

  it('that are unknown are refused, with similar ones offered', async () => {
    const { exit, stdout, stderr } = await runCommand(['volum']);
    expect({ exit, stdout }).toEqual({ exit: 255, stdout: '' });
    expect(stderr).toBe(
      'Error: unknown command "volum" for "heketi-cli"\nDid you mean this?\n\tvolume\n\nRun \'heketi-cli --help\' for usage.\n',
    );
    expect((await runCommand(['foo'])).stderr).toBe(
      'Error: unknown command "foo" for "heketi-cli"\nRun \'heketi-cli --help\' for usage.\n',
    );
  });

  it('of a group that are unknown print its help and succeed', async () => {
    const known = await runCommand(['volume', '--help']);
    for (const argv of [['volume'], ['volume', 'nonsense'], ['volume', '-h'], ['help', 'volume']]) {
      expect(await runCommand(argv)).toMatchObject({ exit: 0, stdout: known.stdout, stderr: '' });
    }
    expect(known.stdout).toContain('set-block-hosting-restriction');
  });

  it('answer --help without any request or check', async () => {
    const { exit, stdout } = await runCommand(['volume', 'delete', '--help']);
    expect(exit).toBe(0);
    expect(stdout).toContain('Usage:\n  heketi-cli volume delete ID [flags]\n');
    expect(stdout).toContain('Global Flags:');
  });

  it('know their version at the root', async () => {
    for (const flag of ['--version', '-v']) {
      expect(await runCommand([flag])).toMatchObject({ exit: 0, stdout: 'heketi-cli 1.2.3\n' });
    }
  });

  it('ignore surplus arguments', async () => {
    await withServer({ 'GET /clusters': { body: { clusters: [] } } }, async (_server, run) => {
      expect(await run(['cluster', 'list', 'extra'])).toMatchObject({ exit: 0, stdout: 'Clusters:\n' });
    });
  });
});

describe('missing arguments are told before any request', () => {
  it.each([
    ['cluster info', 'Cluster id missing'],
    ['cluster delete', 'Cluster id missing'],
    ['cluster setflags', 'Cluster id missing'],
    ['cluster setflags x', 'At least one of --file or --block must be specified.'],
    ['node add', 'Missing zone'],
    ['node add --zone=1', 'Missing management hostname'],
    ['node add --zone=1 --management-host-name=m', 'Missing storage hostname'],
    ['node add --zone=1 --management-host-name=m --storage-host-name=s', 'Missing cluster id'],
    ['node info', 'Node id missing'],
    ['node enable', 'Node id missing'],
    ['node lost', 'Node id missing'],
    ['node set-hostnames', 'Node id missing'],
    ['node set-hostnames x', 'Missing --management-host-names or --storage-host-names'],
    ['node settags', 'id required'],
    ['node settags x', 'at least one tag:value pair expected'],
    ['node settags x y', 'expected colon (:) between tag name and value, got: y'],
    ['node deltags', 'id required'],
    ['node removetags x', 'at least one tag expected'],
    ['node rmtags --all x y', '--all may not be combined with named tags'],
    ['device add', 'Missing device name'],
    ['device add --name=/dev/sdb', 'Missing node id'],
    ['device delete', 'Device id missing'],
    ['device remove', 'Device id missing'],
    ['device enable', 'device id missing'],
    ['device resync', 'object/cluster id missing'],
    ['volume create', 'Missing volume size'],
    ['volume delete', 'Volume id missing'],
    ['volume clone', 'Volume id missing'],
    ['volume expand', 'Missing volume amount to expand'],
    ['volume expand --expand-size=1', 'Missing volume id'],
    ['volume set-block-hosting-restriction locked', 'Volume id missing'],
    ['volume endpoint patch', 'Volume id missing'],
    ['blockvolume create', 'Missing volume size'],
    ['blockvolume create --size=1 --ha=-1', 'Invalid HA count'],
    ['blockvolume expand --new-size=1', 'Missing block volume id'],
    ['blockvolume expand x', 'Missing block volume net new size'],
    ['blockvolume info', 'Volume id missing'],
    ['brick evict', 'Brick id missing'],
    ['brick evict a b', 'Too many arguments provided'],
    ['node reinstate', 'Node id missing'],
    ['node reinstate a b', 'Too many arguments provided'],
    [
      'node reinstate a --disk=/dev/sdd',
      '--disk takes DEVICE=PATH, such as 62cbae7a3f6faac38a551a614419cca3=/dev/sdd, not /dev/sdd',
    ],
    ['topology load', 'Missing configuration file'],
    ['loglevel set', 'missing log-level argument'],
    ['loglevel set a b', 'too many arguments'],
    ['server mode set', 'missing mode argument'],
    ['server mode set a b', 'too many arguments'],
    [
      'setup-openshift-heketi-storage --durability=disperse',
      'Durability disperse is not supported for heketi database storage',
    ],
    ['setup-heketi-db-storage --durability=x', 'x is not a valid durability type'],
  ])('%s', async (line, message) => {
    await withServer({}, async (server, run) => {
      expect(await run(line.split(' '))).toMatchObject({ exit: 255, stdout: '', stderr: `Error: ${message}\n` });
      expect(server.calls).toEqual([]);
    });
  });
});

describe('completion', () => {
  const complete = async (...words: string[]): Promise<string[]> => {
    const { stdout } = await runCommand(['__complete', '--', 'zsh', ...words]);
    return stdout
      .split('\n')
      .map((line) => line.split('\t')[0] ?? '')
      .filter((word) => word !== '');
  };

  it('offers commands, flags and fixed words', async () => {
    expect(await complete('vol')).toEqual(['volume']);
    expect(await complete('volume', 'e')).toEqual(['expand', 'endpoint']);
    expect(await complete('--server', 'http://x', 'volume', 'create', '--dur')).toEqual(['--durability']);
    expect(await complete('volume', 'create', '--durability', '')).toEqual(['none', 'replicate', 'disperse']);
    expect(await complete('volume', 'create', '--durability=d')).toEqual(['--durability=disperse']);
    expect(await complete('server', 'mode', 'set', 'l')).toEqual(['local-client']);
    expect(await complete('volume', 'create', '--json')).toEqual(['--json']);
  });

  it('leaves out of a word what bash has split off', async () => {
    const { stdout } = await runCommand(['__complete', '--', 'bash', 'volume', 'create', '--durability', '=', 'd']);
    expect(stdout).toBe('disperse\t\n');
  });

  it('offers ids of the server', async () => {
    await withServer({ 'GET /volumes': { body: { volumes: ['aa1', 'aa2', 'bb'] } } }, async (_server, run) => {
      // Within the test no time passes, so the answer has to be quicker than an endless patience.
      const { stdout } = await run(['__complete', '--', 'fish', 'volume', 'info', 'aa'], { isPatient: true });
      expect(stdout).toBe('aa1\t\naa2\t\n');
    });
  });

  it('stays silent when the server cannot be asked', async () => {
    const { exit, stdout, stderr } = await runCommand(['__complete', '--', 'zsh', 'volume', 'info', ''], {
      env: { HEKETI_CLI_SERVER: 'http://127.0.0.1:1' },
    });
    expect({ exit, stdout, stderr }).toEqual({ exit: 0, stdout: '', stderr: '' });
  });

  it('asks the server that the line names', async () => {
    await withServer({ 'GET /volumes': { body: { volumes: ['aa1'] } } }, async (server, run) => {
      const line = ['--server', server.url, 'volume', 'info', ''];
      const { stdout } = await run(['__complete', '--', 'zsh', ...line], {
        env: { HEKETI_CLI_SERVER: 'http://127.0.0.1:1' },
        isPatient: true,
      });
      expect(stdout).toBe('aa1\t\n');
    });
  });

  it('knows where the name of a file is expected', async () => {
    expect(await complete('topology', 'load', '--json', '')).toEqual([':files']);
    expect(await complete('topology', 'load', '--json=x')).toEqual([':files']);
    expect(await complete('-C', '')).toEqual([':files']);
    expect(await complete('volume', 'list', '')).toEqual([]);
  });

  it('offers topics of help', async () => {
    expect(await complete('help', 'vol')).toEqual(['volume']);
    expect(await complete('help', 'volume', 'clo')).toEqual(['clone']);
  });

  it('takes the marked word of PowerShell, which drops empty ones', async () => {
    const ask = async (...words: string[]) => (await runCommand(['__complete', '--', 'powershell', ...words])).stdout;
    expect(await ask('server', 'mode', 'set', '=')).toBe('normal\t\nlocal-client\t\nread-only\t\n');
    expect(await ask('server', 'mode', 'set', '=l')).toBe('local-client\t\n');
  });

  it('leaves descriptions out where the script was made so', async () => {
    const script = (await runCommand(['completion', 'zsh', '--no-descriptions'])).stdout;
    expect(script).toContain('heketi-cli __complete --no-descriptions -- zsh');
    expect((await runCommand(['__complete', '--no-descriptions', '--', 'zsh', 'vol'])).stdout).toBe('volume\t\n');
    expect((await runCommand(['__complete', '--', 'zsh', 'vol'])).stdout).toBe('volume\tHeketi Volume Management\n');
  });

  it.each(['bash', 'zsh', 'fish', 'powershell'])('has a script for %s', async (shell) => {
    expect((await runCommand(['completion', shell])).stdout).toContain(`heketi-cli __complete -- ${shell}`);
  });

  it('refuses other shells', async () => {
    expect((await runCommand(['completion', 'tcsh'])).exit).toBe(255);
  });
});

describe('a redirection that no shell took out', () => {
  const script = {
    'GET /clusters': { body: { clusters: [] } },
    'GET /operations': { body: { total: 0, inflight: 0, new: 0, failed: 0, stale: 0 } },
    'POST /admin': { status: 204 },
    'POST /internal/logging': {},
  };

  it.each([
    [['cluster', 'list', '2>&1'], 'GET /clusters'],
    [['server', 'operations', 'info', '2>&1'], 'GET /operations'],
    [['server', 'operations', 'info', '>', '/tmp/out', '2>&1'], 'GET /operations'],
    [['server', 'mode', 'set', 'read-only', '2>&1'], 'POST /admin'],
    [['server', 'mode', 'set', 'read-only', '>/dev/null', '2>&1'], 'POST /admin'],
    [['loglevel', 'set', 'debug', '&>>', 'log'], 'POST /internal/logging'],
  ])('is no argument: %j', async (argv, call) => {
    await withServer(script, async (server, run) => {
      expect(await run(argv)).toMatchObject({ exit: 0, stderr: '' });
      expect(server.calls).toEqual([call]);
    });
  });
});
