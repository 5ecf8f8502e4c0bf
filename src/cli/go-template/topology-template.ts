import type { BrickInfo, DeviceInfo, NodeInfo, VolumeInfo } from '../../client/wire.js';
import type { TopologyCluster } from '../output/topology.js';
import { evaluateTemplate } from './evaluate.js';
import type { Value } from './functions.js';
import { parseTemplate } from './parse.js';

/** Compiles a `topology info --template` text; faults in it are CliErrors that start with `template:`. */
export function compileTemplate(template: string): (topology: readonly TopologyCluster[]) => string {
  const nodes = parseTemplate(template);
  return (topology) => evaluateTemplate(nodes, { ClusterList: topology.map(viewCluster) });
}

/*
 * The member names below are the ones of the public Go client types: templates written for the
 * original use them.
 */

function viewCluster({ cluster, volumes, nodes }: TopologyCluster): Value {
  return {
    Volumes: volumes.map(viewVolume),
    Nodes: nodes.map(viewNode),
    Id: cluster.id,
    Block: cluster.block,
    File: cluster.file,
  };
}

function viewNode(node: NodeInfo): Value {
  return {
    Zone: node.zone,
    Hostnames: { Manage: node.manage, Storage: node.storage },
    ClusterId: node.cluster,
    Tags: node.tags,
    Id: node.id,
    State: node.state,
    DevicesInfo: node.devices.map(viewDevice),
  };
}

function viewDevice(device: DeviceInfo): Value {
  return {
    Name: device.name,
    Tags: device.tags,
    Storage: { Total: device.totalKib, Free: device.freeKib, Used: device.usedKib },
    Id: device.id,
    Paths: device.paths,
    PVUUID: device.pvUuid,
    State: device.state,
    Bricks: device.bricks.map(viewBrick),
  };
}

function viewBrick(brick: BrickInfo): Value {
  return {
    Id: brick.id,
    Path: brick.path,
    DeviceId: brick.device,
    NodeId: brick.node,
    VolumeId: brick.volume,
    Size: brick.sizeKib,
  };
}

function viewVolume(volume: VolumeInfo): Value {
  return {
    Size: volume.sizeGib,
    Clusters: [],
    Name: volume.name,
    Durability: {
      Type: volume.durability,
      Replicate: { Replica: volume.replica },
      Disperse: { Data: volume.disperseData, Redundancy: volume.redundancy },
    },
    Gid: volume.gid,
    GlusterVolumeOptions: volume.options,
    Block: volume.block,
    Snapshot: { Enable: volume.snapshot, Factor: volume.snapshotFactor },
    Id: volume.id,
    Cluster: volume.cluster,
    Mount: {
      GlusterFS: { Hosts: volume.mountHosts, MountPoint: volume.mountDevice, Options: volume.mountOptions },
    },
    BlockInfo: {
      FreeSize: volume.freeSizeGib,
      ReservedSize: volume.reservedSizeGib,
      BlockVolumes: volume.blockVolumes,
      Restriction: volume.restriction,
    },
    Bricks: volume.bricks.map(viewBrick),
  };
}
