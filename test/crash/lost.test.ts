import { nodeLost } from '../../src/operations/topology/node-lost.js';
import { describeMatrix } from './support/matrix.js';
import type { SequenceScenario } from './support/scenario.js';
import { LOSS_SCENARIOS, LOST, lossOf } from './support/volume-scenarios.js';

/** What is made anew by then is whole, and the rest is as it was. */
const CANCELLED: SequenceScenario = {
  ...LOST,
  name: 'give up a lost node, and cancel that at once',
  sequences: [],
  goesOn: false,
  isInvisible: true,
  mayBeRefused: true,
  async request(client, id) {
    const ticket = await client.beginSequence(nodeLost, lossOf(id));
    await client.cancel(ticket);
    return ticket;
  },
};

describeMatrix([...LOSS_SCENARIOS, CANCELLED]);
