import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';

beforeAll(() => {
  execFileSync(process.execPath, ['scripts/build-cli.mjs']);
});

const run = (...args: string[]) =>
  spawnSync('bin/heketi-cli', args, { encoding: 'utf8', env: { PATH: process.env['PATH'], HOME: '/nonexistent' } });

describe('bin/heketi-cli', () => {
  it('runs, and knows the version of the package', () => {
    const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };
    expect(run('--version')).toMatchObject({ status: 0, stdout: `heketi-cli ${version}\n`, stderr: '' });
  });

  it('exits with 255 after an error, which goes to stderr', () => {
    const { status, stdout, stderr } = run('cluster', 'list', '--server=http://127.0.0.1:1');
    expect({ status, stdout }).toEqual({ status: 255, stdout: '' });
    expect(stderr).toMatch(/^Error: Get "http:\/\/127\.0\.0\.1:1\/clusters": dial tcp/);
  });

  it('stops quietly when nobody reads on', () => {
    const { status, stderr } = spawnSync(
      'bash',
      ['-c', 'set -o pipefail; bin/heketi-cli --help | head -c 10 > /dev/null'],
      { encoding: 'utf8' },
    );
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  });

  it('contains nothing of the server', () => {
    const bundle = readFileSync('dist/heketi-cli.mjs', 'utf8');
    for (const name of ['fastify', 'better-sqlite3', 'kysely', 'pino', 'ajv', 'src/operations', 'src/store']) {
      expect(bundle).not.toContain(name);
    }
  });
});

it('the reference and the man page are up to date', () => {
  expect(spawnSync(process.execPath, ['scripts/generate-cli-docs.mjs', '--check'], { encoding: 'utf8' })).toMatchObject(
    { status: 0, stderr: '' },
  );
});
