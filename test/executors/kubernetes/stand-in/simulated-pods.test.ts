import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { KubernetesServer } from '../../../support/kubernetes-server/kubernetes-server.js';
import { podsOnSimulatedHosts, simulatedHosts } from '../../../support/kubernetes-server/simulated-pods.js';
import { SimCluster, until, whyNoSimcluster } from '../../../support/simcluster.js';
import { execOver } from './exec-client.js';

const whyNot = whyNoSimcluster();
if (whyNot !== null) console.warn(`SKIPPED: pods on simulated machines: there are none here: ${whyNot}`);

describe.skipIf(whyNot !== null)('pods on simulated machines', () => {
  let cluster: SimCluster;
  let server: KubernetesServer;
  let nodeName: string;
  beforeAll(async () => {
    cluster = await SimCluster.up({ nodes: 1, devices: 1 });
    server = await podsOnSimulatedHosts(simulatedHosts(cluster));
    nodeName = cluster.hosts[0] ?? '';
  });
  afterAll(async () => {
    await server.down();
    await cluster.down();
  });

  it('run its programs with their arguments, outputs and exit codes, and log them', async () => {
    const script = 'hostname; echo "$1" >&2; lvs no-group; exit 4';
    const client = execOver(server, { argv: ['/bin/bash', '-c', script, 'bash', "it's"], nodeName });
    await client.ended();
    expect(client.output(1)).toBe('node1\n');
    expect(client.output(2)).toMatch(/^it's\n.*Volume group "no-group" not found/);
    expect(client.output(3)).toContain('exit code 4');
    expect((await cluster.log()).map(({ host, exit }) => ({ host, exit }))).toEqual([{ host: 'node1', exit: 4 }]);
  });

  it('meet its faults: where it cuts a connection, nothing is told of the program, which runs on', async () => {
    await cluster.fail('--match', '^lvs', '--cut');
    const script = 'lvs; until [ -e /tmp/go ]; do sleep 0.02; done; : >/tmp/ended';
    const client = execOver(server, { argv: ['/bin/bash', '-c', script], nodeName });
    await client.ended();
    expect(client.output(3)).toBe('');
    cluster.write(nodeName, 'tmp/go', '');
    await until(() => cluster.exists(nodeName, 'tmp/ended'));
  });

  it('keep what they have on their machine when they are replaced, but for what runs', async () => {
    cluster.remove(nodeName, 'tmp/go');
    const script = ': >/tmp/begun; sleep 600; : >/tmp/over';
    const client = execOver(server, { argv: ['/bin/bash', '-c', script], nodeName });
    await until(() => cluster.exists(nodeName, 'tmp/begun'));
    server.pods.replace(nodeName);
    await client.ended();
    expect(client.output(3)).toContain('exit code 137');
    const next = execOver(server, { argv: ['ls', '/tmp'], nodeName });
    await next.ended();
    expect(next.output(1).split('\n')).toContain('begun');
    expect(next.output(1)).not.toContain('over');
  });
});
