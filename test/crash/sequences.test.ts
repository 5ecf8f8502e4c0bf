import { describe, expect, it } from 'vitest';
import { NAMES, threeVolumes } from '../support/three-volumes.js';
import type { View } from './support/client.js';
import { COMMIT_FAULTS } from './support/dying-store.js';
import { describeMatrix } from './support/matrix.js';
import { type Faults, live } from './support/one-life.js';
import { loadTopology, type SequenceScenario } from './support/scenario.js';
import { COMMAND_FAULTS, canStrike } from './support/striking-executor.js';

const kind = threeVolumes(0);

const isThere = (view: View) => NAMES.every((name) => view.volumes.some((volume) => volume.name === name));

const SEQUENCE: SequenceScenario = {
  name: 'a sequence of three parts and a wait',
  sequences: [kind],
  prepare: (client) => loadTopology(client),
  request: (client, clusterId) => client.beginSequence(kind, clusterId),
  isDone: isThere,
  goesOn: true,
};

/** Each part is whole or not there at all, whenever the cancelling comes. */
const CANCELLED: SequenceScenario = {
  ...SEQUENCE,
  name: 'a sequence that is cancelled at once',
  goesOn: false,
  isInvisible: true,
  mayBeRefused: true,
  async request(client, clusterId) {
    const ticket = await client.beginSequence(kind, clusterId);
    await client.cancel(ticket);
    return ticket;
  },
};

describeMatrix([SEQUENCE, CANCELLED]);

/** What comes after the wait happens in another life of the server. */
describe('a sequence whose server dies while it waits', () => {
  it.for(COMMAND_FAULTS)('goes on, and settles when it then meets: %s', async (fault) => {
    const [, second] = await live(SEQUENCE, {}, {});
    const points = [...Array(second?.commands ?? 0).keys()].filter((at) => second && canStrike(fault, second, at));
    for (const at of points) await afterWait({ commands: [{ at, kind: fault }] });
    expect(second?.commands).toBeGreaterThan(0);
  });

  it.for(COMMIT_FAULTS)('goes on, and settles when it then meets: %s', async (fault) => {
    const [, second] = await live(SEQUENCE, {}, {});
    expect(second?.commits).toBeGreaterThan(0);
    for (let at = 0; at < (second?.commits ?? 0); at++) await afterWait({ commit: { at, kind: fault } });
  });
});

async function afterWait(faults: Faults): Promise<void> {
  await live(SEQUENCE, {}, faults).catch((error: Error) => {
    error.message = `${JSON.stringify(faults)}: ${error.message}`;
    throw error;
  });
}
