import type { DeviceCondition } from '../../domain/device.js';
import type { Id } from '../../domain/ids.js';

/** Answer of `POST /devices/preflight`. */
export interface DevicePreflight {
  readonly nodeId: Id;
  /** First manage name of the node. */
  readonly host: string;
  readonly device: string;
  /** Null when the host does not tell. */
  readonly sizeKib: number | null;
  readonly isUsable: boolean;
  /** With `destroydata`; true also for a device that is usable as it is. */
  readonly isUsableIfWiped: boolean;
  readonly checks: readonly PreflightCheck[];
}

export interface PreflightCheck {
  readonly name: 'rights' | 'device' | 'size' | 'use' | 'lvm' | 'contents' | 'tools' | 'thin provisioning' | 'glusterd';
  /** Only a problem keeps the device from being added; `unknown`: the host has no program that tells. */
  readonly result: 'ok' | 'warning' | 'problem' | 'unknown';
  readonly detail: string;
  /** What to do about a warning or a problem. */
  readonly advice: string | null;
  /** `destroydata` gets past this problem. */
  readonly isMendedByWiping: boolean;
}

/** How a device was last seen. */
export interface DeviceHealth {
  readonly deviceId: Id;
  readonly deviceName: string;
  readonly nodeId: Id;
  /** First manage name of the node. */
  readonly host: string;
  readonly condition: DeviceCondition;
  /** '' for a device that is well. */
  readonly reason: string;
  readonly bricksDown: readonly Id[];
  readonly notes: readonly string[];
  /** ISO 8601, UTC; null when its host could not be asked, or was not yet. */
  readonly checkedAt: string | null;
  /** What to type; null when there is nothing to be done. */
  readonly command: string | null;
}
