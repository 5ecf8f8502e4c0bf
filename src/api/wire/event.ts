import type { EventDetails, RecordedEvent } from '../../domain/event.js';
import type { components } from '../contract/openapi.js';

type Schemas = components['schemas'];

export function wireEvent(event: RecordedEvent): Schemas['Event'] {
  const { id, at, type, subject, operation, requestedBy, reason } = event;
  const details = wireDetails(event.details);
  return {
    id,
    time: new Date(at).toISOString(),
    type,
    subject: { kind: subject.kind, id: subject.id, ...(subject.name === '' ? {} : { name: subject.name }) },
    ...(subject.clusterId === '' ? {} : { cluster: subject.clusterId }),
    ...(operation ? { operation } : {}),
    // The address stays in the audit.
    ...(requestedBy ? { by: byOf(requestedBy) } : {}),
    ...(reason === null ? {} : { reason }),
    ...(Object.keys(details).length === 0 ? {} : { details }),
  };
}

function byOf({ issuer, requestId }: NonNullable<RecordedEvent['requestedBy']>): NonNullable<Schemas['Event']['by']> {
  return { ...(issuer === null ? {} : { issuer }), request: requestId };
}

function wireDetails(details: EventDetails): Schemas['EventDetails'] {
  const { sizeGib, isComplete, state, condition, sourceId, volumeId, replacedBy, nodeId, request, count } = details;
  const { changes, deviceId, pool, part, percent } = details;
  const members = {
    size: sizeGib,
    complete: isComplete === false ? false : undefined,
    state,
    condition,
    source: sourceId,
    volume: volumeId,
    replaced_by: replacedBy,
    node: nodeId,
    request,
    count,
    changes,
    device: deviceId,
    pool,
    part,
    percent,
  };
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined));
}
