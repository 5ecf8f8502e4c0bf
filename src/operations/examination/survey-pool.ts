import pLimit from 'p-limit';
import { manageName, type Node } from '../../domain/node.js';
import type { Hosts } from '../../executors/commands/host/hosts.js';
import { type HostSurvey, surveyBlockVolumes, surveyHost } from '../../executors/commands/node/host-survey.js';
import { CommandError, TransportError } from '../../executors/executor.js';
import { within } from '../hosts/within.js';
import type { PoolRecords } from './pool-records.js';

const HOSTS_AT_A_TIME = 16;
/** One host that hangs must not keep the others' answers from whoever waits for them. */
const HOST_LIMIT_MS = 90_000;

export interface SurveyedNode {
  readonly node: Node;
  /** Null when the host could not be asked; `failure` then says why. */
  readonly survey: HostSurvey | null;
  readonly failure: string;
  /** Names of block volumes by hosting volume; null where gluster-block did not tell. */
  readonly blockVolumes: ReadonlyMap<string, readonly string[] | null>;
}

/** Looks at all hosts in parallel, and changes nothing. A host that can't be asked is no failure of the whole. */
export async function surveyPool(
  hosts: Hosts,
  { nodes, volumes }: PoolRecords,
  limitMs: number = HOST_LIMIT_MS,
): Promise<readonly SurveyedNode[]> {
  const limit = pLimit(HOSTS_AT_A_TIME);
  return Promise.all(
    nodes.map((node) =>
      limit(async () => {
        const hosting = volumes.filter(
          ({ isBlockHosting, clusterId }) => isBlockHosting && clusterId === node.clusterId,
        );
        try {
          return await within(limitMs, manageName(node), async (signal) => ({
            node,
            survey: await surveyHost(hosts, manageName(node), nodes, signal),
            failure: '',
            blockVolumes: await surveyBlockVolumes(
              hosts,
              manageName(node),
              hosting.map(({ name }) => name),
            ),
          }));
        } catch (error) {
          if (!(error instanceof CommandError || error instanceof TransportError)) throw error;
          return { node, survey: null, failure: error.message, blockVolumes: new Map() };
        }
      }),
    ),
  );
}
