import type { Store } from '../store/store.js';
import { type Exposition, sampleLine } from './exposition.js';

const LEASE = 'mortar_work_lease_held';

/** Of several servers on a database, whether this one may work on hosts. Nothing where it is the only one there can be. */
export function addSharing(exposition: Exposition, store: Pick<Store, 'sharing' | 'isAlone'>): void {
  if (!store.sharing) return;
  const help = 'Whether this server may work on the hosts (1), or another one, or none at the moment (0)';
  exposition.gauge(LEASE, help, [sampleLine(LEASE, '', store.isAlone() ? 1 : 0)]);
}
