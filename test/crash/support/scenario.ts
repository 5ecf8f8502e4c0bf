import type { Id } from '../../../src/domain/ids.js';
import type { Command, CommandResult } from '../../../src/executors/executor.js';
import type { Fault } from '../../../src/executors/mock/trouble/faults.js';
import type { Reinstallation } from '../../../src/executors/mock/world/reinstallation.js';
import type { AnySequenceKind } from '../../../src/operations/engine/sequence.js';
import type { QueueTicket } from '../../../src/operations/ports/queue.js';
import type { BlockVolumeRequest, VolumeRequest } from '../../../src/operations/ports/requests.js';
import type { OperationSettings } from '../../../src/operations/settings.js';
import { blockVolumeRequest, volumeRequest } from '../../support/pool.js';
import type { Client, SequenceClient, View } from './client.js';
import type { Decided } from './decided.js';

export const HOSTS = 3;
export const DEVICES = 2;

/** The hosts, apart from the server that is to be killed. */
export interface World {
  setHostUp(host: string, isUp: boolean): void | Promise<void>;
  setFaults(faults: readonly Fault[]): void | Promise<void>;
  reinstall(host: string, options?: Reinstallation): void | Promise<void>;
  run(host: string, batch: readonly Command[]): Promise<readonly CommandResult[]>;
}

/** One request, at whose every step the server is to die. */
export interface Scenario {
  readonly name: string;
  /** Brings the pool to where the request can be made; answers what `request` needs. */
  prepare(client: Client, world: World): Promise<Id>;
  /** Null: it is done when it is answered. */
  request(client: Client, id: Id): Promise<QueueTicket | null>;
  /** Whether the change is visible: the request must not be repeated then. */
  isDone(view: View, id: Id): boolean;
  /** Whoever was told that it failed may find it done later: there was no way back. */
  readonly mayFinishLater?: boolean;
  /** Without it, a change of which a client was told that it failed never happens. */
  readonly isDecided?: Decided;
  /** Whether it happens without a failed command shows in nothing but the answer. */
  readonly isInvisible?: boolean;
  /** A server that dies keeps it from nothing: the next one goes on. */
  readonly goesOn?: boolean;
  /** It may be answered as failed though nothing went wrong. */
  readonly mayBeRefused?: boolean;
  /** What it asks for is done after a restart by the server itself, whatever the answer was. */
  readonly isJob?: boolean;
  /**
   * A host that `prepare` has taken away: where it was not done, everything agrees when that comes back, and it is away
   * again when it is asked for once more.
   */
  away?(view: View, id: Id): string;
  /** Hosts have lost what the store knows: they agree only when it is done. */
  readonly beginsApart?: boolean;
  /** It is done only when the store and the hosts agree, too: what of it shows may be there when the rest is not. */
  readonly isAgreement?: boolean;
  /** Differences that faults may leave. */
  readonly tolerates?: RegExp;
  readonly settings?: Partial<OperationSettings>;
}

/** One whose request only a server in this process can be asked for. */
export interface SequenceScenario extends Omit<Scenario, 'request'> {
  readonly sequences: readonly AnySequenceKind[];
  request(client: SequenceClient, id: Id): Promise<QueueTicket>;
}

/** Nodes h1..hN, each with `devices` of its disks; answers the cluster's id. */
export async function loadTopology(client: Client, hosts = HOSTS, devices = DEVICES): Promise<Id> {
  const clusterId = await client.operations.createCluster({ allowsBlock: true, allowsFile: true });
  for (let i = 1; i <= hosts; i++) {
    const nodeId = await addNode(client, clusterId, i);
    for (const letter of 'bcdefgh'.slice(0, devices)) await addDevice(client, nodeId, `/dev/sd${letter}`);
  }
  return clusterId;
}

export async function addNode(client: Client, clusterId: Id, i: number): Promise<Id> {
  const request = { clusterId, zone: i, manageNames: [`h${i}`], storageNames: [`10.0.0.${i}`], tags: {} };
  return idIn(await client.done(await client.operations.addNode(request)));
}

export async function addDevice(client: Client, nodeId: Id, name: string): Promise<void> {
  await client.done(await client.operations.addDevice({ nodeId, name, mayDestroyData: false, tags: {} }));
}

export async function makeVolume(client: Client, overrides: Partial<VolumeRequest> = {}): Promise<Id> {
  const request = volumeRequest({ name: 'first', ...overrides });
  return idIn(await client.done(await client.operations.createVolume(request)));
}

export async function makeBlockVolume(client: Client, overrides: Partial<BlockVolumeRequest> = {}): Promise<Id> {
  const request = blockVolumeRequest({ name: 'first', ...overrides });
  return idIn(await client.done(await client.operations.createBlockVolume(request)));
}

export async function makeClone(client: Client, sourceId: Id, name: string): Promise<Id> {
  return idIn(await client.done(await client.operations.cloneVolume(sourceId, name)));
}

function idIn(location: string): Id {
  return location.slice(location.lastIndexOf('/') + 1);
}
