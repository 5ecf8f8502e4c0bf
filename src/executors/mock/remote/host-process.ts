/**
 * Simulated hosts in a process of their own: they outlive the server, as real ones do.
 *
 *   host-process --socket PATH [--mode strict|lenient] [--device-size-gib N] [--hosts FILE]
 *
 * Prints `ready` when it listens; SIGTERM ends it.
 */
import { parseArgs } from 'node:util';
import { readHostsFile } from '../hosts-file.js';
import { SimulatedHosts } from '../simulated-hosts.js';
import { serveHosts } from './host-server.js';

const { values } = parseArgs({
  options: {
    socket: { type: 'string' },
    mode: { type: 'string', default: 'strict' },
    'device-size-gib': { type: 'string', default: '500' },
    hosts: { type: 'string' },
  },
});
if (!values.socket) throw new Error('--socket PATH is needed');
const deviceSizeGib = Number(values['device-size-gib']);
const hosts = new SimulatedHosts({
  mode: values.mode === 'lenient' ? 'lenient' : 'strict',
  deviceSizeGib,
  hosts: values.hosts === undefined ? [] : readHostsFile(values.hosts, deviceSizeGib),
});
const server = await serveHosts(hosts, values.socket);
for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.on(signal, () => {
    server.close();
    process.exit(0);
  });
}
process.stdout.write('ready\n');
