import { expect, it } from 'vitest';
import { readVolume } from '../../src/client/wire.js';
import { listVolumes } from '../../src/csi/controller/list-volumes.js';
import type { Servers } from '../../src/csi/servers/servers.js';
import type { VolumeServer } from '../../src/csi/servers/volume-server.js';

/** A server with volumes of these ids. */
function serverOf(url: string, ids: readonly string[]): VolumeServer {
  return {
    access: { url },
    volumeIds: async () => ids,
    volumes: async (asked: readonly string[]) => asked.map((id) => readVolume({ id, cluster: 'c'.repeat(32) })),
    nodes: async () => [],
  } as unknown as VolumeServer;
}

const idsOf = (letter: string) => [1, 2, 3].map((i) => letter.repeat(31) + i);

it('goes over all servers in pages, by tokens that the specification has room for, however long addresses are', async () => {
  const long = `http://${'host.'.repeat(50)}example.org/${'path/'.repeat(50)}`;
  const all = [serverOf(`${long}b`, idsOf('b')), serverOf(`${long}a`, idsOf('a'))];
  const servers = { all: async () => all } as unknown as Servers;
  const seen: string[] = [];
  let startingToken = '';
  do {
    const page = (await listVolumes({ maxEntries: 2, startingToken }, servers)) as {
      entries: { volume: { volumeId: string } }[];
      nextToken: string;
    };
    seen.push(...page.entries.map(({ volume }) => volume.volumeId.slice(33)));
    startingToken = page.nextToken;
    expect(Buffer.byteLength(startingToken)).toBeLessThanOrEqual(128);
  } while (startingToken !== '');
  expect(seen).toEqual([...idsOf('a'), ...idsOf('b')]);
});
