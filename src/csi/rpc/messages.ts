/*
 * The messages of csi.proto as the program has them: int64 as decimal text, enums by name, absent messages null. Strings,
 * lists and maps are never absent, only empty.
 */

/** Names and values that a client chose: looked up by `Object.hasOwn` only. */
export type TextMap = Readonly<Record<string, string>>;

export interface CapacityRange {
  readonly requiredBytes: string;
  readonly limitBytes: string;
}

export type AccessMode =
  | 'UNKNOWN'
  | 'SINGLE_NODE_WRITER'
  | 'SINGLE_NODE_READER_ONLY'
  | 'MULTI_NODE_READER_ONLY'
  | 'MULTI_NODE_SINGLE_WRITER'
  | 'MULTI_NODE_MULTI_WRITER'
  | 'SINGLE_NODE_SINGLE_WRITER'
  | 'SINGLE_NODE_MULTI_WRITER';

export interface VolumeCapability {
  readonly block?: object | null;
  readonly mount?: {
    readonly fsType: string;
    readonly mountFlags: readonly string[];
    readonly volumeMountGroup: string;
  } | null;
  readonly accessMode: { readonly mode: AccessMode } | null;
}

export interface VolumeContentSource {
  readonly snapshot?: { readonly snapshotId: string } | null;
  readonly volume?: { readonly volumeId: string } | null;
}

export interface Topology {
  readonly segments: TextMap;
}

export interface CsiVolume {
  readonly volumeId: string;
  readonly capacityBytes: string;
  readonly volumeContext?: TextMap;
  readonly contentSource?: VolumeContentSource;
}

export interface VolumeCondition {
  readonly abnormal: boolean;
  readonly message: string;
}

export interface CreateVolumeRequest {
  readonly name: string;
  readonly capacityRange: CapacityRange | null;
  readonly volumeCapabilities: readonly VolumeCapability[];
  readonly parameters: TextMap;
  readonly secrets: TextMap;
  readonly volumeContentSource: VolumeContentSource | null;
  readonly mutableParameters: TextMap;
}

export interface DeleteVolumeRequest {
  readonly volumeId: string;
  readonly secrets: TextMap;
}

export interface ControllerExpandVolumeRequest {
  readonly volumeId: string;
  readonly capacityRange: CapacityRange | null;
  readonly secrets: TextMap;
  readonly volumeCapability: VolumeCapability | null;
}

export interface ValidateVolumeCapabilitiesRequest {
  readonly volumeId: string;
  readonly volumeContext: TextMap;
  readonly volumeCapabilities: readonly VolumeCapability[];
  readonly parameters: TextMap;
  readonly secrets: TextMap;
  readonly mutableParameters: TextMap;
}

export interface ListVolumesRequest {
  readonly maxEntries: number;
  readonly startingToken: string;
}

export interface ControllerGetVolumeRequest {
  readonly volumeId: string;
}

export interface GetCapacityRequest {
  readonly volumeCapabilities: readonly VolumeCapability[];
  readonly parameters: TextMap;
  readonly accessibleTopology: Topology | null;
}

export interface NodeStageVolumeRequest {
  readonly volumeId: string;
  readonly stagingTargetPath: string;
  readonly volumeCapability: VolumeCapability | null;
  readonly volumeContext: TextMap;
}

export interface NodeUnstageVolumeRequest {
  readonly volumeId: string;
  readonly stagingTargetPath: string;
}

export interface NodePublishVolumeRequest {
  readonly volumeId: string;
  readonly stagingTargetPath: string;
  readonly targetPath: string;
  readonly volumeCapability: VolumeCapability | null;
  readonly readonly: boolean;
  readonly volumeContext: TextMap;
}

export interface NodeUnpublishVolumeRequest {
  readonly volumeId: string;
  readonly targetPath: string;
}

export interface NodeGetVolumeStatsRequest {
  readonly volumeId: string;
  readonly volumePath: string;
  readonly stagingTargetPath: string;
}
