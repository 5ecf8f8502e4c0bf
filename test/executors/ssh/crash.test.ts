import { FAULTS } from '../crash/crash-servers.js';
import { itSettles } from '../crash/settling.js';
import { describeOverSsh } from './ssh-hosts.js';

describeOverSsh('a request over ssh', { nodes: 3, devices: 2 }, (hosts) => {
  itSettles(hosts, FAULTS);
});
