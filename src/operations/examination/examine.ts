import type { Hosts } from '../../executors/commands/host/hosts.js';
import type { Store } from '../../store/store.js';
import { type PoolRecords, readPoolRecords } from './pool-records.js';
import { type SurveyedNode, surveyPool } from './survey-pool.js';

/** The records and, taken at the same time, what the hosts say. */
export interface Examination {
  readonly records: PoolRecords;
  readonly nodes: readonly SurveyedNode[];
}

export async function examinePool(store: Store, hosts: Hosts): Promise<Examination> {
  const records = await store.read(readPoolRecords);
  return { records, nodes: await surveyPool(hosts, records) };
}
