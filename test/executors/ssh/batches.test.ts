import fc from 'fast-check';
import { expect, it } from 'vitest';
import { command, describeOverSsh, SILENT_LOG } from './ssh-hosts.js';

describeOverSsh('a batch over ssh', { nodes: 1, devices: 1 }, (hosts) => {
  it('answers each command with its own exit code, stdout and stderr', async () => {
    const results = await hosts
      .executor()
      .run(hosts.first, [
        command('sh', '-c', 'echo out; echo err >&2'),
        { ...command('sh', '-c', 'printf "no newline"; exit 7'), mayFail: true },
        command('true'),
        command('sh', '-c', 'echo only err >&2'),
      ]);
    expect(results).toEqual([
      { exitCode: 0, stdout: 'out\n', stderr: 'err\n' },
      { exitCode: 7, stdout: 'no newline', stderr: '' },
      { exitCode: 0, stdout: '', stderr: '' },
      { exitCode: 0, stdout: '', stderr: 'only err\n' },
    ]);
  });

  it('stops after the first failure that may not happen', async () => {
    const results = await hosts
      .executor()
      .run(hosts.first, [command('true'), command('sh', '-c', 'exit 3'), command('touch', '/tmp/not-reached')]);
    expect(results.map(({ exitCode }) => exitCode)).toEqual([0, 3]);
    expect(hosts.cluster.exists(hosts.first, '/tmp/not-reached')).toBe(false);
  });

  it('is one exec request', async () => {
    const before = (await hosts.cluster.log()).length;
    await hosts.executor().run(
      hosts.first,
      Array.from({ length: 12 }, () => command('true')),
    );
    expect(await hosts.cluster.log()).toHaveLength(before + 1);
  });

  it('is not confused by output that shows its own script and marks', async () => {
    const [shown, after] = await hosts
      .executor()
      .run(hosts.first, [
        command('sh', '-c', 'cat /proc/*/cmdline /proc/*/environ; printf "\\0\\377"'),
        command('echo', 'x'),
      ]);
    expect(shown?.stdout).toContain('printf -v s %b');
    expect(shown?.stdout.endsWith('\0�')).toBe(true);
    expect(after?.stdout).toBe('x\n');
  });

  it('hands over every argument as it is', async () => {
    const executor = hosts.executor();
    const argument = fc.string({ unit: fc.constantFrom(...'ab \'"\\$`!*?~#&|;<>(){}[]=%\n\t\u00e9\u{1f600}') });
    await fc.assert(
      fc.asyncProperty(fc.array(argument, { minLength: 1, maxLength: 6 }), async (args) => {
        const [result] = await executor.run(hosts.first, [command('printf', '%s\\0', ...args)]);
        expect(result?.stdout).toBe(args.map((text) => `${text}\0`).join(''));
      }),
      { numRuns: 60 },
    );
  });

  it('runs scripts that are longer than an argument may be', async () => {
    const args = Array.from({ length: 400 }, (_, i) => `${i}-`.repeat(200));
    const results = await hosts.executor().run(
      hosts.first,
      args.map((text) => command('echo', text)),
    );
    expect(results.map(({ stdout }) => stdout)).toEqual(args.map((text) => `${text}\n`));
  });

  it('gives commands no input, the C locale and the usual file modes', async () => {
    const [input, locale, mask] = await hosts
      .executor()
      .run(hosts.first, [command('cat'), command('sh', '-c', 'echo $LC_ALL'), command('sh', '-c', 'umask')]);
    expect([input?.stdout, locale?.stdout, mask?.stdout]).toEqual(['', 'C\n', '0022\n']);
  });

  it('hands commands no descriptors but the three, of which lvm would complain', async () => {
    const [result] = await hosts.executor().run(hosts.first, [command('ls', '/proc/self/fd')]);
    expect(result?.stdout).toBe('0\n1\n2\n3\n'); // 3 is the directory that ls reads
  });

  it('does not wait for a program that went to the background with its output', async () => {
    const [result] = await hosts.executor().run(hosts.first, [command('sh', '-c', 'sleep 1000 & echo started')]);
    expect(result).toEqual({ exitCode: 0, stdout: 'started\n', stderr: '' });
  });

  it('refuses output beyond the limit, and goes on working', async () => {
    const executor = hosts.executor({ limits: { outputBytes: 1024 * 1024 } });
    const flood = command('sh', '-c', 'head -c 3000000 /dev/zero; touch /tmp/flooded');
    await expect(executor.run(hosts.first, [flood])).rejects.toMatchObject({
      name: 'TransportError',
      message: expect.stringContaining('printed more than 1 MiB') as string,
    });
    expect(hosts.cluster.exists(hosts.first, '/tmp/flooded')).toBe(true);
    const [most] = await executor.run(hosts.first, [command('head', '-c', '1048576', '/dev/zero')]);
    expect(most?.stdout).toHaveLength(1024 * 1024);
  });

  it('says of a missing program what is wrong, in words that no parser takes for a missing volume', async () => {
    const [result] = await hosts.executor().run(hosts.first, [command('/usr/sbin/no-such-program')]);
    expect(result).toMatchObject({
      exitCode: 127,
      stderr: expect.stringMatching(/^\/usr\/sbin\/no-such-program is missing on/) as string,
    });
    expect(result?.stderr).not.toMatch(/not found/);
  });

  it('finds a program that is not where it was expected', async () => {
    const { cluster, first } = hosts;
    cluster.write(first, 'sim/bin/only-here', '#!/bin/sh\necho "found $1"\n', 0o755);
    for (const useSudo of [false, true]) {
      const [result] = await hosts.executor({ useSudo }).run(first, [command('/usr/sbin/only-here', 'a b')]);
      expect(result).toEqual({ exitCode: 0, stdout: 'found a b\n', stderr: '' });
    }
  });

  it('logs each command at debug level, and nothing of a secret one but its program', async () => {
    const lines: object[] = [];
    const executor = hosts.executor({ log: { ...SILENT_LOG, debug: (fields) => lines.push(fields) } });
    await executor.run(hosts.first, [
      { ...command('sh', '-c', 'exit 4'), mayFail: true },
      { ...command('echo', 'password'), isSecret: true },
    ]);
    expect(lines.filter((line) => 'argv' in line)).toEqual([
      { host: hosts.first, argv: ['sh', '-c', 'exit 4'], exitCode: 4, durationMs: expect.any(Number) as number },
      { host: hosts.first, argv: ['echo'], exitCode: 0, durationMs: expect.any(Number) as number },
    ]);
  });

  it.each(['/bin/sh', '/bin/bash', '/bin/tcsh', '/usr/bin/fish'])(
    'runs whatever the login shell is: %s',
    async (shell) => {
      const { cluster, first } = hosts;
      const user = `user-of-${shell.split('/').at(-1)}`;
      cluster.append(first, 'etc/passwd', `${user}:x:0:0::/root:${shell}\n`);
      cluster.write(first, 'root/.bashrc', 'echo noise; echo noise >&2; cd /nowhere\n');
      cluster.write(first, 'root/.tcshrc', 'echo noise\n');
      const text = 'it\'s "a" b\\c\\\\d !e $HOME `f`\n%g';
      const [result] = await hosts.executor({ user }).run(first, [command('printf', '%s', text)]);
      expect(result).toEqual({ exitCode: 0, stdout: text, stderr: '' });
      const many = Array.from({ length: 40 }, () => command('printf', '%s', text.repeat(80)));
      expect((await hosts.executor({ user }).run(first, many)).at(-1)?.stdout).toBe(text.repeat(80));
    },
  );

  it('tells what a login shell said that runs nothing', async () => {
    hosts.cluster.append(hosts.first, 'etc/passwd', 'nobody-at-all:x:0:0::/root:/usr/sbin/nologin\n');
    const refused = hosts.executor({ user: 'nobody-at-all' }).run(hosts.first, [command('true')]);
    await expect(refused).rejects.toMatchObject({
      name: 'CommandError',
      message: expect.stringMatching(/the shell of nobody-at-all .* ran nothing.*This account/) as string,
    });
  });
});
