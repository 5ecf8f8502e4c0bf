import { describe, expect, it } from 'vitest';
import { parseBrickClients, parseClientKinds } from '../../../src/executors/commands/gluster/gluster-clients.js';
import { readGlusterXml } from '../../../src/executors/commands/gluster/gluster-xml.js';
import { ofGluster, type Sample } from './samples.js';

const xml = (found: Sample) => readGlusterXml('h', { argv: found.commandLine.split(' '), timeoutMs: 1000 }, found);
const addresses = async (name: string) => parseBrickClients(await xml(ofGluster(name))).map((brick) => brick.addresses);

describe('clients of a volume, as gluster shows them', () => {
  it('are the self-heal daemons of all nodes while nobody else is connected', async () => {
    const found = await addresses('volume-status-clients-unused-xml');
    expect(found.map((of) => of.length)).toEqual([3, 3, 3]);
    expect(found[0]).toEqual(['10.77.0.1:49148', '10.77.0.2:49144', '10.77.0.3:49148']);
    const kinds = parseClientKinds(ofGluster('volume-status-client-list-unused').stdout);
    expect(kinds).toEqual(
      new Map([
        ['total', 3],
        ['glustershd', 3],
      ]),
    );
  });

  it('are one more on each brick with a mount', async () => {
    expect((await addresses('volume-status-clients-mounted-xml')).map((of) => of.length)).toEqual([4, 4, 4]);
    expect(parseClientKinds(ofGluster('volume-status-client-list-mounted').stdout)?.get('fuse')).toBe(1);
  });

  it('are none where there is no number at all', async () => {
    expect(await addresses('volume-status-clients-none-xml')).toEqual([[]]);
    expect(parseClientKinds(ofGluster('volume-status-client-list-none').stdout)).toEqual(new Map([['total', 0]]));
  });

  it('are not read from a text of another kind, nor from a list that does not fit its number', async () => {
    expect(parseClientKinds('Status of volume: v\nBrick h:/b 49152 0 Y 1000\n')).toBeNull();
    const cut = ofGluster('volume-status-clients-mounted-xml');
    const stdout = cut.stdout.replace('<clientCount>4', '<clientCount>5');
    const altered = await xml({ ...cut, stdout });
    expect(() => parseBrickClients(altered)).toThrow(/counts 5 clients/);
  });
});
