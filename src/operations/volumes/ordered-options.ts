import type { Volume } from '../../domain/volume.js';
import { type GlusterVolume, isStarted } from '../../executors/commands/gluster/gluster-volume.js';

/** Versions of gluster set these on new volumes by themselves. */
const GLUSTER_DEFAULTS = new Set([
  'cluster.granular-entry-heal',
  'cluster.quorum-type',
  'features.barrier',
  'nfs.disable',
  'performance.client-io-threads',
  'performance.readdir-ahead',
  'storage.fips-mode-rchecksum',
  'transport.address-family',
]);

/** And these on clones, with `off`. */
const QUOTAS = /^features\.(?:inode-)?quota/;

/** Whether gluster sets this by itself: on new volumes, or, where quotas are `off`, on clones. */
export function isOfGluster({ name, value }: GlusterVolume['options'][number]): boolean {
  return GLUSTER_DEFAULTS.has(name) || (value === 'off' && QUOTAS.test(name));
}

/** Which of the volume's options somebody else has set; null when they are as ordered, or not all set yet. */
export function optionsReason(volume: Volume, found: GlusterVolume): string | null {
  const ordered = orderedOptions(volume);
  const id = found.options.find(({ name }) => name === 'user.heketi.id')?.value;
  // The id is the last option before the start.
  if (id !== undefined ? id !== volume.id : isStarted(found)) return `its option user.heketi.id is not ${volume.id}`;
  for (const { name, value } of found.options) {
    const wanted = ordered.get(name) ?? ordered.get(name.slice(name.indexOf('.') + 1));
    if (wanted === undefined ? isForeign(name, ordered) : wanted.toLowerCase() !== value.toLowerCase())
      return `its option ${name} is ${value}, which was not ordered`;
  }
  return null;
}

/** Which of a clone's options somebody has set since, or null: it is made with its source's, and without quotas. */
export function cloneOptionsReason(source: GlusterVolume, clone: GlusterVolume): string | null {
  const copied = new Map(source.options.map(({ name, value }) => [name, value]));
  const set = clone.options.find(
    ({ name, value }) => copied.get(name) !== value && !GLUSTER_DEFAULTS.has(name) && !QUOTAS.test(name),
  );
  return set ? `its option ${set.name} is ${set.value}, which its source has not` : null;
}

/** The last of several counts; a name may lack its first word, as gluster accepts it. */
function orderedOptions({ options }: Volume): ReadonlyMap<string, string> {
  const ordered = new Map<string, string>();
  for (const option of options ?? []) {
    const text = option.trim();
    const end = text.search(/\s/);
    const [name, value] = end < 0 ? [text, ''] : [text.slice(0, end), text.slice(end).trim()];
    if (name !== '') ordered.set(name, value);
  }
  return ordered;
}

/** What a group sets is in a file on the host; its options can't be told from others. */
function isForeign(name: string, ordered: ReadonlyMap<string, string>): boolean {
  return name !== 'user.heketi.id' && !GLUSTER_DEFAULTS.has(name) && !ordered.has('group');
}
