import { DomainError } from '../../domain/errors.js';
import type { BackupPurpose, ReadTx } from '../../store/store.js';
import type { Handlers } from '../contract/handlers.js';
import { WholeDatabase } from '../whole-database.js';
import { examinationText } from '../wire/examination-text.js';
import { accepted } from './answers.js';
import type { HandlerDeps } from './deps.js';

type DatabaseHandlers = Pick<
  Handlers,
  'databaseBackup' | 'databaseDump' | 'databaseCheck' | 'examineGluster' | 'stateRepair' | 'stateRepairPlan'
>;

export function databaseHandlers({ store, reports, pool, operations, log }: HandlerDeps): DatabaseHandlers {
  const whole = new WholeDatabase(store, log);
  /** Nobody who wants a backup waits for somebody who reads a dump. */
  const backups = new WholeDatabase(store, log);

  return {
    async databaseBackup({ headers, gone }) {
      const purpose = backupPurpose(headers['x-backup-purpose']);
      return { status: 200, file: { name: 'heketi.db', ...(await backups.file(purpose, gone())) } };
    },

    async databaseDump({ gone }) {
      return { status: 200, pieces: await whole.pieces(reports.dumpText, gone()) };
    },

    async databaseCheck({ gone }) {
      return { status: 200, pieces: await whole.pieces(reports.checkText, gone()) };
    },

    async examineGluster({ gone }) {
      const examination = await pool.examine();
      const inFlight = await operations.inFlight();
      const write = (tx: ReadTx) => examinationText(reports.dumpTexts(tx, 1), examination, inFlight);
      return { status: 200, pieces: await whole.pieces(write, gone()) };
    },

    stateRepair: ({ by, body }) => accepted(operations.repairState(by, wishOf(body))),

    async stateRepairPlan({ body }) {
      return { status: 200, json: await operations.planStateRepair(wishOf(body)) };
    },
  };
}

/** Nothing is named without a body. */
function wishOf(body: { readonly start?: readonly string[]; readonly destroy?: readonly string[] } | null | undefined) {
  return { start: body?.start ?? [], destroy: body?.destroy ?? [] };
}

function backupPurpose(header: string | readonly string[] | undefined): BackupPurpose {
  const purpose = header ?? 'archive';
  if (purpose === 'archive' || purpose === 'deployment') return purpose;
  throw new DomainError('invalid', 'X-Backup-Purpose must be archive or deployment');
}
