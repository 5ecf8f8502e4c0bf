import type { Brick } from '../../domain/brick.js';
import type { Id } from '../../domain/ids.js';
import { manageName } from '../../domain/node.js';
import { usedKibOf } from '../../executors/commands/brick/brick-usage.js';
import { CommandError, TransportError } from '../../executors/executor.js';
import type { OperationContext } from '../engine/operation.js';

/** KiB that the file systems of bricks hold, as far as their hosts tell. */
export async function usedKibByBrick(
  bricks: readonly Brick[],
  { store, hosts, health }: OperationContext,
): Promise<ReadonlyMap<Id, number>> {
  const nodes = new Map((await store.read((tx) => tx.nodes.list())).map((node) => [node.id, manageName(node)]));
  const byHost = new Map<string, Brick[]>();
  for (const brick of bricks) {
    const host = nodes.get(brick.nodeId);
    if (host !== undefined && health.isUp(host)) byHost.set(host, [...(byHost.get(host) ?? []), brick]);
  }
  const used = new Map<Id, number>();
  const ask = async ([host, ofHost]: readonly [string, readonly Brick[]]): Promise<void> => {
    const figures = await usedKibOf(
      hosts,
      host,
      ofHost.map(({ path }) => path),
    ).catch((error: unknown) => {
      if (error instanceof CommandError || error instanceof TransportError) return [];
      throw error;
    });
    for (const [i, { id }] of ofHost.entries()) {
      const kib = figures[i] ?? null;
      if (kib !== null) used.set(id, kib);
    }
  };
  await Promise.all([...byHost].map(ask));
  return used;
}
