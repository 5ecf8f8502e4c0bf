import { describe, expect, it } from 'vitest';
import type { Node } from '../../../src/domain/node.js';
import { isPeerOf, listPeersOf, parseAddresses } from '../../../src/executors/commands/gluster/peer-names.js';
import type { Command, CommandResult, Executor } from '../../../src/executors/executor.js';
import { HOST_SETTINGS } from '../../support/host-settings.js';
import { ofGluster, recorded } from './samples.js';

const node = (n: number, storage = `10.77.0.${n}`): Node => ({
  id: `n${n}`,
  clusterId: 'c',
  zone: n,
  state: 'online',
  manageNames: [`m${n}`],
  storageNames: [storage],
  tags: {},
});

/** A host that lists its pool as a real one did, in which names lead to these addresses. */
function hostWith(addresses: Readonly<Record<string, string>>) {
  const asked: string[] = [];
  const answer = ({ argv }: Command): CommandResult => {
    if (argv[0] !== 'getent') return ofGluster('pool-list-names-xml');
    const name = argv[2] ?? '';
    asked.push(name);
    const address = addresses[name];
    return address === undefined
      ? recorded('getent-ahosts-unknown')
      : { exitCode: 0, stdout: recorded('getent-ahosts').stdout.replaceAll('10.77.0.1', address), stderr: '' };
  };
  const executor: Executor = {
    run: async (_host, batch) => batch.map(answer),
    awaitLeftovers: async () => undefined,
    close: async () => undefined,
  };
  return { hosts: { executor, settings: HOST_SETTINGS }, asked };
}

const indexOf = async (host: ReturnType<typeof hostWith>, sought: Node, others: readonly Node[] = []) =>
  (await listPeersOf(host.hosts, 'm2', [sought, ...others])).findIndex((peer) => isPeerOf(sought, peer));

describe('a peer whose names are in no record', () => {
  it('is the node whose address its name leads to', async () => {
    const host = hostWith({ node1: '10.77.0.1' });
    expect(await indexOf(host, node(1), [node(2), node(3)])).toBe(0);
    expect(host.asked).toEqual(['node1']);
  });

  it('is found where the record has a name, too, and gluster another one', async () => {
    const host = hostWith({ node1: '10.77.0.1', 'gluster1.example': '10.77.0.1' });
    expect(await indexOf(host, node(1, 'gluster1.example'), [node(3)])).toBe(0);
  });

  it('is nobody where the names lead to different addresses, or to the host itself, or nowhere', async () => {
    expect(await indexOf(hostWith({ node1: '10.77.0.9' }), node(1), [node(3)])).toBe(-1);
    const own = hostWith({ node1: '127.0.1.1', 'gluster1.example': '127.0.1.1' });
    expect(await indexOf(own, node(1, 'gluster1.example'), [node(3)])).toBe(-1);
    const peers = await listPeersOf(hostWith({}).hosts, 'm2', [node(1), node(3)]);
    expect(peers.map(({ isUnresolved }) => isUnresolved ?? false)).toEqual([true, false, false]);
  });
});

it('nothing is asked where every node fits a peer, or every peer a node', async () => {
  for (const nodes of [[node(3)], [node(1, 'node1'), node(2), node(3), node(4)]]) {
    const host = hostWith({ node1: '10.77.0.1' });
    await listPeersOf(host.hosts, 'm2', nodes);
    expect(host.asked).toEqual([]);
  }
});

it('addresses are read as getent prints them, those of the host itself left out', () => {
  expect(parseAddresses(recorded('getent-ahosts').stdout)).toEqual(['10.77.0.1']);
  expect(parseAddresses(recorded('getent-ahosts-own').stdout)).toEqual([]);
  expect(parseAddresses('fd00::1         STREAM gluster1\nfd00::1         DGRAM\n')).toEqual(['fd00::1']);
});
