import { describeFileError } from '../client/transport.js';
import { parseFirstJson } from '../json/parse-json.js';
import { CliError } from './errors.js';
import type { CliIo } from './io.js';
import { anyCase, isObject, type PlannedCluster, parseTopology } from './topology-file.js';

export interface TopologyFile {
  readonly clusters: readonly PlannedCluster[];
  /** Null for a file with clusters, and for one with nothing in it. */
  readonly notice: string | null;
}

/** Reads a topology file. Member names are taken in any case, as the original does. */
export async function readTopologyFile(io: CliIo, path: string): Promise<TopologyFile> {
  let text: string;
  try {
    text = (await io.readFile(path)).toString('utf8');
  } catch (error) {
    throw new CliError(`Unable to open config file: ${describeFileError(error, path)}`, { cause: error });
  }
  try {
    const clusters = parseTopology(text);
    return { clusters, notice: clusters.length > 0 ? null : noticeOf(text, path) };
  } catch (error) {
    throw new CliError(`Unable to parse config file ${path}: ${(error as Error).message}`, { cause: error });
  }
}

function noticeOf(text: string, path: string): string | null {
  const json = parseFirstJson(text);
  if (!isObject(json) || Object.keys(json).length === 0) return null;
  const isConfiguration = isObject(anyCase(json, 'glusterfs'));
  const why = isConfiguration ? 'it looks like a configuration of the server' : 'nothing was loaded';
  return `There are no clusters in ${path}: ${why}\n`;
}
