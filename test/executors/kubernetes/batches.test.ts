import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { command } from '../shell/shell-lab.js';
import { HOST, PodsLab } from './pods-lab.js';

let lab: PodsLab;
beforeAll(async () => {
  lab = await PodsLab.up();
});
afterAll(() => lab.down());

describe('a batch in a pod', () => {
  it('answers each command with its own exit code, stdout and stderr', async () => {
    const results = await lab
      .executor()
      .run(HOST, [
        command('sh', '-c', 'echo out; echo err >&2'),
        { ...command('sh', '-c', 'printf "no newline"; exit 7'), mayFail: true },
        command('true'),
        command('sh', '-c', 'exit 3'),
        command('true'),
      ]);
    expect(results).toEqual([
      { exitCode: 0, stdout: 'out\n', stderr: 'err\n' },
      { exitCode: 7, stdout: 'no newline', stderr: '' },
      { exitCode: 0, stdout: '', stderr: '' },
      { exitCode: 3, stdout: '', stderr: '' },
    ]);
  });

  it('is one exec, without a terminal, and with a stdin that shows when nobody listens any more', async () => {
    const before = lab.server.execs.asked.length;
    const executor = lab.executor();
    await executor.run(
      HOST,
      Array.from({ length: 12 }, () => command('true')),
    );
    expect(lab.server.execs.asked).toHaveLength(before + 1);
    const { url } = lab.server.requests.findLast(({ url }) => url.includes('/exec?')) ?? { url: '' };
    const query = new URL(url, 'http://x').searchParams;
    expect(
      Object.fromEntries(['stdin', 'stdout', 'stderr', 'tty', 'container'].map((key) => [key, query.get(key)])),
    ).toEqual({
      stdin: 'true',
      stdout: 'true',
      stderr: 'true',
      tty: 'false',
      container: 'glusterfs',
    });
    expect(await executor.run(HOST, [])).toEqual([]);
    expect(lab.server.execs.asked).toHaveLength(before + 1);
  });

  it('leaves nothing to wait for', async () => {
    const executor = lab.executor();
    await executor.run(HOST, [command('true')]);
    await executor.awaitLeftovers(HOST);
    const before = lab.server.execs.asked.length;
    await executor.awaitLeftovers(HOST);
    expect(lab.server.execs.asked).toHaveLength(before);
  });

  it('hands over every argument as it is', async () => {
    const executor = lab.executor();
    const argument = fc.string({ unit: fc.constantFrom(...'ab \'"\\$`!*?~#&|;<>(){}[]=%+\n\té\u{1f600}') });
    await fc.assert(
      fc.asyncProperty(fc.array(argument, { minLength: 1, maxLength: 6 }), async (args) => {
        const [result] = await executor.run(HOST, [command('printf', '%s\\0', ...args)]);
        expect(result?.stdout).toBe(args.map((text) => `${text}\0`).join(''));
      }),
      { numRuns: 25 },
    );
  });

  it('goes over by stdin, which is never ended, where it is longer than an argument may be', async () => {
    const args = Array.from({ length: 200 }, (_, i) => `${i}-`.repeat(300));
    const results = await lab.executor().run(
      HOST,
      args.map((text) => command('echo', text)),
    );
    expect(results.map(({ stdout }) => stdout)).toEqual(args.map((text) => `${text}\n`));
    const [longest = ''] = args.toSorted((a, b) => b.length - a.length);
    expect(lab.server.execs.asked.at(-1)?.argv.join(' ')).not.toContain(longest);
  });

  it('is read wherever its output is cut', async () => {
    lab.server.execs.pieceBytes = 1;
    const [result] = await lab.executor().run(HOST, [command('printf', 'ä\\n%s', '\u{1f600}')]);
    lab.server.execs.pieceBytes = Number.POSITIVE_INFINITY;
    expect(result).toEqual({ exitCode: 0, stdout: 'ä\n\u{1f600}', stderr: '' });
  });

  it('may print more than fits through at once', async () => {
    const [result] = await lab.executor().run(HOST, [command('sh', '-c', 'yes 0123456789abcde | head -c 4000000')]);
    expect(result?.stdout).toHaveLength(4_000_000);
  });

  it('does not wait for a program that went to the background with its output', async () => {
    const [result] = await lab.executor().run(HOST, [command('sh', '-c', 'sleep 1000 & echo started')]);
    expect(result).toEqual({ exitCode: 0, stdout: 'started\n', stderr: '' });
  });

  it('says of a missing program what is wrong', async () => {
    const [result] = await lab.executor().run(HOST, [command('/usr/sbin/no-such-program')]);
    expect(result).toMatchObject({
      exitCode: 127,
      stderr: expect.stringMatching(/^\/usr\/sbin\/no-such-program is missing on/) as string,
    });
  });

  it('may be silent for longer than the pauses between signs of life', async () => {
    const executor = lab.executor({ limits: { pingMs: 20 } });
    const [result] = await executor.run(HOST, [command('sh', '-c', 'sleep 0.5; echo over')]);
    expect(result?.stdout).toBe('over\n');
  });
});

describe('batches at once', () => {
  const many = (count: number) => Array.from({ length: count }, (_, i) => i);

  it('are far fewer in one pod than those at which its runtime stalls', async () => {
    lab.server.pods.add('n4');
    const executor = lab.executor();
    lab.server.execs.mostAtOnce = 0;
    await Promise.all(many(40).map(() => executor.run('n4', [command('sleep', '0.2')])));
    expect(lab.server.execs.mostAtOnce).toBe(8);
  });

  it('are at most so many in one pod; the others wait in order', async () => {
    lab.server.pods.add('n3');
    const executor = lab.executor({ maxPerPod: 3 });
    lab.server.execs.mostAtOnce = 0;
    const begun: number[] = [];
    await Promise.all(
      many(12).map(async (i) => {
        await executor.run('n3', [command('sleep', '0.2')]);
        begun.push(i);
      }),
    );
    expect(lab.server.execs.mostAtOnce).toBe(3);
    expect(begun.toSorted((a, b) => a - b)).toEqual(many(12));
  });

  it('are at most so many in all pods together', async () => {
    lab.server.pods.add('n2');
    const executor = lab.executor({ maxConnections: 2 });
    const running = new Set<number>();
    let most = 0;
    lab.server.execs.onStart = () => {
      running.add(running.size);
      most = Math.max(most, running.size);
    };
    await Promise.all(
      many(8).map(async (i) => {
        await executor.run(i % 2 === 0 ? HOST : 'n2', [command('true')]);
        running.delete(running.size - 1);
      }),
    );
    lab.server.execs.onStart = () => undefined;
    expect(most).toBeLessThanOrEqual(2);
    expect(most).toBeGreaterThan(0);
  });

  it('of one host are begun between those of another where few may run in all', async () => {
    lab.server.pods.add('n5');
    const executor = lab.executor({ maxConnections: 1 });
    await executor.run(HOST, [command('true')]);
    const order: string[] = [];
    const run = async (host: string) => {
      await executor.run(host, [command('true')]);
      order.push(host);
    };
    await Promise.all([...many(8).map(() => run(HOST)), run('n5')]);
    expect(order.indexOf('n5')).toBeLessThan(4);
  });

  it('are begun before others where they are questions that go first', async () => {
    const executor = lab.executor({ maxPerPod: 1 });
    const order: string[] = [];
    const run = async (name: string, goesFirst: boolean) => {
      await executor.run(HOST, [{ ...command('true'), goesFirst }]);
      order.push(name);
    };
    await Promise.all([run('first', false), run('second', false), run('question', true)]);
    expect(order.indexOf('question')).toBeLessThan(order.indexOf('second'));
  });
});
