import type { Reinstallation } from '../../../src/executors/mock/world/reinstallation.js';
import type { Client, View } from './client.js';
import { loadTopology, makeVolume, type Scenario, type World } from './scenario.js';

const REINSTALLED = 'h3';
const nodeIn = ({ nodes }: View) => nodes.find(({ name }) => name === REINSTALLED);

function reinstate(name: string, reinstallation: Reinstallation): Scenario {
  return {
    name,
    async prepare(client: Client, world: World) {
      await loadTopology(client);
      await makeVolume(client, { gid: 2000 });
      await makeVolume(client, { name: 'second', options: ['user.heketi.arbiter true'] });
      await world.reinstall(REINSTALLED, reinstallation);
      const id = nodeIn(await client.view())?.id ?? '';
      await client.done(await client.operations.setNodeState(id, 'offline'));
      return id;
    },
    request: (client, id) => client.operations.reinstateNode(id, {}),
    isDone: (view) => nodeIn(view)?.state === 'online',
    goesOn: true,
    beginsApart: true,
  };
}

/** Nodes whose machines were installed anew. */
export const REINSTATE_SCENARIOS: readonly Scenario[] = [
  reinstate('reinstate node with empty disks', {}),
  reinstate('reinstate node with a disk that it had', { kept: ['/dev/sdb'] }),
];
