import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Command, CommandResult, Executor } from '../../src/executors/executor.js';
import { InjectingExecutor, type InjectionOptions } from '../../src/executors/inject/injecting-executor.js';
import { readInjectionRules } from '../../src/executors/inject/injection-rules.js';
import { startApp } from '../support/app.js';

/** Answers each command with its own text, or fails where told; keeps what it was asked. */
class EchoingHosts implements Executor {
  readonly batches: (readonly string[])[] = [];
  readonly failing: RegExp | null;

  constructor(failing: RegExp | null = null) {
    this.failing = failing;
  }

  async run(_host: string, batch: readonly Command[]): Promise<readonly CommandResult[]> {
    this.batches.push(batch.map(({ argv }) => argv.join(' ')));
    const results: CommandResult[] = [];
    for (const { argv, mayFail } of batch) {
      const text = argv.join(' ');
      const fails = this.failing?.test(text) ?? false;
      results.push({ exitCode: fails ? 7 : 0, stdout: fails ? '' : text, stderr: fails ? `${text} failed` : '' });
      if (fails && !mayFail) break;
    }
    return results;
  }

  async awaitLeftovers(): Promise<void> {}

  async close(): Promise<void> {}
}

const command = (text: string, mayFail = false): Command => ({ argv: text.split(' '), timeoutMs: 1000, mayFail });

function injected(
  commands: object[],
  results: object[] = [],
  options: InjectionOptions = {},
  inner = new EchoingHosts(),
) {
  const executor = new InjectingExecutor(
    inner,
    readInjectionRules({ command_injection: { commands, results } }),
    options,
  );
  const run = (...texts: string[]) =>
    executor.run(
      'h1',
      texts.map((text) => command(text)),
    );
  return { executor, inner, run };
}

describe('injected faults', () => {
  it('replace a command that matches, and the rest of its batch is not run', async () => {
    const { run, inner } = injected([{ Cmd: 'lvcreate', Reaction: { Err: 'no more space' } }]);
    expect(await run('mkdir -p /x', '/usr/sbin/lvm lvcreate -qq', 'mkfs.xfs /dev/x')).toEqual([
      { exitCode: 0, stdout: 'mkdir -p /x', stderr: '' },
      { exitCode: 1, stdout: '', stderr: 'no more space' },
    ]);
    expect(inner.batches).toEqual([['mkdir -p /x']]);
  });

  it('go on after a command that may fail, and after one that is told to succeed', async () => {
    const { executor, inner } = injected([
      { Cmd: '^umount', Reaction: { Err: 'busy' } },
      { Cmd: '^sed', Reaction: { Result: 'done' } },
    ]);
    const batch = [command('umount /x', true), command('sed -i x'), command('rmdir /x')];
    expect(await executor.run('h1', batch)).toEqual([
      { exitCode: 1, stdout: '', stderr: 'busy' },
      { exitCode: 0, stdout: 'done', stderr: '' },
      { exitCode: 0, stdout: 'rmdir /x', stderr: '' },
    ]);
    expect(inner.batches).toEqual([['rmdir /x']]);
  });

  it('take the first rule that matches; a batch without a match is sent as one', async () => {
    const { run, inner } = injected([
      { Cmd: 'volume create', Reaction: { Err: 'first' } },
      { Cmd: 'gluster --mode=script .* volume create', Reaction: { Err: 'second' } },
    ]);
    expect((await run('gluster --mode=script --timeout=600 volume create v h:/b'))[0]?.stderr).toBe('first');
    await run('a', 'b', 'c');
    expect(inner.batches).toEqual([['a', 'b', 'c']]);
  });

  it('match words with blanks as they are and as a shell is given them', async () => {
    const inner = new EchoingHosts();
    for (const Cmd of ['BEGIN {print', "awk 'BEGIN"]) {
      const { executor } = injected([{ Cmd, Reaction: { Err: 'x' } }], [], {}, inner);
      const awk: Command = { argv: ['awk', 'BEGIN {print "line"}'], timeoutMs: 1 };
      expect(await executor.run('h1', [awk])).toMatchObject([{ exitCode: 1 }]);
    }
    expect(inner.batches).toEqual([]);
  });

  it('replace a result by what the command printed or by its error text', async () => {
    const { run, inner } = injected(
      [],
      [
        { Cmd: '^lvs', Result: 'lvs one', Reaction: { Err: 'hidden' } },
        { Cmd: '^mount', Result: 'mount /x failed', Reaction: { Result: 'mounted' } },
      ],
      {},
      new EchoingHosts(/^mount/),
    );
    expect(await run('lvs two', 'lvs one', 'lvs three')).toEqual([
      { exitCode: 0, stdout: 'lvs two', stderr: '' },
      { exitCode: 1, stdout: '', stderr: 'hidden' },
    ]);
    expect(inner.batches.flat()).toEqual(['lvs two', 'lvs one']);
    expect(await run('mount /x', 'mkdir /x/brick')).toMatchObject([
      { exitCode: 0, stdout: 'mounted' },
      { exitCode: 0 },
    ]);
  });

  it('leave a failure of the hosts as it is where no rule matches its text', async () => {
    const results = [{ Cmd: 'mount', Result: 'something else', Reaction: { Result: 'mounted' } }];
    const { run } = injected([], results, {}, new EchoingHosts(/^mount/));
    expect(await run('mount /x', 'mkdir /x')).toEqual([{ exitCode: 7, stdout: '', stderr: 'mount /x failed' }]);
  });

  it('shape the failure: status, output beside the error, an error without a text', async () => {
    const reactions = [
      [
        { ExitStatus: 5, ErrOutput: 'five' },
        { exitCode: 5, stdout: '', stderr: 'five' },
      ],
      [
        { Err: 'e', ErrOutput: 'o', Result: 'r' },
        { exitCode: 1, stdout: 'r', stderr: 'o' },
      ],
      [{ ForceErr: true }, { exitCode: 1, stdout: '', stderr: '' }],
      [
        { Err: 'e', ForceErrOutput: true, ExitStatus: 2 },
        { exitCode: 2, stdout: '', stderr: '' },
      ],
      [{}, { exitCode: 0, stdout: '', stderr: '' }],
    ] as const;
    for (const [Reaction, result] of reactions) {
      const { run } = injected([{ Cmd: '.', Reaction }]);
      expect(await run('x')).toEqual([result]);
    }
  });

  it('sleep until their file exists', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'mortar-inject-'));
    const CondFile = join(folder, 'now');
    const { run } = injected([{ Cmd: 'x', CondFile, Reaction: { Err: 'now' } }]);
    expect(await run('x')).toMatchObject([{ exitCode: 0 }]);
    writeFileSync(CondFile, '');
    expect(await run('x')).toMatchObject([{ exitCode: 1 }]);
    rmSync(folder, { recursive: true });
  });

  it('pause, then end the process', async () => {
    const done: string[] = [];
    const { run } = injected([{ Cmd: 'x', Reaction: { Pause: 3, Panic: 'crash now' } }], [], {
      pause: async (ms) => void done.push(`paused ${ms}`),
      die: (text) => void done.push(`died: ${text}`),
      onInjected: (host, text) => void done.push(`${host}: ${text}`),
    });
    await run('x');
    expect(done).toEqual(['h1: x', 'paused 3000', 'died: crash now']);
  });

  it('never tell a secret command to the log', async () => {
    const told: string[] = [];
    const { executor } = injected([{ Cmd: 'create', Reaction: {} }], [], {
      onInjected: (_host, text) => void told.push(text),
    });
    await executor.run('h1', [{ ...command('gluster-block create v/b password'), isSecret: true }]);
    expect(told).toEqual(['gluster-block']);
  });
});

describe('the section injectexec', () => {
  it('has keys in any case and spelling, and flags before expressions', () => {
    const { commands } = readInjectionRules({
      CommandInjection: { COMMANDS: [{ cmd: '(?i)LVCREATE', reaction: { err: 'x' } }] },
    });
    expect(commands[0]?.command.test('lvm lvcreate')).toBe(true);
    expect(commands[0]?.reaction.failure).toEqual({ exitCode: 1, stderr: 'x' });
    expect(readInjectionRules({})).toEqual({ commands: [], results: [] });
  });

  it('is refused with the place of what is wrong', () => {
    const refusals = [
      [{ Cmd: '(' }, /glusterfs\.injectexec\.command_injection\.commands\[0\]\.Cmd: .*regular expression/],
      [{ Cmd: 1 }, /commands\[0\]\.Cmd must be a string/],
      [{ Reaction: { Pause: -1 } }, /commands\[0\]\.Reaction\.Pause must be a whole number/],
      [{ Reaction: { ForceErr: 'yes' } }, /Reaction\.ForceErr must be true or false/],
      ['lvcreate', /commands\[0\] must be an object/],
    ] as const;
    for (const [hook, text] of refusals)
      expect(() => readInjectionRules({ command_injection: { commands: [hook] } })).toThrow(text);
    expect(() => readInjectionRules({ command_injection: { results: {} } })).toThrow(/results must be a list/);
  });
});

describe('a server with the executor inject/mock', () => {
  async function createVolume(commands: object[], results: object[] = []): Promise<{ status: number; text: string }> {
    const app = await startApp({
      executor: 'inject/mock',
      injectexec: { command_injection: { commands, results } },
      operation_retry_limits: { volume_create: 1 },
    });
    const request = async (method: 'GET' | 'POST', url: string, payload?: object) =>
      app.server.inject({ method, url, ...(payload && { payload }) });
    const finished = async (method: 'POST', url: string, payload: object) => {
      const accepted = await request(method, url, payload);
      await app.settled();
      return accepted.headers.location ? request('GET', String(accepted.headers.location)) : accepted;
    };
    try {
      const cluster = (await request('POST', '/clusters', { file: true, block: true })).json<{ id: string }>().id;
      for (const name of ['a', 'b', 'c']) {
        const hostnames = { manage: [name], storage: [`${name}.storage`] };
        const added = await finished('POST', '/nodes', { cluster, zone: 1, hostnames });
        const node = String(added.headers.location).slice('/nodes/'.length);
        await finished('POST', '/devices', { node, name: '/dev/sdb' });
      }
      const answer = await finished('POST', '/volumes', {
        size: 1,
        durability: { type: 'replicate', replicate: { replica: 3 } },
      });
      return { status: answer.statusCode, text: answer.body };
    } finally {
      await app.remove();
    }
  }

  it('fails where existing set-ups expect it to', async () => {
    expect(await createVolume([])).toEqual({ status: 303, text: '' });
    for (const Cmd of [
      '^/usr/sbin/lvm lvcreate .*',
      'mkfs.xfs',
      'mount -o rw,inode64,noatime,nouuid',
      'gluster --mode=script .* volume create',
      '.* volume start .*',
    ]) {
      const answer = await createVolume([{ Cmd, Reaction: { Err: `injected at ${Cmd}` } }]);
      expect(answer, Cmd).toMatchObject({ status: 500 });
      expect(answer.text).toContain(`injected at ${Cmd}`);
    }
  });
});
