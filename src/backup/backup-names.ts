/**
 * Names of backups in a directory: `heketi-<database>-<number>-<UTC time>-<random>.db.gz`. The number orders them, since a
 * clock may be set back; the time is for people; the random part keeps two servers apart that write at once.
 */
export interface BackupName {
  readonly file: string;
  readonly number: number;
  /** Unix milliseconds. */
  readonly at: number;
}

const NAME = /^heketi-([0-9a-z]{1,8})-(\d{6,12})-(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z-[0-9a-f]{8}\.db\.gz$/;
const NUMBER_DIGITS = 6;

/** What marks files as backups of one database: others in the same directory are not ours to count or delete. */
export function databaseMark(databaseId: string): string {
  return (
    databaseId
      .toLowerCase()
      .replace(/[^0-9a-z]/g, '')
      .slice(0, 8) || '0'
  );
}

/** The backups of one database among the names in a directory, the oldest first. */
export function listBackups(names: readonly string[], databaseId: string): readonly BackupName[] {
  const mark = databaseMark(databaseId);
  return names.flatMap((file) => parse(file, mark)).sort((a, b) => a.number - b.number || (a.file < b.file ? -1 : 1));
}

function parse(file: string, mark: string): readonly BackupName[] {
  const parts = NAME.exec(file);
  if (!parts || parts[1] !== mark) return [];
  const [year = 0, month = 0, ...rest] = parts.slice(3).map(Number);
  const [day = 0, hour = 0, minute = 0, second = 0] = rest;
  return [{ file, number: Number(parts[2]), at: Date.UTC(year, month - 1, day, hour, minute, second) }];
}

/** For the next backup; `random`: 8 hex digits. */
export function nextBackupName(earlier: readonly BackupName[], databaseId: string, at: Date, random: string): string {
  const number = String((earlier.at(-1)?.number ?? 0) + 1).padStart(NUMBER_DIGITS, '0');
  const time = at.toISOString().replace(/[-:]|\.\d+/g, '');
  return `heketi-${databaseMark(databaseId)}-${number}-${time}-${random}.db.gz`;
}
