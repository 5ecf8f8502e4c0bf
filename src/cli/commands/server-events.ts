import { CliCommand } from '../command.js';
import type { CliContext } from '../context.js';
import { boolFlag, stringFlag } from '../flags.js';
import { formatEvent } from '../output/events.js';
import { DATED_FLAGS, type DatedList, showDatedList } from './dated-list.js';

const EVENTS: DatedList = { path: '/events', member: 'events', filters: ['type', 'subject'], format: formatEvent };

export function buildEventsCommand(context: CliContext): CliCommand {
  return new CliCommand('events', {
    summary: 'Show what has happened',
    long:
      'Show what has happened: what was made, grown, removed and moved, what failed and why, which nodes went down.\n' +
      'The newest events are shown, the oldest of them first; --since shows all from an id or a time on.\n' +
      'With --json each event is a line of JSON.',
    example:
      '    $ heketi-cli server events\n    $ heketi-cli server events --since 24h --type operation.failed\n' +
      '    $ heketi-cli server events --follow',
  })
    .withFlags(
      boolFlag('follow', 'Go on to show what happens, until interrupted.'),
      stringFlag('type', 'Only events of these types, separated by commas; volume stands for all of volume.*.'),
      stringFlag('subject', 'Only events about the object with this id.'),
      ...DATED_FLAGS,
    )
    .runs((_args, flags) => showDatedList(context, flags, EVENTS, flags.bool('follow')));
}
