import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, it } from 'vitest';
import { runCommand } from './support/run.js';
import { cluster, volume } from './support/samples.js';

/** Far more than is printed at once. */
const VOLUMES = 1000;

const { id, block, file } = cluster;
const head = JSON.stringify({ id, block, file, volumes: [] }).slice(0, -2);
const begun = `{"clusters":[${head}${Array(VOLUMES).fill(JSON.stringify(volume)).join(',')}`;

/** What `topology info` makes of an answer that has begun with many volumes; `goOn` is called when it prints something. */
async function topologyInfo(form: readonly string[], goOn: (answer: ServerResponse) => void) {
  const server = createServer((_request, answer) => void answer.write(begun));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const answered = once(server, 'request') as Promise<[unknown, ServerResponse]>;
  try {
    return await runCommand(
      ['topology', 'info', ...form, `--server=http://127.0.0.1:${(server.address() as AddressInfo).port}`],
      {
        onPrint: () => void answered.then(([, answer]) => answer.writableEnded || goOn(answer)),
      },
    );
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

it.each([[[]], [['--json']]])('topology info %j prints what has come while the rest is awaited', async (form) => {
  const { exit, stdout, stderr } = await topologyInfo(form, (answer) => answer.end('],"nodes":[]}]}'));
  expect({ exit, stderr }).toEqual({ exit: 0, stderr: '' });
  expect(stdout.split(/"?name"?: ?"?v1/i)).toHaveLength(VOLUMES + 1);
  if (form.length > 0) expect(JSON.parse(stdout).clusters[0].volumes).toEqual(Array(VOLUMES).fill(volume));
});

it.each([[[]], [['--json']]])('topology info %j fails when the rest does not come', async (form) => {
  const { exit, stderr } = await topologyInfo(form, (answer) => answer.destroy());
  expect(exit).toBe(255);
  expect(stderr).toMatch(/^Error: Get "http:.*\/topology": connection closed by the server/);
});
