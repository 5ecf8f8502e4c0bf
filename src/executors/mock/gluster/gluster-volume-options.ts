import type { Layout, SimulatedVolume } from '../world/simulated-host.js';

/** First words of option names that glusterd knows. */
const KNOWN_HEADS = new Set(
  (
    'auth bitrot changelog client cluster config ctime debug delay-gen dht diagnostics disperse features ganesha geo-replication ' +
    'glusterd locks network nfs nufa performance rda rollover server ssl storage transport user changetimerecorder write-behind io-cache'
  ).split(' '),
);
const SHORT_OPTIONS = new Set(
  'lookup-unhashed min-free-disk eager-lock read-ahead write-behind io-cache quick-read stat-prefetch'.split(' '),
);

/** Files of /var/lib/glusterd/groups, shortened to what tells them apart. */
const GROUPS: Readonly<Record<string, readonly [string, string][]>> = {
  'gluster-block': [
    ['performance.quick-read', 'off'],
    ['cluster.eager-lock', 'enable'],
    ['features.shard', 'on'],
    ['features.shard-block-size', '64MB'],
    ['server.allow-insecure', 'on'],
    ['user.cifs', 'off'],
  ],
  virt: [
    ['performance.quick-read', 'off'],
    ['network.remote-dio', 'disable'],
    ['features.shard', 'on'],
    ['network.ping-timeout', '20'],
  ],
  'db-workload': [
    ['performance.open-behind', 'on'],
    ['performance.write-behind', 'off'],
    ['performance.stat-prefetch', 'off'],
  ],
};

/** Sets options on the volume, newest first; answers the reason of a refusal, or null. */
export function setOptions(
  volume: SimulatedVolume,
  words: readonly string[],
  isLenient: boolean,
): string | null | 'usage' {
  if (words.length === 0 || words.length % 2 !== 0) return isLenient ? null : 'usage';
  const pairs: [string, string][] = [];
  for (let i = 0; i < words.length; i += 2) {
    const [key = '', value = ''] = words.slice(i, i + 2);
    if (key !== 'group') pairs.push([key, value]);
    else if (Object.hasOwn(GROUPS, value)) pairs.push(...(GROUPS[value] ?? []));
    else if (!isLenient)
      return `Unable to open file '/var/lib/glusterd/groups/${value}'. Error: No such file or directory`;
  }
  const unknown = isLenient ? undefined : pairs.find(([key]) => !isKnownOption(key));
  if (unknown) return `option : ${unknown[0]} does not exist\nDid you mean ${unknown[0].slice(0, 3)}...?`;
  for (const [key, value] of pairs) {
    const set = volume.options.find(([name]) => name === key);
    if (set) set[1] = value;
    else volume.options.unshift([key, value]);
  }
  return null;
}

function isKnownOption(key: string): boolean {
  const dot = key.indexOf('.');
  return dot < 0 ? SHORT_OPTIONS.has(key) : KNOWN_HEADS.has(key.slice(0, dot));
}

/** The words between a volume's name and its bricks. */
export function parseLayout(words: readonly string[]): { readonly layout: Layout; readonly rest: readonly string[] } {
  const counts: Record<string, number> = { replica: 1, arbiter: 0, disperse: 0, 'disperse-data': 0, redundancy: 0 };
  let i = 0;
  for (; i + 1 < words.length; i += 2) {
    const word = words[i] ?? '';
    if (word === 'transport') continue;
    if (!Object.hasOwn(counts, word)) break;
    counts[word] = Number(words[i + 1]);
  }
  const { replica = 1, arbiter = 0, redundancy = 0 } = counts;
  const data = counts['disperse-data'] ?? 0;
  const disperse = data > 0 ? data + redundancy : (counts['disperse'] ?? 0);
  const type = disperse > 0 ? 'Disperse' : replica > 1 ? 'Replicate' : 'Distribute';
  return {
    layout: { type, replica, arbiter, disperse, redundancy: disperse > 0 ? redundancy || 1 : 0 },
    rest: words.slice(i),
  };
}
