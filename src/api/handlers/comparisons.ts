import { counted } from '../../domain/counted.js';
import type { Comparison } from '../../operations/examination/comparisons.js';
import type { Progress } from '../../operations/examination/find-differences.js';
import type { ContractRequest, Handlers, Reply } from '../contract/handlers.js';
import { poolDifferences } from '../wire/examination.js';
import { found } from './answers.js';
import type { HandlerDeps } from './deps.js';

type ComparisonHandlers = Pick<Handlers, 'examineDifferences' | 'comparisonBegin' | 'comparisonResult'>;

export function comparisonHandlers({ pool }: Pick<HandlerDeps, 'pool'>): ComparisonHandlers {
  return {
    async examineDifferences() {
      return { status: 200, json: poolDifferences(await pool.differences()) };
    },

    async comparisonBegin() {
      return { status: 202, location: `/queue/${pool.comparisons.begin()}` };
    },

    async comparisonResult({ id }) {
      const result = found(pool.comparisons.find(id)).result();
      return { status: 200, json: poolDifferences(found(result)) };
    },
  };
}

/** How it stands, for who polls its queue id. */
export async function comparisonEntry(
  comparison: Comparison,
  { id }: ContractRequest<'queueEntry'>,
): Promise<Reply<'queueEntry'>> {
  await comparison.endedSoon();
  if (comparison.result() !== null) return { status: 303, location: `/internal/state/examine/differences/${id}` };
  const { progress } = comparison;
  return { status: 200, isPending: true, ...(progress && { progress: describe(progress) }) };
}

function describe({ round, hosts, hostsDone }: Progress): string {
  const done = `${hostsDone} of ${counted(hosts, 'host')}`;
  return round === 1 ? done : `${done}, a second look at what differs`;
}
