import { spawn, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

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

  it('says in one sentence that a full device takes no output', () => {
    const { status, stderr } = spawnSync('bash', ['-c', 'bin/heketi-cli --help > /dev/full'], { encoding: 'utf8' });
    expect({ status, stderr }).toEqual({
      status: 255,
      stderr: "Error: standard output can't be written (ENOSPC: no space left on device, write)\n",
    });
  });

  it('keeps its exit status when nobody reads its errors', async () => {
    const child = spawn('bin/heketi-cli', ['cluster', 'list', '--server=http://127.0.0.1:1']);
    child.stderr.destroy();
    expect(await new Promise((resolve) => child.on('close', resolve))).toBe(255);
  });

  it('loads neither networking nor cryptography for what needs no server', () => {
    const script =
      "process.argv[2] = '--version'; await import('./dist/heketi-cli.mjs'); console.log(process.moduleLoadList.join());";
    const { stdout } = spawnSync(process.execPath, ['--input-type=module', '-e', script, '--'], { encoding: 'utf8' });
    expect(stdout).toMatch(/^heketi-cli \d/);
    for (const name of ['http', 'https', 'tls', 'crypto', 'child_process']) {
      expect(stdout.split(/[,\n]/)).not.toContain(`NativeModule ${name}`);
    }
  });

  it('contains nothing of the server', () => {
    const bundle = readFileSync('dist/heketi-cli.mjs', 'utf8');
    for (const name of [
      'fastify',
      'better-sqlite3',
      'kysely',
      'pino',
      'ajv',
      'commander',
      'src/operations',
      'src/store',
    ]) {
      expect(bundle).not.toContain(name);
    }
  });
});
