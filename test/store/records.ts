import type { AuditEntry } from '../../src/domain/audit.js';
import type { BlockVolume } from '../../src/domain/block-volume.js';
import type { Brick } from '../../src/domain/brick.js';
import type { Cluster } from '../../src/domain/cluster.js';
import type { Device } from '../../src/domain/device.js';
import type { Node } from '../../src/domain/node.js';
import { type Action, NEW_RECORD, type PendingOperation } from '../../src/domain/pending-operation.js';
import type { QueueEntry } from '../../src/domain/queue-entry.js';
import type { Volume } from '../../src/domain/volume.js';

export function cluster(id: string): Cluster {
  return { id, allowsBlock: false, allowsFile: true };
}

export function node(id: string, changes: Partial<Node> = {}): Node {
  return {
    id,
    clusterId: 'c1',
    zone: 1,
    state: 'online',
    manageNames: [`${id}.manage`],
    storageNames: [`${id}.storage`],
    tags: {},
    ...changes,
  };
}

export function device(id: string, changes: Partial<Device> = {}): Device {
  return {
    id,
    nodeId: 'a1',
    name: '/dev/sdb',
    state: 'online',
    totalKib: 1000,
    freeKib: 900,
    usedKib: 100,
    extentKib: 4096,
    spareMetadataKib: 0,
    tags: {},
    paths: ['/dev/sdb'],
    pvUuid: 'x-y-z',
    ...changes,
  };
}

export function brick(id: string, changes: Partial<Brick> = {}): Brick {
  return {
    id,
    volumeId: 'f1',
    deviceId: 'd1',
    nodeId: 'a1',
    path: `/bricks/${id}`,
    sizeKib: 10,
    thinPoolKib: 12,
    poolMetadataKib: 4,
    thinPool: `tp_${id}`,
    lv: '',
    subType: 'normal',
    pendingId: null,
    ...changes,
  };
}

export function volume(id: string, changes: Partial<Volume> = {}): Volume {
  return {
    id,
    clusterId: 'c1',
    name: `vol_${id}`,
    sizeGib: 5,
    durability: { type: 'replicate', replica: 3, disperseData: 0, disperseRedundancy: 0 },
    gid: 0,
    isBlockHosting: false,
    snapshotEnabled: true,
    snapshotFactor: Math.fround(1.1),
    options: ['', 'cluster.shd-max-threads 4', ''],
    requestedClusters: null,
    blockInfo: { freeGib: 0, reservedGib: 0, restriction: '' },
    storedMount: { hosts: ['s1', 's2'], device: `s1:vol_${id}`, options: { 'backup-volfile-servers': 's2' } },
    pendingId: null,
    ...changes,
  };
}

export function blockVolume(id: string, changes: Partial<BlockVolume> = {}): BlockVolume {
  return {
    id,
    clusterId: 'c1',
    hostingVolumeId: 'f1',
    name: `blockvol_${id}`,
    sizeGib: 2,
    usableSizeGib: 2,
    haCount: 3,
    hasAuth: true,
    requestedClusters: ['c1'],
    hosts: ['s1'],
    iqn: 'iqn.test',
    lun: 0,
    username: 'u',
    password: 'p',
    pendingId: null,
    ...changes,
  };
}

export function operation(
  id: string,
  actions: readonly Action[],
  changes: Partial<PendingOperation> = {},
): PendingOperation {
  return { ...NEW_RECORD, id, type: 'create-volume', createdAt: 1, actions, ...changes };
}

export function action(change: Action['change'], id: string, delta: number | null = null): Action {
  return { change, id, delta };
}

export function queueEntry(id: string): QueueEntry {
  return { id, operationId: 'o1', state: 'pending', location: null, error: null, createdAt: 1 };
}

export function auditEntry(overrides: Partial<AuditEntry> = {}): AuditEntry {
  return {
    at: 1_700_000_000_000,
    issuer: 'admin',
    address: '192.0.2.1',
    requestId: 'r-1',
    method: 'POST',
    path: '/volumes',
    action: 'volumeCreate',
    objectIds: ['a'.repeat(32)],
    status: 202,
    outcome: 'accepted',
    reason: null,
    durationMs: 3,
    repeats: 0,
    ...overrides,
  };
}
