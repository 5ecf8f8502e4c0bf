import type { Handlers } from '../contract/handlers.js';
import { examinationReport, examinedClusters, poolDifferences } from '../wire/examination.js';
import type { HandlerDeps } from './deps.js';

type DatabaseHandlers = Pick<
  Handlers,
  'databaseBackup' | 'databaseDump' | 'databaseCheck' | 'examineGluster' | 'examineDifferences'
>;

const INDENT = 4;

export function databaseHandlers({ store, reports, pool, operations }: HandlerDeps): DatabaseHandlers {
  return {
    async databaseBackup() {
      return { status: 200, bytes: await store.backup(), fileName: 'heketi.db' };
    },

    async databaseDump() {
      return { status: 200, json: await store.read((tx) => reports.dump(tx)), indent: INDENT };
    },

    async databaseCheck() {
      return { status: 200, json: await store.read((tx) => reports.check(tx)), indent: INDENT };
    },

    async examineGluster() {
      const examination = await pool.examine();
      const json = {
        heketidb: await store.read((tx) => reports.dump(tx)),
        report: examinationReport(examination, operations.inFlight()),
        clusters: examinedClusters(examination),
      };
      return { status: 200, json, indent: INDENT };
    },

    async examineDifferences() {
      return { status: 200, json: poolDifferences(await pool.differences()) };
    },
  };
}
