/**
 * A whole database as the original prints it (`GET /db/dump`, `heketi db export`) and reads it (`db import`).
 * Members marked optional are left out when empty or zero. Integers beyond 2^53 are bigint.
 */
export interface HeketiDump {
  readonly clusterentries: Entries<ClusterEntry>;
  readonly volumeentries: Entries<VolumeEntry>;
  readonly brickentries: Entries<BrickEntry>;
  readonly nodeentries: Entries<NodeEntry>;
  readonly deviceentries: Entries<DeviceEntry>;
  readonly blockvolumeentries: Entries<BlockVolumeEntry>;
  readonly dbattributeentries: Entries<{ readonly Key: string; readonly Value: string }>;
  readonly pendingoperations: Entries<PendingOperationEntry>;
}

export type Entries<T> = Readonly<Record<string, T>>;
export type Integer = number | bigint;
type Strings = readonly string[];
type StringMap = Readonly<Record<string, string>>;

export interface PendingReference {
  readonly Id: string;
}

export interface ClusterEntry {
  readonly Info: {
    readonly id: string;
    readonly nodes: Strings;
    readonly volumes: Strings;
    readonly block: boolean;
    readonly file: boolean;
    readonly blockvolumes: Strings;
  };
}

export interface NodeEntry {
  readonly State: string;
  readonly Info: {
    readonly zone: Integer;
    readonly hostnames: { readonly manage: Strings | null; readonly storage: Strings | null };
    readonly cluster: string;
    readonly tags?: StringMap;
    readonly id: string;
  };
  readonly Devices: Strings;
}

export interface DeviceEntry {
  readonly State: string;
  readonly Info: {
    readonly name: string;
    readonly tags?: StringMap;
    readonly storage: { readonly total: Integer; readonly free: Integer; readonly used: Integer };
    readonly id: string;
    readonly paths?: Strings;
    readonly pv_uuid?: string;
  };
  readonly Bricks: Strings;
  readonly NodeId: string;
  readonly ExtentSize: Integer;
}

export interface BrickEntry {
  readonly Info: {
    readonly id: string;
    readonly path: string;
    readonly device: string;
    readonly node: string;
    readonly volume: string;
    readonly size: Integer;
  };
  readonly TpSize: Integer;
  readonly PoolMetadataSize: Integer;
  readonly Pending: PendingReference;
  readonly LvmThinPool: string;
  readonly LvmLv: string;
  readonly SubType: Integer;
}

export interface VolumeEntry {
  readonly Info: {
    readonly size: Integer;
    readonly clusters?: Strings;
    readonly name: string;
    readonly durability: {
      readonly type: string;
      readonly replicate: { readonly replica?: Integer };
      readonly disperse: { readonly data?: Integer; readonly redundancy?: Integer };
    };
    readonly gid?: Integer;
    readonly block?: true;
    readonly snapshot: { readonly enable: boolean; readonly factor: number };
    readonly id: string;
    readonly cluster: string;
    readonly mount: {
      readonly glusterfs: {
        readonly hosts: Strings | null;
        readonly device: string;
        readonly options: StringMap | null;
      };
    };
    readonly blockinfo: {
      readonly freesize?: Integer;
      readonly reservedsize?: Integer;
      readonly blockvolume?: Strings;
      readonly restriction?: string;
    };
  };
  readonly Bricks: Strings;
  readonly GlusterVolumeOptions: Strings | null;
  readonly Pending: PendingReference;
}

export interface BlockVolumeEntry {
  readonly Info: {
    readonly size: Integer;
    readonly clusters?: Strings;
    readonly name: string;
    readonly hacount?: Integer;
    readonly auth?: true;
    readonly id: string;
    readonly blockvolume: {
      readonly hosts: Strings | null;
      readonly iqn: string;
      readonly lun: Integer;
      readonly username: string;
      readonly password: string;
    };
    readonly cluster?: string;
    readonly blockhostingvolume?: string;
    readonly usablesize?: Integer;
  };
  readonly Pending: PendingReference;
}

export interface PendingOperationEntry {
  readonly Id: string;
  readonly Timestamp: Integer;
  readonly Type: Integer;
  readonly Actions: readonly { readonly Change: Integer; readonly Id: string; readonly Delta: number | null }[];
  readonly Status: string;
}
