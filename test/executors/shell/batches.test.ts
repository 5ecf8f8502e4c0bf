import { chmodSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { answerTo, type CommandResult, TransportError } from '../../../src/executors/executor.js';
import { LocalShell } from '../../support/local-shell.js';
import { kindsOf } from '../../unit/executors/samples.js';
import { command, executorOver, HOST, touch, waitingCommand } from './shell-lab.js';

describe('a batch in a shell, whatever opened the channel', () => {
  let channels: LocalShell;
  beforeEach(() => {
    channels = new LocalShell();
  });
  afterEach(() => channels.close());

  it('answers each command, wherever its output is cut and whatever a login shell says before', async () => {
    channels.loginShell = ['/bin/bash', '-c', 'echo noise; echo noise >&2; "$@"; exit $?', 'login'];
    for (const pieceBytes of [1, 7, 65_536]) {
      channels.pieceBytes = pieceBytes;
      const results = await executorOver(channels).run(HOST, [
        command('sh', '-c', 'echo out; echo err >&2'),
        { ...command('sh', '-c', 'printf "no newline"; exit 7'), mayFail: true },
        command('sh', '-c', 'exit 3'),
        touch('not-reached'),
      ]);
      expect(results).toEqual([
        { exitCode: 0, stdout: 'out\n', stderr: 'err\n' },
        { exitCode: 7, stdout: 'no newline', stderr: '' },
        { exitCode: 3, stdout: '', stderr: '' },
      ]);
    }
    expect(channels.has('not-reached')).toBe(false);
  });

  it('may be longer than an argument, and sees by itself where its text ends', async () => {
    const args = Array.from({ length: 300 }, (_, i) => `${i}-\u00e9`.repeat(150));
    const results = await executorOver(channels).run(
      HOST,
      args.map((text) => command('echo', text)),
    );
    expect(results.map(({ stdout }) => stdout)).toEqual(args.map((text) => `${text}\n`));
  });

  it('says that a program is missing in words that nobody takes for a missing volume', async () => {
    const lvremove = command('/nowhere/lvremove', '-f', 'vg/lv');
    const [result] = await executorOver(channels).run(HOST, [lvremove]);
    expect(result).toMatchObject({ exitCode: 127, stderr: expect.stringMatching(/is missing on n1/) as string });
    expect(result?.stderr).not.toMatch(/not found/);
    expect(kindsOf(answerTo(lvremove, result as CommandResult))).toEqual(['program missing']);
  });

  it('says that a program can not be executed', async () => {
    channels.write('no-program');
    chmodSync(channels.file('no-program'), 0o644);
    const [result] = await executorOver(channels).run(HOST, [command('sh', '-c', '"$HOME/no-program"')]);
    expect(result).toMatchObject({ exitCode: 126, stderr: expect.stringMatching(/^n1 can't execute sh: /) as string });
  });

  it('refuses output beyond the limit, and goes on working', async () => {
    const executor = executorOver(channels, { limits: { outputBytes: 1024 * 1024 } });
    const flood = command('sh', '-c', 'head -c 3000000 /dev/zero; touch "$HOME/flooded"');
    await expect(executor.run(HOST, [flood])).rejects.toMatchObject({
      mayHaveRun: true,
      message: expect.stringContaining('printed more than 1 MiB') as string,
    });
    expect(channels.has('flooded')).toBe(true);
    const [most] = await executor.run(HOST, [command('head', '-c', '1048576', '/dev/zero')]);
    expect(most?.stdout).toHaveLength(1024 * 1024);
  });

  it('is ended where a command takes longer than it may', async () => {
    const slow = { ...waitingCommand(), timeoutMs: 300 };
    const executor = executorOver(channels);
    await expect(executor.run(HOST, [slow, touch('next')])).rejects.toMatchObject({
      mayHaveRun: true,
      message: expect.stringContaining('took longer than 0.3 s and was ended') as string,
    });
    channels.write('go');
    await executor.awaitLeftovers(HOST);
    expect([channels.has('ended'), channels.has('next')]).toEqual([false, false]);
  });

  it('has run nothing where the shell ends without a word of the script', async () => {
    channels.loginShell = ['/bin/sh', '-c', 'echo This account is not available; exit 1'];
    await expect(executorOver(channels).run(HOST, [touch('made')])).rejects.toMatchObject({
      name: 'CommandError',
      message: expect.stringMatching(/the shell of nobody on n1 ran nothing.*This account is not available/) as string,
    });
  });

  it('has run nothing where the channel was refused: callers are told why, and nothing is left to wait for', async () => {
    const executor = executorOver(channels);
    await executor.run(HOST, [command('true')]);
    channels.refusal = new TransportError(HOST, 'n1 has no container of gluster', false);
    await expect(executor.run(HOST, [touch('made')])).rejects.toBe(channels.refusal);
    const before = channels.opened;
    await executor.awaitLeftovers(HOST);
    expect(channels.opened).toBe(before);
  });
});
