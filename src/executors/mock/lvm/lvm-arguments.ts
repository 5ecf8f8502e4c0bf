/** lvm options that take a value, in the forms `--name value`, `--name=value` and `-n value`. */
const WITH_VALUE = new Set([
  'metadatasize',
  'dataalignment',
  'physicalextentsize',
  'autobackup',
  'poolmetadatasize',
  'chunksize',
  'size',
  'virtualsize',
  'name',
  'options',
  'reportformat',
  'units',
  'separator',
  'select',
  'type',
  'config',
  's',
  'A',
  'c',
  'L',
  'V',
  'n',
  'o',
  'S',
]);

export interface LvmArguments {
  readonly options: ReadonlyMap<string, string>;
  readonly names: readonly string[];
}

/** `flags`: single letters that take no value for this command, though they do for others. */
export function parseLvmArguments(args: readonly string[], flags = ''): LvmArguments {
  const options = new Map<string, string>();
  const names: string[] = [];
  for (let i = 0; i < args.length; i++) {
    const arg = args[i] ?? '';
    if (!arg.startsWith('-') || arg === '-') {
      names.push(arg);
      continue;
    }
    const key = arg.startsWith('--') ? arg.slice(2) : arg.slice(1, 2);
    const equals = key.indexOf('=');
    if (equals > 0) options.set(key.slice(0, equals), key.slice(equals + 1));
    else if (WITH_VALUE.has(key) && !flags.includes(key)) {
      const attached = arg.startsWith('--') ? '' : arg.slice(2);
      options.set(key, attached || (args[++i] ?? ''));
    } else if (arg.startsWith('--')) options.set(key, '');
    else for (const letter of arg.slice(1)) options.set(letter, `${options.get(letter) ?? ''}${letter}`);
  }
  return { options, names };
}

const UNIT_KIB: Readonly<Record<string, number>> = {
  b: 1 / 1024,
  s: 0.5,
  k: 1,
  m: 1024,
  g: 1024 ** 2,
  t: 1024 ** 3,
  p: 1024 ** 4,
};

/** `12K`, `4m`, `1.5G`; a bare number is MiB. NaN when it is no size. */
export function parseLvmSizeKib(text: string | undefined): number {
  const match = /^(\d+(?:\.\d+)?)([bskmgtp]?)$/i.exec(text ?? '');
  return match ? Number(match[1]) * (UNIT_KIB[(match[2] || 'm').toLowerCase()] ?? Number.NaN) : Number.NaN;
}
