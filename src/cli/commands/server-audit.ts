import { CliCommand } from '../command.js';
import type { CliContext } from '../context.js';
import { formatAuditEntry } from '../output/audit.js';
import { DATED_FLAGS, type DatedList, showDatedList } from './dated-list.js';

const AUDIT: DatedList = { path: '/audit', member: 'entries', filters: [], format: formatAuditEntry };

export function buildAuditCommand(context: CliContext): CliCommand {
  return new CliCommand('audit', {
    summary: 'Show who has asked for which change, and what was answered',
    long:
      'Show who has asked for which change, and what was answered: every request that would change something, refused ones\n' +
      'included, and those without a good token. The newest entries are shown, the oldest of them first; --since shows all\n' +
      'from an id or a time on. With --json each entry is a line of JSON, for export.',
    example: '    $ heketi-cli server audit\n    $ heketi-cli server audit --since 30d --json > audit.jsonl',
  })
    .withFlags(...DATED_FLAGS)
    .runs((_args, flags) => showDatedList(context, flags, AUDIT, false));
}
