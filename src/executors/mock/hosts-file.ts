import { readFileSync } from 'node:fs';
import { DomainError } from '../../domain/errors.js';
import type { SimulatedHostsOptions } from './simulated-hosts.js';

const KIB_PER_GIB = 1024 * 1024;

type HostList = NonNullable<SimulatedHostsOptions['hosts']>;

/**
 * Reads which hosts to simulate: `{"hosts":[{"manage","storage","devices":[{"path","sizeGib"}]}]}`, or a topology
 * file as the client loads it, whose devices are `deviceSizeGib` large. Throws DomainError `invalid`.
 */
export function readHostsFile(file: string, deviceSizeGib: number): HostList {
  const refuse = (why: string, cause?: unknown) =>
    new DomainError('invalid', `${file}, which describes the simulated hosts, ${why}`, { cause });
  let content: unknown;
  try {
    content = JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw refuse(`can't be read: ${(error as Error).message}`, error);
  }
  const hosts = listOf(content, 'hosts').map((host) => ({
    manage: text(host, 'manage'),
    storage: text(host, 'storage'),
    devices: listOf(host, 'devices').map((device) => ({
      path: text(device, 'path'),
      sizeKib: Math.floor(Number(member(device, 'sizeGib') ?? deviceSizeGib) * KIB_PER_GIB),
    })),
  }));
  const nodes = listOf(content, 'clusters')
    .flatMap((cluster) => listOf(cluster, 'nodes'))
    .map((entry) => {
      const names = member(member(entry, 'node'), 'hostnames');
      return {
        manage: String(listOf(names, 'manage')[0] ?? ''),
        storage: String(listOf(names, 'storage')[0] ?? ''),
        devices: listOf(entry, 'devices').map((device) => ({
          path: typeof device === 'string' ? device : text(device, 'name'),
          sizeKib: deviceSizeGib * KIB_PER_GIB,
        })),
      };
    });
  const all = [...hosts, ...nodes];
  if (all.length === 0) throw refuse('names no hosts: it needs a list "hosts", or "clusters" with nodes');
  const flawed = all.find(
    (host) => !host.manage || !host.storage || host.devices.some(({ path, sizeKib }) => !path || !(sizeKib > 0)),
  );
  if (flawed) throw refuse(`has a host without names, or a device without path or size: ${JSON.stringify(flawed)}`);
  return all;
}

function member(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, key)
    ? (value as Record<string, unknown>)[key]
    : undefined;
}

function listOf(value: unknown, key: string): readonly unknown[] {
  const found = member(value, key);
  return Array.isArray(found) ? found : [];
}

function text(value: unknown, key: string): string {
  const found = member(value, key);
  return typeof found === 'string' ? found : '';
}
