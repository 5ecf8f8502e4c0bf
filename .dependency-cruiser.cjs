/** What a folder may see in src/ besides itself, exact JSON and the timers. */
const only = (name, from, to) => ({
  name,
  severity: 'error',
  from: { path: from },
  to: { path: '^src/', pathNot: [from, ...to, '^src/(json|timing)/'] },
});

/** What a folder of executors/ may see besides itself, the domain and the interface of all executors. */
const executors = (folder, below) =>
  only(`executors-${folder}`, `^src/executors/${folder}/`, [
    '^src/domain/',
    '^src/executors/executor\\.ts$',
    ...below.map((name) => `^src/executors/${name}`),
  ]);
const commands = (folder, below) =>
  executors(`commands/${folder}`, ['failures/', ...below.map((name) => `commands/${name}/`)]);
const mock = (folder, below) =>
  executors(
    `mock/${folder}`,
    below.map((name) => `mock/${name}`),
  );
/** What a folder of operations/ may see besides itself, what all of operations/ sees, and the ports. */
const operations = (folder, below) =>
  only(`operations-${folder}`, `^src/operations/${folder}/`, [
    ...BELOW_OPERATIONS,
    '^src/operations/(ports/|(settings|logger)\\.ts$)',
    ...below.map((name) => `^src/operations/${name}`),
  ]);
const BELOW_OPERATIONS = [
  '^src/domain/',
  '^src/events/tell\\.ts$',
  '^src/store/(interface/|(store|pages)\\.ts$)',
  '^src/executors/executor\\.ts$',
  '^src/executors/(commands|failures)/',
];

module.exports = {
  forbidden: [
    {
      name: 'no-cycles',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'domain-is-pure',
      comment: 'ids.ts alone draws random numbers',
      severity: 'error',
      from: { path: '^src/domain/' },
      to: { pathNot: ['^src/domain/', '^node:crypto$', '^crypto$'] },
    },
    only('store-knows-domain', '^src/store/', ['^src/domain/']),
    {
      name: 'only-the-store-sees-its-engine',
      comment: 'open-store.ts is the way in',
      severity: 'error',
      from: { path: '^src/', pathNot: ['^src/store/(sqlite|postgres)/', '^src/store/open-store\\.ts$'] },
      to: { path: '^src/store/(sqlite|postgres)/' },
    },
    only('interchange-knows-domain-and-store-interface', '^src/interchange/', [
      '^src/domain/',
      '^src/store/(interface/|(store|pages|attributes)\\.ts$)',
      '^src/(bolt|gob)/',
    ]),
    only('bolt-stands-alone', '^src/bolt/', ['^src/domain/']),
    only('gob-stands-alone', '^src/gob/', []),
    // The cluster that a server runs in: its API, for whoever asks it.
    only('kubernetes-stands-alone', '^src/kubernetes/', ['^src/domain/']),
    only('executors-know-domain', '^src/executors/', ['^src/domain/', '^src/kubernetes/']),
    only('failures-stand-alone', '^src/executors/failures/', []),
    // A host's files and block devices, LVM on them, bricks in it, gluster on those; each sees only what is below it.
    commands('host', []),
    commands('lvm', ['host']),
    commands('brick', ['host', 'lvm']),
    commands('gluster', ['host', 'lvm', 'brick']),
    // What is done with a whole device, or a whole node.
    commands('device', ['host', 'lvm', 'gluster']),
    commands('node', ['host', 'lvm', 'brick', 'gluster', 'device']),
    executors('commands', ['failures/']),
    executors('inject', ['shell/quoting\\.ts$']),
    executors('mock', ['shell/quoting\\.ts$']),
    // What is said over a channel does not depend on what opened it.
    executors('shell', ['failures/']),
    executors('ssh', ['shell/(channel|quoting)\\.ts$']),
    {
      name: 'kubernetes-is-loaded-when-asked-for',
      comment: 'ws, and @kubernetes/client-node with its 56 MiB, are only for servers that use them',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/executors/kubernetes/' },
      to: {
        path: ['^src/executors/kubernetes/', 'node_modules/(@kubernetes|ws)/'],
        dynamic: false,
        dependencyTypesNot: ['type-only'],
      },
    },
    only('executors-kubernetes', '^src/executors/kubernetes/', [
      '^src/domain/',
      '^src/kubernetes/',
      '^src/executors/executor\\.ts$',
      '^src/executors/shell/channel\\.ts$',
    ]),
    // What hosts are and hold, the programs on them, what goes wrong there, and hosts in a process of their own.
    mock('world', []),
    mock('host', ['world/']),
    mock('lvm', ['world/']),
    mock('gluster', ['world/', 'lvm/']),
    mock('trouble', ['world/', 'gluster/']),
    mock('remote', ['world/', 'trouble/', '(hosts-file|simulated-hosts)\\.ts$']),
    only('mock-knows-no-other-process', '^src/executors/mock/[^/]+\\.ts$', [
      '^src/domain/',
      '^src/executors/(executor|shell/quoting)\\.ts$',
      '^src/executors/mock/(world|host|lvm|gluster|trouble)/',
    ]),
    only('operations-see-ports', '^src/operations/', BELOW_OPERATIONS),
    only('operations-ports-see-no-operation', '^src/operations/(ports/|(settings|logger)\\.ts$)', BELOW_OPERATIONS),
    // Who may work on hosts and when, what leads any change to its end, changes of volumes, of what they lie on, and of
    // what Heketi had begun, and records made again from hosts. Beside them what looks at hosts without a record: repair/, device-check/, usage/ and examination/; state-repair/ mends what that finds.
    operations('hosts', []),
    operations('engine', ['hosts/', 'volumes/(stillness|volume-in-change)\\.ts$']),
    operations('volumes', ['hosts/', 'engine/']),
    operations('topology', ['hosts/', 'engine/', 'volumes/']),
    operations('device-check', ['hosts/', 'engine/', 'volumes/']),
    operations('reinstatement', ['hosts/', 'engine/', 'volumes/', 'topology/']),
    operations('block-volumes', ['hosts/', 'engine/', 'volumes/']),
    operations('adoption', ['volumes/', 'device-check/']),
    operations('imported', ['hosts/', 'engine/', 'volumes/']),
    operations('repair', ['hosts/', 'engine/', 'volumes/']),
    operations('examination', ['hosts/within\\.ts$']),
    operations('usage', ['hosts/', 'engine/', 'volumes/']),
    operations('state-repair', ['hosts/', 'engine/', 'volumes/', 'adoption/', 'examination/', 'repair/']),
    only('api-sees-ports', '^src/api/', [
      '^src/domain/',
      '^src/store/(interface/|store\\.ts$)',
      '^src/operations/(ports/|logger\\.ts$)',
      '^src/operations/examination/',
      '^src/events/',
    ]),
    only('events-see-the-store-interface', '^src/events/', ['^src/domain/', '^src/store/(interface/|store\\.ts$)']),
    only('metrics-see-the-store-interface', '^src/metrics/', ['^src/domain/', '^src/store/(interface/|store\\.ts$)']),
    only('backup-knows-the-store-interface', '^src/backup/', [
      '^src/domain/',
      '^src/store/(interface/|(store|pages|attributes)\\.ts$)',
      '^src/kubernetes/',
    ]),
    only('timing-stands-alone', '^src/timing/', []),
    only('json-stands-alone', '^src/json/', []),
    only('logging-stands-alone', '^src/logging/', ['^src/domain/']),
    only('config-stands-alone', '^src/config/', [
      '^src/domain/',
      '^src/executors/commands/host/host-settings\\.ts$',
      '^src/store/store-config\\.ts$',
      '^src/logging/log-level\\.ts$',
    ]),
    only('client-sees-contract-only', '^src/client/', ['^src/api/contract/']),
    only('cli-sees-client-only', '^src/cli/', ['^src/client/', '^src/domain/(counted|database-volume)\\.ts$']),
    // A client of the HTTP contract, as heketi-cli is.
    only('csi-sees-client-only', '^src/csi/(?!migrate-pvs/)', [
      '^src/client/',
      '^src/kubernetes/',
      '^src/logging/',
      '^src/csi/migrate-pvs/(command-line|migrate|options)\\.ts$',
    ]),
    // Without a server it reads what one had.
    only('csi-migrate-pvs', '^src/csi/', [
      '^src/client/',
      '^src/kubernetes/',
      '^src/logging/',
      '^src/bolt/',
      '^src/interchange/(document|entry-source|heketi-bolt|read-entries)\\.ts$',
    ]),
    {
      name: 'no-dev-packages',
      comment: 'A production install has only dependencies; heketi-cli is bundled, so its imports count as well',
      severity: 'error',
      from: { path: '^src/' },
      to: { dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'], dependencyTypesNot: ['type-only'] },
    },
    { name: 'nothing-unresolvable', severity: 'error', from: {}, to: { couldNotResolve: true } },
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    doNotFollow: { path: 'node_modules' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'default', 'types'] },
  },
};
