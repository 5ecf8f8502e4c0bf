/**
 * Runs a server that a configuration has reach machines of test/simcluster over SSH, so that it reaches them as pods:
 * by an API server of its own, through which the same machines run the same programs.
 *
 *   tsx serve-simulated-pods.ts CONFIG PROGRAM ARGUMENTS...
 */
import { spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { KubeconfigFile } from './kubeconfig-file.js';
import { podsOnSimulatedHosts } from './simulated-pods.js';

interface Configuration {
  readonly glusterfs: { readonly sshexec: { readonly keyfile: string } & object } & object;
}

interface ClusterInfo {
  readonly nodes: readonly { readonly name: string; readonly manage: string }[];
}

const [configFile = '', program = '', ...args] = process.argv.slice(2);
const config = JSON.parse(readFileSync(configFile, 'utf8')) as Configuration;
const folder = dirname(config.glusterfs.sshexec.keyfile);
const { nodes } = JSON.parse(readFileSync(join(folder, 'ready.json'), 'utf8')) as ClusterInfo;
const hosts = nodes.map(({ name, manage }) => ({ name: manage, folder: join(folder, name) }));
const server = await podsOnSimulatedHosts(hosts);
const kubeconfig = new KubeconfigFile(server);
const { sshexec: _unused, ...glusterfs } = config.glusterfs;
const kubeexec = { namespace: 'default', gluster_daemonset: true, fstab: '/etc/fstab' };
writeFileSync(configFile, JSON.stringify({ ...config, glusterfs: { ...glusterfs, executor: 'kubernetes', kubeexec } }));
const child = spawn(program, args, { stdio: 'inherit', env: { ...process.env, KUBECONFIG: kubeconfig.path } });
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => child.kill(signal));
child.once('exit', (code) => {
  void server.down().then(() => {
    kubeconfig.remove();
    process.exit(code ?? 1);
  });
});
