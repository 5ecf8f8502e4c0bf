import { pathOf } from '../../client/client.js';
import { CliCommand } from '../command.js';
import type { CliContext } from '../context.js';
import { boolFlag } from '../flags.js';
import { allDevicesFlag } from './all-devices.js';
import { NO_HEAL_CHECK, readHealCheck, requireArgument } from './arguments.js';
import { dryRunFlag, showRemovalPlan } from './removal-dry-run.js';

type Stateful = 'node' | 'device';

interface StateChange {
  readonly name: 'enable' | 'disable' | 'remove';
  /** The state as the server calls it. */
  readonly state: 'online' | 'offline' | 'failed';
  readonly summary: string;
  readonly missing: string;
}

/** The texts of the original differ between nodes and devices, also in their capitals. */
const CHANGES: Readonly<Record<Stateful, readonly StateChange[]>> = {
  node: [
    { name: 'enable', state: 'online', summary: 'Allow node to go online', missing: 'Node id missing' },
    {
      name: 'disable',
      state: 'offline',
      summary: 'Disallow usage of a node by placing it offline',
      missing: 'Node id missing',
    },
    {
      name: 'remove',
      state: 'failed',
      summary: 'Removes a node by moving the bricks on all its devices to other devices',
      missing: 'Node id missing',
    },
  ],
  device: [
    { name: 'enable', state: 'online', summary: 'Allows device to go online', missing: 'device id missing' },
    {
      name: 'disable',
      state: 'offline',
      summary: 'Disallow usage of a device by placing it offline',
      missing: 'device id missing',
    },
    {
      name: 'remove',
      state: 'failed',
      summary: 'Removes a device by moving its bricks to other devices',
      missing: 'Device id missing',
    },
  ],
};

/** `enable`, `disable` and `remove` of nodes and devices. */
export function buildStateCommands(context: CliContext, kind: Stateful): CliCommand[] {
  return CHANGES[kind].map((change) => stateCommand(context, kind, change));
}

function examplesOf(line: string, state: StateChange['state']): string {
  const lines = state === 'failed' ? [line, `${line} --dry-run`] : [line];
  return lines.map((one) => `    $ ${one}`).join('\n');
}

function stateCommand(context: CliContext, kind: Stateful, { name, state, summary, missing }: StateChange): CliCommand {
  const command = new CliCommand(name, {
    summary,
    example: examplesOf(`heketi-cli ${kind} ${name} 886a86a868711bef83001`, state),
    args: 'ID',
    argKind: kind,
  });
  if (state === 'failed') {
    command.withFlags(
      boolFlag(NO_HEAL_CHECK, 'Remove bricks even where healing is pending. May lose data.'),
      dryRunFlag,
      allDevicesFlag,
    );
  }
  const title = kind === 'node' ? 'Node' : 'Device';
  return command.runs(async (args, flags) => {
    const id = requireArgument(args, missing);
    if (state === 'failed' && flags.bool('dry-run')) return showRemovalPlan(context, flags, `remove-${kind}`, id);
    const request = { state, ...(await readHealCheck(context, flags)) };
    const client = await context.connect(flags);
    await client.submit('POST', pathOf(`${kind}s`, id, 'state'), request, `${kind} ${name} ${id}`);
    context.print(`${title} ${id} is now ${state === 'failed' ? 'removed' : state}\n`);
  });
}
