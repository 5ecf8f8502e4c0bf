import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { clientNodeEvents } from './client-node-events.js';
import { type RecordedScenario, recorded, withoutChance } from './recorded.js';
import { RecordedCluster } from './recorded-cluster.js';

const FILES: Readonly<Record<string, readonly string[]>> = {
  '01-success-and-protocols.json': [],
  '03-exit-codes.json': [],
  '04-program-missing.json': [],
  '05-container-name.json': [],
  '06-refusals.json': [],
  '07-pod-states.json': [],
};

let cluster: RecordedCluster;
beforeAll(async () => {
  cluster = await RecordedCluster.up();
});
afterAll(() => cluster.server.down());

describe.each(Object.entries(FILES))('client-node reports of the stand-in as in %s', (file) => {
  const scenarios = recorded(file).filter(({ wire, clientNode }) => wire && clientNode);
  it.each(scenarios)('of: $scenario', async ({ wire, clientNode, scenario }: RecordedScenario) => {
    if (!wire || !clientNode) throw new Error('nothing was recorded');
    const seconds = /token expired (\d+) s ago/.exec(scenario)?.[1];
    const auth = seconds ? `expired ${seconds}` : wire.request.auth;
    const events = await clientNodeEvents(cluster.server.url, wire.request.path, cluster.token(auth));
    const expected = clientNode.events.map(([, ...event]) => event);
    expect(withoutChance(JSON.stringify(events))).toBe(withoutChance(JSON.stringify(expected)));
  });
});
