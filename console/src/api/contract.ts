import type { components } from '../../../src/api/contract/openapi.js';

/**
 * As a browser reads the contract: JSON.parse makes doubles of all integers. What is shown is rounded anyway, and ids are
 * texts.
 */
type InBrowser<T> = T extends bigint ? never : T extends object ? { [K in keyof T]: InBrowser<T[K]> } : T;

/** A schema of openapi.yaml by its name. */
export type Schema<Name extends keyof components['schemas']> = InBrowser<components['schemas'][Name]>;

export type Node = Schema<'NodeInfo'>;
export type Device = Schema<'DeviceInfo'>;
export type Brick = Schema<'BrickInfo'>;
export type Volume = Schema<'VolumeInfo'>;
export type ServerEvent = Schema<'Event'>;
