import type { RecordedAuditEntry } from '../../domain/audit.js';
import type { components } from '../contract/openapi.js';

export function wireAuditEntry(entry: RecordedAuditEntry): components['schemas']['AuditEntry'] {
  const { id, at, issuer, address, requestId, method, path, action, objectIds, status, outcome, reason } = entry;
  return {
    id,
    time: new Date(at).toISOString(),
    ...(issuer === null ? {} : { issuer }),
    ...{ address, request: requestId, method, path },
    ...(action === '' ? {} : { action }),
    ...{ ids: objectIds, status, outcome },
    ...(reason === null ? {} : { reason }),
    duration_ms: entry.durationMs,
    ...(entry.repeats === 0 ? {} : { repeats: entry.repeats }),
  };
}
