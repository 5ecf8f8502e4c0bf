import { useMemo } from 'preact/hooks';
import type { Schema, ServerEvent } from '../../api/contract.js';
import { OPERATIONS_EVERY_MS, type Operation } from '../../components/operation-view.js';
import { useAnswer } from '../../state/use-answer.js';

/** What the overview knows besides the pool itself. */
export interface Watch {
  readonly operations: readonly Operation[];
  /** By device id. */
  readonly health: ReadonlyMap<string, Schema<'DeviceHealth'>>;
  /** Ids of nodes that did not answer when they were last asked. */
  readonly nodesDown: ReadonlySet<string>;
  readonly takesChanges: boolean;
  reload(): void;
}

/** Devices are looked at every few minutes. */
const HEALTH_EVERY_MS = 30_000;
const MOST_NODE_EVENTS = 1_000;

export function useWatch(): Watch {
  const operations = useAnswer<Schema<'PendingOperationList'>>('/operations/pending', OPERATIONS_EVERY_MS);
  const health = useAnswer<Schema<'DeviceHealthList'>>('/devices/health', HEALTH_EVERY_MS);
  const admin = useAnswer<Schema<'AdminState'>>('/admin', HEALTH_EVERY_MS);
  const seen = useAnswer<Schema<'EventList'>>(
    `/events?type=node.down,node.up&limit=${MOST_NODE_EVENTS}`,
    HEALTH_EVERY_MS,
  );
  const healthById = useMemo(
    () => new Map((health.value?.devices ?? []).map((device) => [device.deviceId, device])),
    [health.value],
  );
  const nodesDown = useMemo(() => downIn(seen.value?.events ?? []), [seen.value]);
  return {
    operations: operations.value?.pendingoperations ?? [],
    health: healthById,
    nodesDown,
    takesChanges: (admin.value?.state ?? 'normal') === 'normal',
    reload() {
      operations.reload();
      admin.reload();
    },
  };
}

/** `events` in ascending order: the last one about a node counts. */
function downIn(events: readonly ServerEvent[]): ReadonlySet<string> {
  const last = new Map(events.map(({ subject, type }) => [subject.id, type]));
  return new Set([...last].flatMap(([id, type]) => (type === 'node.down' ? [id] : [])));
}
