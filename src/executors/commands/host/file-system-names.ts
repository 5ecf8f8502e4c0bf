import { type Answer, runAll } from '../../executor.js';
import { program, SHORT_TIMEOUT_MS } from './command-lines.js';
import type { Hosts } from './hosts.js';

/**
 * How an fstab may call the file systems on these devices besides by a device: `UUID=...`, `LABEL=...`, and the links of both in
 * /dev/disk. By device; null where blkid does not tell: it ends with 2, without a word, for what carries nothing as for what is
 * not there. Changes nothing.
 */
export async function readFileSystemNames(
  { executor }: Hosts,
  host: string,
  devices: readonly string[],
): Promise<ReadonlyMap<string, readonly string[] | null>> {
  if (devices.length === 0) return new Map();
  const options = { mayFail: true, isReading: true };
  const batch = devices.map((device) => program(['blkid', '-p', device], SHORT_TIMEOUT_MS, options));
  const answers = await runAll(executor, host, batch);
  return new Map(devices.map((device, i) => [device, namesIn(device, answers[i])]));
}

function namesIn(device: string, answer: Answer | undefined): readonly string[] | null {
  if (answer?.exitCode !== 0 || !answer.stdout.startsWith(`${device}:`)) return null;
  const uuid = tagOf(answer.stdout, 'UUID');
  if (uuid === null) return null;
  const label = tagOf(answer.stdout, 'LABEL');
  return [
    ...[`UUID=${uuid}`, `/dev/disk/by-uuid/${uuid}`],
    ...(label === null ? [] : [`LABEL=${label}`, `/dev/disk/by-label/${label}`]),
  ];
}

/** Of ` NAME="value"`. */
function tagOf(line: string, name: string): string | null {
  const [, after] = line.split(` ${name}="`, 2);
  return after === undefined ? null : (after.split('"', 1)[0] ?? null);
}
