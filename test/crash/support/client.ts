import type { Id } from '../../../src/domain/ids.js';
import type { EntryState } from '../../../src/domain/node.js';
import type { BlockRestriction } from '../../../src/domain/volume.js';
import type { SequenceKind } from '../../../src/operations/engine/sequence.js';
import type { QueueTicket } from '../../../src/operations/ports/queue.js';
import type { AskedOperations } from '../../support/asked-by.js';

/** What scenarios ask of a server, whether it runs in this process or behind HTTP. */
export interface Client {
  readonly operations: Requests;
  /** The location of the result, once the operation has ended; it must be a success. */
  done(ticket: QueueTicket): Promise<string>;
  view(): Promise<View>;
}

/** One that begins work which the API does not ask for, of a server in this process. */
export interface SequenceClient extends Client {
  beginSequence<Request>(kind: SequenceKind<Request, unknown>, request: Request): Promise<QueueTicket>;
  cancel(ticket: QueueTicket): Promise<void>;
}

export type Requests = Pick<
  AskedOperations,
  | 'createCluster'
  | 'setClusterFlags'
  | 'deleteCluster'
  | 'changeNodeTags'
  | 'changeDeviceTags'
  | 'addNode'
  | 'deleteNode'
  | 'setNodeState'
  | 'loseNode'
  | 'addDevice'
  | 'deleteDevice'
  | 'setDeviceState'
  | 'resyncDevice'
  | 'createVolume'
  | 'expandVolume'
  | 'cloneVolume'
  | 'deleteVolume'
  | 'setBlockRestriction'
  | 'createBlockVolume'
  | 'expandBlockVolume'
  | 'deleteBlockVolume'
  | 'evictBrick'
  | 'reinstateNode'
  | 'repairState'
  | 'planStateRepair'
  | 'cleanUp'
>;

/** What a client sees: nothing of what is being made or taken away. */
export interface View {
  readonly clusters: readonly { readonly id: Id; readonly allowsBlock: boolean }[];
  readonly nodes: readonly {
    readonly id: Id;
    readonly name: string;
    readonly state: EntryState;
    readonly tags: object;
  }[];
  readonly devices: readonly {
    readonly id: Id;
    readonly nodeId: Id;
    readonly name: string;
    readonly state: EntryState;
    readonly tags: object;
  }[];
  readonly volumes: readonly {
    readonly id: Id;
    readonly name: string;
    readonly sizeGib: number;
    readonly restriction: BlockRestriction;
    readonly brickIds: readonly Id[];
  }[];
  readonly blockVolumes: readonly { readonly id: Id; readonly name: string; readonly sizeGib: number }[];
  readonly pendingOperations: number;
}
