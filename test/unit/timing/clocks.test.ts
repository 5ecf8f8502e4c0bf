import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { afterEach, expect, it, vi } from 'vitest';
import { steadyUnixMs } from '../../../src/timing/clocks.js';

const SRC = resolve(import.meta.dirname, '../../../src');

/** Who may read the clock that people set: what they are shown, and what must be told over restarts and to others. */
const WALL_CLOCK = new Map([
  ['api/handlers/volumes.ts', 'shown'],
  ['api/handlers/restore.ts', 'shown'],
  ['api/server.ts', 'times inside tokens are of the wall clock'],
  ['api/wire/pending-operation.ts', 'shown'],
  ['app/container/archive.ts', 'shown in names of files'],
  ['app/container/container-log.ts', 'shown'],
  ['app/container/first-topology.ts', 'times inside tokens'],
  ['app/choose-executor.ts', 'a generation grows whatever the clock says; pinnedAt is shown'],
  ['app/conversion/convert-database.ts', 'shown in the name of the file that is kept'],
  ['app/copy-database.ts', 'when the copy was made, as shown'],
  ['app/fetch-dump.ts', 'times inside tokens'],
  ['app/verify-database.ts', 'shown'],
  ['backup/backup-keeper.ts', 'told to Prometheus; ages of files of earlier lives, which are bounded'],
  ['backup/directory-target.ts', 'shown in names of files'],
  ['app/restore-database.ts', 'when the copy was put in place, as shown'],
  ['cli/commands/server-operations.ts', 'shown'],
  ['cli/main.ts', 'times inside tokens'],
  ['api/audited-request.ts', 'shown; what is old goes by bounds of its own'],
  ['api/wire/audit.ts', 'shown'],
  ['api/wire/event.ts', 'shown'],
  ['events/tell.ts', 'shown; what is old goes by bounds of its own'],
  ['api/wire/usage.ts', 'shown'],
  ['csi/servers/volume-server.ts', 'times inside tokens'],
  ['logging/logger.ts', 'shown'],
  ['operations/device-check/device-check.ts', 'shown'],
  ['operations/engine/schedule.ts', 'when the next try is, as shown'],
  ['operations/engine/restored-database.ts', 'shown'],
  ['operations/examination/restored-operations.ts', 'shown'],
  ['operations/repair/node-repair.ts', 'shown'],
  ['operations/examination/unclaimed-volumes.ts', 'shown'],
  ['operations/usage/pool-warnings.ts', 'shown'],
  ['operations/usage/usage-survey.ts', 'shown'],
  ['store/sqlite/archived-copy.ts', 'when a copy was made, for people'],
  ['store/sqlite/backup-bytes.ts', 'when a copy was made, for people'],
  ['store/sqlite/file-of-rows.ts', 'when a migration was applied, for people'],
  ['store/sqlite/sqlite-store.ts', 'when a migration was applied and a backup made, for people'],
  ['timing/clocks.ts', 'read once, at the start'],
]);

afterEach(() => void vi.useRealTimers());

it('nothing but what is shown or told to others depends on the clock that people set', () => {
  const files = readdirSync(SRC, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((file) => /\bDate\.now\b|\bnew Date\(/.test(readFileSync(file, 'utf8')));
  expect(files.map((file) => relative(SRC, file)).sort()).toEqual([...WALL_CLOCK.keys()].sort());
});

it('a clock that is set does not change ages', () => {
  const before = steadyUnixMs();
  vi.useFakeTimers({ toFake: ['Date'] });
  vi.setSystemTime(0);
  expect(steadyUnixMs()).toBeGreaterThanOrEqual(before);
  vi.setSystemTime(Date.parse('2099-01-01'));
  expect(steadyUnixMs() - before).toBeLessThan(3_600_000);
});
