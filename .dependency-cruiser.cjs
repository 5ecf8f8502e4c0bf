/** What a folder may see in src/ besides itself and the timers. */
const only = (name, from, to) => ({
  name,
  severity: 'error',
  from: { path: from },
  to: { path: '^src/', pathNot: [from, ...to, '^src/timing/'] },
});

module.exports = {
  forbidden: [
    {
      name: 'no-cycles',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'domain-is-pure',
      comment: 'ids.ts alone draws random numbers',
      severity: 'error',
      from: { path: '^src/domain/' },
      to: { pathNot: ['^src/domain/', '^node:crypto$', '^crypto$'] },
    },
    only('store-knows-domain', '^src/store/', ['^src/domain/']),
    only('interchange-knows-domain-and-store-interface', '^src/interchange/', [
      '^src/domain/',
      '^src/store/(store|attributes)\\.ts$',
    ]),
    only('executors-know-domain', '^src/executors/', ['^src/domain/']),
    only('operations-see-ports', '^src/operations/', [
      '^src/domain/',
      '^src/store/store\\.ts$',
      '^src/executors/executor\\.ts$',
      '^src/executors/commands/',
    ]),
    only('api-sees-operations', '^src/api/', ['^src/domain/', '^src/store/store\\.ts$', '^src/operations/']),
    only('metrics-see-the-store-interface', '^src/metrics/', ['^src/domain/', '^src/store/store\\.ts$']),
    only('timing-stands-alone', '^src/timing/', []),
    only('logging-stands-alone', '^src/logging/', ['^src/domain/']),
    only('config-stands-alone', '^src/config/', [
      '^src/domain/',
      '^src/executors/commands/host-settings\\.ts$',
      '^src/logging/log-level\\.ts$',
    ]),
    only('cli-sees-contract-only', '^src/cli/', ['^src/api/contract/', '^src/domain/(json|counted)\\.ts$']),
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
