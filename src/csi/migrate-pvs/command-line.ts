import { Command } from 'commander';
import type { InventoryOptions, Migration, PlanOptions, RunOptions } from './options.js';

/** How values are read that the driver's own command line has as well. */
export interface ValueReaders {
  readonly driverName: (value: string) => string;
  readonly each: (value: string, all: readonly string[]) => readonly string[];
  readonly eachServer: (value: string, all: readonly string[]) => readonly string[];
}

export function migrateCommand(
  defaultDriver: string,
  readers: ValueReaders,
  migrate: (migration: Migration) => Promise<void>,
): Command {
  const asked = (command: Command) => withTruth(command, defaultDriver, readers);
  return new Command('migrate-pvs')
    .description(
      'move PersistentVolumes of the in-tree glusterfs plugin, which Kubernetes 1.26 removed, to this driver',
    )
    .addCommand(
      asked(new Command('inventory').description('what there is, what can be moved, and why the rest can not'))
        .option('--database <file>', "Heketi's database, or an export of one, in place of servers")
        .action((options: InventoryOptions) => migrate({ do: 'inventory', options })),
    )
    .addCommand(
      asked(new Command('plan').description('write a plan file of all that can be moved; nothing is changed'))
        .argument('<file>', 'the new plan file, which later takes everything back as well')
        .option('--replace-classes', 'plan to make StorageClasses anew for the driver, under their names', false)
        .action((file: string, options: PlanOptions) => migrate({ do: 'plan', file, options })),
    )
    .addCommand(
      onPlan(
        new Command('run').description('move what is planned, one after the other; may be run again at any time'),
        readers,
      ).action((file: string, options: RunOptions) => migrate({ do: 'run', file, options })),
    )
    .addCommand(
      onPlan(new Command('rollback').description('take back what was moved, or was begun'), readers).action(
        (file: string, options: RunOptions) => migrate({ do: 'rollback', file, options }),
      ),
    );
}

function withCluster(command: Command): Command {
  return command.option('--kubeconfig <file>', 'the cluster; KUBECONFIG, or the one that this runs in, otherwise');
}

function withTruth(command: Command, defaultDriver: string, { driverName, each, eachServer }: ValueReaders): Command {
  return withCluster(command)
    .option('--driver-name <name>', 'the provisioner of StorageClasses', driverName, defaultDriver)
    .option('--server <url>', 'a server, in place of those that StorageClasses name (repeatable)', eachServer, [])
    .option('--user <name>', 'user for these servers', '')
    .option('--key-file <file>', "file with that user's key; HEKETI_CSI_KEY otherwise")
    .option('--tls-cert <file>', 'PEM file with authorities to trust in place of the system’s (repeatable)', each, []);
}

function onPlan(command: Command, { each }: ValueReaders): Command {
  return withCluster(command)
    .argument('<file>', 'the plan file')
    .option('--dry-run', 'ask the API server whether it would take the changes; nothing is changed', false)
    .option('--only <name>', 'only this PersistentVolume or StorageClass of the plan (repeatable)', each, []);
}
