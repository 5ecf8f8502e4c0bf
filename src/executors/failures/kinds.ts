/** What must be known of the asked object, by kind. The other kinds need nothing. */
export interface Asked {
  readonly 'file absent': { readonly path: string };
  readonly 'not mounted': { readonly path: string };
  readonly 'kernel module absent': { readonly module: string };
  readonly 'logical volume absent': { readonly vg: string; readonly lv: string };
  readonly 'volume group unseen': { readonly vg: string };
  readonly 'physical volume label absent': { readonly device: string };
  readonly 'device unseen': { readonly device: string };
  readonly 'thin pool half active': { readonly vg: string; readonly pool: string };
  readonly 'block volume absent': { readonly hostingVolume: string; readonly name: string };
  readonly 'block volume exists': { readonly name: string };
}

type PlainKind =
  | 'program missing'
  | 'program not executable'
  | 'sudo refused'
  | 'sudo failed'
  | 'rights missing'
  | 'not a block device'
  | 'disk error'
  | 'file system too small'
  | 'service stopped'
  | 'glusterd down'
  | 'request timed out'
  | 'another transaction in progress'
  | 'volume absent'
  | 'snapshot absent'
  | 'peer absent'
  | 'brick known too late'
  | 'volume started already'
  | 'volume stopped already'
  | 'volume not started'
  | 'volume definition not given'
  | 'volume out of reach'
  | 'volume without heal'
  | 'volume name refused'
  | 'volume option unknown'
  | 'block daemon down'
  | 'block volume not exported'
  | 'block volume larger'
  | 'block volume of that size';

export type FailureKind = PlainKind | keyof Asked;
export type About<K extends FailureKind> = K extends keyof Asked ? Asked[K] : undefined;
