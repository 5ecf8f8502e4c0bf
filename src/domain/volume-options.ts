import type { ZoneChecking } from './allocator/types.js';
import { bricksPerSet, type Durability } from './durability.js';
import { DomainError } from './errors.js';

/** What of a volume's options the server itself acts on. */
export interface PlacementOptions {
  readonly arbiter: boolean;
  readonly averageFileKib: number;
  /** Null: as the server is configured. */
  readonly zoneChecking: ZoneChecking | null;
  /** Text of the rule, or null. */
  readonly tagMatch: string | null;
}

const TRUE = new Set(['1', 't', 'T', 'TRUE', 'true', 'True']);

/** Reads a volume's effective list: the last occurrence of a name counts; a name ends at the first space. */
export function readPlacementOptions(
  options: readonly string[],
  defaults: { readonly averageFileKib: number },
): PlacementOptions {
  const values = new Map<string, string>();
  for (const option of options) {
    const space = option.indexOf(' ');
    if (space < 0) values.set(option, '');
    else values.set(option.slice(0, space), option.slice(space + 1));
  }
  const zone = values.get('user.heketi.zone-checking') ?? '';
  return {
    arbiter: TRUE.has(values.get('user.heketi.arbiter') ?? ''),
    averageFileKib: wholeNumber(values.get('user.heketi.average-file-size')) || defaults.averageFileKib,
    zoneChecking: zone === '' ? null : zone === 'strict' ? 'strict' : 'none',
    tagMatch: values.get('user.heketi.device-tag-match') || null,
  };
}

function wholeNumber(text: string | undefined): number {
  return text !== undefined && /^\d+$/.test(text) ? Number(text) : 0;
}

/**
 * Configured lists around the requested options. An empty configured list is one empty element, as clients know it.
 * Blanks before an option go, and those around the values that the server acts on: it then reads the same as gluster.
 */
export function effectiveOptions(
  preRequest: string,
  requested: readonly string[],
  postRequest: string,
  blockHosting: string | null,
): string[] {
  return [
    ...preRequest.split(','),
    ...(blockHosting === null ? [] : blockHosting.split(',')),
    ...requested,
    ...postRequest.split(','),
  ].map(withoutBlanks);
}

function withoutBlanks(option: string): string {
  const text = option.trimStart();
  const nameLength = text.search(/\s/);
  const value = nameLength < 0 ? '' : text.slice(nameLength).trim();
  return value !== '' && text.startsWith('user.heketi.') ? `${text.slice(0, nameLength)} ${value}` : text;
}

/** In gluster an arbiter is the third of a replica's three bricks; there is none in sets of another size. */
export function refuseSetWithoutArbiter(durability: Durability, options: readonly string[]): void {
  const isArbiter = readPlacementOptions(options, { averageFileKib: 0 }).arbiter;
  const size = bricksPerSet(durability);
  if (!isArbiter || durability.type !== 'replicate' || size === 3) return;
  throw new DomainError(
    'invalid',
    `user.heketi.arbiter needs replica 3, of which the third brick is the arbiter; this volume has replica ${size}. Ask for replica 3, which takes the space of two data bricks, or leave the option away`,
  );
}
