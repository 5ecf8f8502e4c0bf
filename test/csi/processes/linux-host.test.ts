import { readFileSync } from 'node:fs';
import { afterEach, expect, it, vi } from 'vitest';
import type { HostCommandError } from '../../../src/csi/node/host.js';
import { linuxHost } from '../../../src/csi/node/linux-host.js';

function commandLineOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  } catch {
    return '';
  }
}

/** For what ends by itself. */
const LONG_MS = 60_000;

afterEach(() => vi.unstubAllEnvs());

async function refusal(argv: readonly string[], timeoutMs = LONG_MS): Promise<HostCommandError> {
  return linuxHost.run(argv, timeoutMs).then(
    () => {
      throw new Error('it was not refused');
    },
    (error: HostCommandError) => error,
  );
}

it('a command is answered with what it printed', async () => {
  expect(await linuxHost.run(['printf', '%s', 'two words'], LONG_MS)).toBe('two words');
});

it('a command gets nothing of this program’s environment but the search path: there may be a key', async () => {
  vi.stubEnv('HEKETI_CSI_KEY', 'the key');
  const names = (await linuxHost.run(['env'], LONG_MS))
    .trim()
    .split('\n')
    .map((line) => line.split('=')[0]);
  expect(names.toSorted()).toEqual(['LC_ALL', 'PATH']);
});

it('a command that refuses tells why, and one that there is not is told from it', async () => {
  expect(await refusal(['sh', '-c', 'echo because >&2; exit 32'])).toMatchObject({
    exitCode: 32,
    message: 'sh ended with 32: because',
  });
  expect(await refusal(['no-such-program-at-all'])).toMatchObject({ exitCode: 127 });
  expect(await refusal(['/dev/null'])).toMatchObject({ exitCode: 126 });
});

it('a command that does not end in time goes with what it has started', async () => {
  const { exitCode, ended, stderr } = await refusal(['sh', '-c', 'sleep 600 & echo $! >&2; wait'], 500);
  expect(exitCode).toBeNull();
  await ended;
  // Of one that has ended, and that nobody has asked for its end, none is left either.
  await expect.poll(() => commandLineOf(Number(stderr))).toBe('');
});

it('a flood is cut off, and harms nobody', async () => {
  const printed = await linuxHost.run(['sh', '-c', 'yes | head -c 8000000'], LONG_MS);
  expect(printed.length).toBeLessThan(2 * 2 ** 20);
});
