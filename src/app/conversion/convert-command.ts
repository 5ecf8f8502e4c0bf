import { existsSync } from 'node:fs';
import type { DbConvertOptions } from '../../config/command-line-options.js';
import { DomainError } from '../../domain/errors.js';
import { pause } from '../../timing/timers.js';
import { conversionReport } from './conversion-report.js';
import { convertDatabase, HEKETI_WAITS_MS, planConversion } from './convert-database.js';
import { isHeketiDatabase } from './heketi-database.js';

/** `heketi db convert`: what a server does when it starts on Heketi's database; with `report`, only says what that is. */
export async function convertDatabaseFile(
  { dbFile, reportsOnly }: DbConvertOptions,
  print: (text: string) => void,
  wait: (ms: number) => Promise<void> = pause,
): Promise<number> {
  if (!existsSync(dbFile)) throw new DomainError('invalid', `there is no database ${dbFile}`);
  if (!isHeketiDatabase(dbFile))
    throw new DomainError('invalid', `${dbFile} is no Heketi database (BoltDB): there is nothing to convert`);
  if (reportsOnly) {
    print(`${dbFile} can be converted; nothing was changed.\n${conversionReport(planConversion(dbFile))}`);
    return 0;
  }
  const conversion = await convertDatabase(dbFile);
  if (conversion === null) throw new DomainError('conflict', `${dbFile} was converted by another process meanwhile`);
  print(
    `${dbFile} is converted. Heketi's own file is kept as ${conversion.kept}.\n${conversionReport(conversion.contents)}`,
  );
  await wait(HEKETI_WAITS_MS);
  conversion.release();
  return 0;
}
