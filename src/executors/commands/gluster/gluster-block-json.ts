/** One JSON object of gluster-block. */
export interface BlockAnswer {
  readonly fields: Readonly<Record<string, unknown>>;
  readonly isFailure: boolean;
  /** errMsg, '' without one. */
  readonly message: string;
}

export interface CreatedBlockVolume {
  readonly iqn: string;
  /** '' without authentication. */
  readonly username: string;
  readonly password: string;
}

export interface BlockVolumeInfo {
  readonly name: string;
  readonly hostingVolume: string;
  readonly iqn: string;
  readonly username: string;
  readonly password: string;
  readonly haCount: number;
  readonly sizeGib: number;
  /** The smallest size any host has after a resize that failed on some; 0 when none did. */
  readonly usableSizeGib: number;
  readonly hosts: readonly string[];
}

/** Null when the text is not a JSON object. */
export function parseBlockAnswer(text: string): BlockAnswer | null {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    return null;
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) return null;
  const fields = parsed as Record<string, unknown>;
  return {
    fields,
    isFailure: fields['RESULT'] === 'FAIL',
    message: typeof fields['errMsg'] === 'string' ? fields['errMsg'].trim() : '',
  };
}

export function readCreatedBlock({ fields }: BlockAnswer): CreatedBlockVolume {
  return { iqn: text(fields['IQN']), username: text(fields['USERNAME']), password: text(fields['PASSWORD']) };
}

export function readBlockInfo({ fields }: BlockAnswer): BlockVolumeInfo {
  const gbid = text(fields['GBID']);
  const failed = fields['RESIZE FAILED ON'];
  const sizes =
    typeof failed === 'object' && failed !== null ? Object.values(failed).map((size) => parseSizeGib(text(size))) : [];
  const exported = fields['EXPORTED ON'];
  return {
    name: text(fields['NAME']),
    hostingVolume: text(fields['VOLUME']),
    iqn: `iqn.2016-12.org.gluster-block:${gbid}`,
    username: gbid,
    password: text(fields['PASSWORD']),
    haCount: Number(fields['HA'] ?? 0),
    sizeGib: parseSizeGib(text(fields['SIZE'])),
    usableSizeGib: sizes.length > 0 ? Math.min(...sizes) : 0,
    hosts: Array.isArray(exported) ? exported.map(String) : [],
  };
}

/** `1.5 TiB` and the like, cut to whole GiB; units below GiB are refused. */
export function parseSizeGib(size: string): number {
  const match = /^(\d+(?:\.\d+)?)([GTPE])(?:I?B)?$/.exec(size.replaceAll(' ', '').toUpperCase());
  if (!match) throw new Error(`Not a valid Size: ${size}`);
  return Math.trunc(Number(match[1]) * 1024 ** 'GTPE'.indexOf(match[2] ?? ''));
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
