/*
 * Objects of Kubernetes as its API has them. Only what is looked at is named; every other member is kept as it came, also
 * through the plan file.
 */

export interface Metadata {
  readonly name: string;
  readonly namespace?: string;
  readonly uid?: string;
  readonly resourceVersion?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly finalizers?: readonly string[];
  /** Somebody deletes it; it goes when it has no finalizers any more. */
  readonly deletionTimestamp?: string;
  readonly ownerReferences?: readonly OwnerReference[];
}

export interface OwnerReference {
  readonly kind: string;
  readonly name: string;
  readonly controller?: boolean;
}

export interface ClaimRef {
  readonly namespace: string;
  readonly name: string;
  /** Absent while a volume is kept for a claim that is not bound yet. */
  readonly uid?: string;
}

export interface GlusterfsSource {
  readonly endpoints: string;
  readonly endpointsNamespace?: string;
  readonly path: string;
  readonly readOnly?: boolean;
}

export interface CsiSource {
  readonly driver: string;
  readonly volumeHandle: string;
  readonly volumeAttributes?: Readonly<Record<string, string>>;
  readonly readOnly?: boolean;
}

export interface PersistentVolume {
  readonly apiVersion?: string;
  readonly kind?: string;
  readonly metadata: Metadata;
  readonly spec: {
    readonly accessModes?: readonly string[];
    readonly capacity?: { readonly storage?: string };
    readonly claimRef?: ClaimRef;
    readonly persistentVolumeReclaimPolicy?: string;
    readonly storageClassName?: string;
    readonly mountOptions?: readonly string[];
    readonly volumeMode?: string;
    readonly glusterfs?: GlusterfsSource;
    readonly csi?: CsiSource;
  };
  readonly status?: { readonly phase?: string };
}

export interface PersistentVolumeClaim {
  readonly metadata: Metadata;
  readonly spec: { readonly volumeName?: string; readonly storageClassName?: string };
  readonly status?: { readonly phase?: string };
}

export interface StorageClass {
  readonly apiVersion?: string;
  readonly kind?: string;
  readonly metadata: Metadata;
  readonly provisioner: string;
  readonly parameters?: Readonly<Record<string, string>>;
  readonly allowVolumeExpansion?: boolean;
}

export interface Pod {
  readonly metadata: Metadata;
  readonly spec: {
    readonly nodeName?: string;
    readonly securityContext?: { readonly fsGroup?: number };
    readonly volumes?: readonly {
      readonly persistentVolumeClaim?: { readonly claimName: string };
      readonly glusterfs?: GlusterfsSource;
    }[];
  };
  readonly status?: { readonly phase?: string };
}

export interface Endpoints {
  readonly metadata: Metadata;
  readonly subsets?: readonly {
    readonly addresses?: readonly { readonly ip: string }[];
    readonly notReadyAddresses?: readonly { readonly ip: string }[];
  }[];
}

/** The drivers that have registered on a node. */
export interface CsiNode {
  readonly metadata: Metadata;
  readonly spec: { readonly drivers?: readonly { readonly name: string }[] | null };
}

export const IN_TREE_PROVISIONER = 'kubernetes.io/glusterfs';

export function keyOf({ namespace = '', name }: Pick<Metadata, 'namespace' | 'name'>): string {
  return `${namespace}/${name}`;
}
