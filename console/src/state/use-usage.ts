import { useEffect, useMemo } from 'preact/hooks';
import type { Schema } from '../api/contract.js';
import { useSession } from './session.js';
import { type Answer, useAnswer } from './use-answer.js';

export type DeviceUsage = Schema<'DeviceUsage'>;
export type VolumeUsage = Schema<'VolumeUsage'>;
export type BrickUsage = Schema<'BrickUsage'>;

/** The server itself asks its hosts every ten minutes. */
const REFRESH_MS = 60_000;
/** Several pools fill up at once where one volume does: that is read once. */
const GATHER_MS = 1_000;

/** What was last seen to be really in use, by ids. What is missing is not known. */
export interface SeenUsage {
  readonly devices: ReadonlyMap<string, DeviceUsage>;
  readonly volumes: ReadonlyMap<string, VolumeUsage>;
  readonly bricks: ReadonlyMap<string, BrickUsage>;
  /** Why the last reading failed; null when it did not. */
  readonly failure: unknown;
}

/** `query`: of GET /usage. Read anew while the page is looked at, and when a thin pool fills up or has room again. */
export function useUsage(query: string): SeenUsage {
  const { onEvent } = useSession();
  const answer: Answer<Schema<'Usage'>> = useAnswer(`/usage?${query}`);
  const { value, failure, reload } = answer;
  useEffect(() => {
    const look = (): void => {
      if (document.visibilityState === 'visible') reload();
    };
    let gathering: ReturnType<typeof setTimeout> | undefined;
    const timer = setInterval(look, REFRESH_MS);
    const stop = onEvent(({ type }) => {
      if (type !== 'brick.pool-filling' && type !== 'brick.pool-relieved') return;
      gathering ??= setTimeout(() => {
        gathering = undefined;
        reload();
      }, GATHER_MS);
    });
    document.addEventListener('visibilitychange', look);
    return () => {
      clearInterval(timer);
      clearTimeout(gathering);
      stop();
      document.removeEventListener('visibilitychange', look);
    };
  }, [onEvent, reload]);
  return useMemo(
    () => ({
      devices: byId(value?.devices ?? []),
      volumes: byId(value?.volumes ?? []),
      bricks: byId(value?.bricks ?? []),
      failure,
    }),
    [value, failure],
  );
}

/** KiB in use on these devices together; null as soon as it is not known of one of them. */
export function usedOnDevices(usage: SeenUsage, deviceIds: readonly string[]): number | null {
  let sum = 0;
  for (const id of deviceIds) {
    const usedKib = usage.devices.get(id)?.usedKib ?? null;
    if (usedKib === null) return null;
    sum += usedKib;
  }
  return sum;
}

function byId<Row extends { readonly id: string }>(rows: readonly Row[]): ReadonlyMap<string, Row> {
  return new Map(rows.map((row) => [row.id, row]));
}
