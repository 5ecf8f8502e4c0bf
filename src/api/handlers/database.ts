import type { Handlers } from '../contract/handlers.js';
import { notYet } from './answers.js';
import type { HandlerDeps } from './deps.js';

type DatabaseHandlers = Pick<Handlers, 'databaseBackup' | 'databaseDump' | 'databaseCheck' | 'examineGluster'>;

const INDENT = 4;

export function databaseHandlers({ store, reports }: HandlerDeps): DatabaseHandlers {
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
      return notYet('compare its database with gluster');
    },
  };
}
