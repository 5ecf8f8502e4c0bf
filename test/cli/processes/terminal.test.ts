import { afterEach, describe, expect, it } from 'vitest';
import { asyncScript, type FakeServer, type Script, startFakeServer } from '../support/fake-server.js';
import { cluster, node, VOLUME_ID, volume } from '../support/samples.js';
import { Terminal } from '../support/terminal.js';

const CTRL_C = '\u0003';
const CTRL_C_STATUS = 130;

let server: FakeServer | null = null;

async function open(
  script: Script,
  command: string,
  env: Record<string, string> = {},
  columns = 100,
): Promise<Terminal> {
  server = await startFakeServer(script);
  return new Terminal(command, { env: { HEKETI_CLI_SERVER: server.url, ...env }, columns });
}

/** What is left on the screen: nothing of what was drawn behind a saved cursor and erased. */
function visible(text: string): string {
  return text.slice(text.lastIndexOf('\u001b[K') + 1).replace(/^\[K/, '');
}

afterEach(async () => {
  await server?.close();
  server = null;
});

const done = { status: 303, headers: { Location: `/volumes/${VOLUME_ID}` } };
const creation = (polls: number): Script => ({
  ...asyncScript('POST /volumes', done, polls),
  [`GET /volumes/${VOLUME_ID}`]: { body: volume },
});

describe('on a terminal', () => {
  it('a spinner runs while the server works, and leaves nothing behind', async () => {
    const terminal = await open(creation(2), 'heketi-cli volume create --size=100');
    expect(await terminal.end()).toBe(0);
    expect(terminal.text).toMatch(/\u001b7\u001b\[K.*creating a volume of 100 GiB 0\.\ds/);
    expect(visible(terminal.text)).toMatch(/^Name: v1\r\nSize: 100\r\n[\s\S]*Replica Count: 3\r\n$/);
  });

  it('what is piped on has nothing of the spinner in it', async () => {
    const terminal = await open(creation(2), 'heketi-cli volume create --size=100 | cat -v');
    expect(await terminal.end()).toBe(0);
    expect(terminal.text).toContain('creating a volume of 100 GiB');
    expect(visible(terminal.text)).toMatch(/^Name: v1\r\nSize: 100\r\n[^^]*Replica Count: 3\r\n$/);
  });

  it('a bar shows how much of a topology is loaded, behind the line that is being written', async () => {
    const added = { status: 303, headers: { Location: `/nodes/${node.id}` } };
    const script: Script = {
      'GET /clusters': { body: { clusters: [] } },
      'POST /clusters': { status: 201, body: cluster },
      ...asyncScript('POST /nodes', added),
      'POST /devices': { status: 202, headers: { Location: '/queue/def' } },
      'GET /queue/def': [{ headers: { 'X-Pending': 'true' } }, { headers: { 'X-Pending': 'true' } }, { status: 204 }],
      [`GET /nodes/${node.id}`]: { body: node },
      [`GET /clusters/${cluster.id}`]: { body: cluster },
    };
    const file = { clusters: [{ nodes: [{ node: { hostnames: node.hostnames, zone: 1 }, devices: ['/dev/sdb'] }] }] };
    const command = `echo '${JSON.stringify(file)}' | heketi-cli topology load --json=/dev/stdin`;
    const terminal = await open(script, command);
    expect(await terminal.end()).toBe(0);
    expect(terminal.text).toMatch(/Adding device \/dev\/sdb \.\.\. .*\[#{10}-{10}\] 1\/2 device \/dev\/sdb 0\.\ds/);
    expect(visible(terminal.text)).toBe('OK\r\n');
  });

  it('Ctrl-C while the server works ends with 130 and the way to the result', async () => {
    const terminal = await open(creation(100_000), 'heketi-cli volume create --size=100');
    await terminal.waitFor(/creating a volume of 100 GiB/);
    terminal.type(CTRL_C);
    await terminal.waitFor(/Interrupted; the server goes on: creating a volume of 100 GiB\./);
    await terminal.waitFor(/heketi-cli server operations wait abc/);
    expect(await terminal.end()).toBe(CTRL_C_STATUS);
  });

  it('operations are watched on a screen of their own until Ctrl-C', async () => {
    const operation = { id: 'x', type_name: 'create-volume', status: 'stale', sub_status: '' };
    const list = { body: { pendingoperations: [operation] } };
    const script = { 'GET /operations/pending': [list, { body: { pendingoperations: [] } }] };
    const terminal = await open(script, 'heketi-cli server operations list --watch --interval=1');
    await terminal.waitFor(/\u001b\[H\u001b\[2J[^\n]+\r\n\r\nId:x {2}Type:create-volume {2}Status:stale/);
    await terminal.waitFor(/\u001b\[H\u001b\[2J[^\n]+\r\n\r\nNo pending operations/);
    terminal.type(CTRL_C);
    expect(await terminal.end()).toBe(CTRL_C_STATUS);
  });

  const topology: Script = {
    'GET /clusters': { body: { clusters: [cluster.id] } },
    [`GET /clusters/${cluster.id}`]: { body: cluster },
    [`GET /nodes/${node.id}`]: { body: node },
  };

  it.each([60, 100])('the topology is drawn in colour and no wider than %i columns', async (columns) => {
    const terminal = await open(topology, 'heketi-cli topology show', {}, columns);
    expect(await terminal.end()).toBe(0);
    expect(terminal.text).toMatch(/\/dev\/sdb \[\u001b\[32m#+\u001b\[0m\u001b\[2m\.+\u001b\[0m\] 12\/500 GiB 1 brick/);
    const bars = terminal.text
      .replace(/\u001b\[\d+m/g, '')
      .split('\r\n')
      .filter((line) => line.includes('/dev/sdb'));
    expect(bars.every((line) => line.length <= columns)).toBe(true);
    expect(bars.join()).toMatch(columns === 100 ? /#+\.{50,}/ : /#+\.{15,30}\]/);
  });

  it('NO_COLOR keeps colours away', async () => {
    const terminal = await open(topology, 'heketi-cli topology show', { NO_COLOR: '1' });
    expect(await terminal.end()).toBe(0);
    expect(terminal.text).toContain('/dev/sdb [#');
    expect(terminal.text).not.toContain('\u001b[');
  });

  it('a refusal is followed by a hint', async () => {
    const terminal = await open({}, 'heketi-cli volume info nonsense');
    expect(await terminal.end()).toBe(255);
    expect(terminal.text).toBe('Error: Id not found\r\nHint: heketi-cli volume list lists the ids there are.\r\n');
  });
});
