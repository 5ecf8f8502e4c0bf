/** What gluster-block said: JSON, or the plain text of its older versions and of its own checks. */
export interface BlockAnswer {
  /** Null when it was no JSON. */
  readonly fields: Readonly<Record<string, unknown>> | null;
  readonly isFailure: boolean;
  /** Its own words; '' when it did not say why. Without credentials. */
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
  /** Cut to what is shown: from 1 TiB on gluster-block shows tenths of a TiB (see `showsSize`). */
  readonly sizeGib: number;
  /** As gluster-block writes it. */
  readonly sizeText: string;
  /** What hosts have that could not follow a resize, GiB. */
  readonly behind: ReadonlyMap<string, number>;
  readonly hosts: readonly string[];
  /** Hosts whose target could not be set up, or not be removed. */
  readonly failedHosts: readonly string[];
}

export const IQN_PREFIX = 'iqn.2016-12.org.gluster-block:';

/**
 * Of an output in which words of shells, sudo and wrappers may stand around the answer. Text without any JSON is an answer
 * too: then only `RESULT: FAIL` tells whether it is a failure, beside the exit code.
 */
export function readBlockAnswer(output: string): BlockAnswer {
  const fields = objectIn(output);
  if (fields) {
    const said = typeof fields['errMsg'] === 'string' ? fields['errMsg'].trim() : '';
    return { fields, isFailure: fields['RESULT'] === 'FAIL', message: withoutCredentials(said) || hostsText(fields) };
  }
  const message = output.replace(/^RESULT: ?FAIL$/gm, '').trim();
  return { fields: null, isFailure: message !== output.trim(), message: withoutCredentials(message) };
}

function objectIn(text: string): Readonly<Record<string, unknown>> | null {
  const [start, end] = [text.indexOf('{'), text.lastIndexOf('}')];
  if (start < 0 || end < start) return null;
  try {
    return JSON.parse(text.slice(start, end + 1)) as Readonly<Record<string, unknown>>;
  } catch {
    return null;
  }
}

const FAILED_LISTS = ['FAILED ON', 'ROLLBACK FAILED ON'];
const DONE_LISTS = ['SUCCESSFUL ON', 'ROLLBACK SUCCESS ON'];

/** A failure on some hosts has no errMsg, only lists of hosts. */
function hostsText(fields: Readonly<Record<string, unknown>>): string {
  return [...FAILED_LISTS, ...DONE_LISTS]
    .flatMap((list) => {
      const hosts = textsOf(fields[list]);
      return hosts.length > 0 ? [`${list.toLowerCase()} ${hosts.join(', ')}`] : [];
    })
    .join('; ');
}

/** An answer that broke off, came in plain form, or has words of targetcli may hold them anywhere. */
function withoutCredentials(text: string): string {
  return text.replace(/(PASSWORD|USERNAME|USERID)("?\s{0,8}[:=]\s{0,8}"?)[^\s",}]+/gi, '$1$2[redacted]');
}

export function readCreatedBlock(fields: Readonly<Record<string, unknown>>): CreatedBlockVolume {
  return { iqn: textOf(fields['IQN']), username: textOf(fields['USERNAME']), password: textOf(fields['PASSWORD']) };
}

/** Throws where a size can't be read. */
export function readBlockInfo(fields: Readonly<Record<string, unknown>>): BlockVolumeInfo {
  const gbid = textOf(fields['GBID']);
  const failed = fields['RESIZE FAILED ON'];
  const behind = Object.entries(typeof failed === 'object' && failed !== null ? failed : {});
  return {
    name: textOf(fields['NAME']),
    hostingVolume: textOf(fields['VOLUME']),
    iqn: `${IQN_PREFIX}${gbid}`,
    username: gbid,
    password: textOf(fields['PASSWORD']),
    haCount: Number(fields['HA'] ?? 0),
    sizeGib: parseSizeGib(textOf(fields['SIZE'])),
    sizeText: textOf(fields['SIZE']),
    behind: new Map(behind.map(([host, size]) => [host, parseSizeGib(textOf(size))])),
    hosts: textsOf(fields['EXPORTED ON']),
    failedHosts: textsOf(fields['ENCOUNTERED FAILURES ON']),
  };
}

/** `1.5 TiB` and the like, cut to whole GiB; units below GiB are refused. */
export function parseSizeGib(size: string): number {
  const match = /^(\d+(?:\.\d+)?)([GTPE])(?:I?B)?$/.exec(size.replaceAll(' ', '').toUpperCase());
  if (!match) throw new Error(`Not a valid Size: ${size}`);
  return Math.trunc(Number(match[1]) * 1024 ** 'GTPE'.indexOf(match[2] ?? ''));
}

/** Whether a block volume of so many GiB would be shown like this one: several sizes are shown alike. */
export function showsSize({ sizeText }: Pick<BlockVolumeInfo, 'sizeText'>, gib: number): boolean {
  let [value, rest, unit] = [gib, 0, 0];
  while (value >= 1024) {
    rest = value % 1024;
    value = Math.floor(value / 1024);
    unit++;
  }
  return sizeText === `${(value + rest / 1024).toFixed(1)} ${['GiB', 'TiB', 'PiB', 'EiB'][unit] ?? ''}`;
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function textsOf(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
}
