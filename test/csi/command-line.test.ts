import { expect, it } from 'vitest';
import { type CsiOptions, csiCommand } from '../../src/csi/command-line.js';

/** What the driver is run with; rejects with what is wrong. */
async function parsed(...args: readonly string[]): Promise<CsiOptions> {
  const run: CsiOptions[] = [];
  const command = csiCommand('1.0.0', {
    serve: async (options) => void run.push(options),
    migrate: async () => undefined,
  })
    .exitOverride()
    .configureOutput({ writeErr: () => undefined });
  await command.parseAsync([...args], { from: 'user' });
  const [options] = run;
  if (!options) throw new Error('it was not run');
  return options;
}

it('has defaults', async () => {
  expect(await parsed('--node', '--controller')).toMatchObject({
    node: true,
    controller: true,
    endpoint: '/csi/csi.sock',
    driverName: 'glusterfs.csi.mortar',
    mounts: 'auto',
    server: [],
  });
});

it.each(['/a/b', 'unix:///a/b', 'unix:/a/b'])('takes the socket as %s', async (endpoint) => {
  expect(await parsed('--node', '--endpoint', endpoint)).toMatchObject({ endpoint: '/a/b' });
});

it.each([
  ['neither service', []],
  ['a socket that is none', ['--node', '--endpoint', 'tcp://0.0.0.0:1']],
  ['a name that is none', ['--node', '--driver-name', 'a_b']],
  ['a node without a name, as of a variable that is not set', ['--node', '--node-id', '']],
  ['a node whose name is too long', ['--node', '--node-id', 'n'.repeat(257)]],
  ['a server that is none', ['--controller', '--server', 'heketi:8080']],
])('refuses %s', async (_what, args) => {
  await expect(parsed(...args)).rejects.toThrow();
});

it('takes a node’s name up to 256 bytes', async () => {
  expect(await parsed('--node', '--node-id', 'n'.repeat(256))).toMatchObject({ nodeId: 'n'.repeat(256) });
});
