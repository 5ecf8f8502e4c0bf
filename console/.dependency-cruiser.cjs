/** What a folder of the console may see besides itself. */
const only = (folder, below) => ({
  name: `console-${folder}`,
  severity: 'error',
  from: { path: `^console/src/${folder}/` },
  to: { path: '^(console/)?src/', pathNot: [`^console/src/${folder}/`, ...below] },
});

const TEXTS = '^console/src/i18n/';
/** Reads topology files, for heketi-cli and here. */
const TOPOLOGY_FILE = '^src/cli/topology-file\\.ts$';
const STORE = '^console/src/state/store\\.ts$';

module.exports = {
  forbidden: [
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    // Of the server only the types of its contract: what it answers is all that the page knows.
    only('api', ['^src/api/contract/openapi\\.d\\.ts$']),
    only('routing', []),
    only('state', ['^console/src/api/', TOPOLOGY_FILE]),
    only('i18n', [STORE, '^console/src/api/contract\\.ts$']),
    only('components', ['^console/src/(api|state|routing)/', TEXTS]),
    only('pages', ['^console/src/(api|state|routing|components)/', TEXTS, TOPOLOGY_FILE]),
    {
      name: 'pages-stand-alone',
      comment: 'What two pages need is a component',
      severity: 'error',
      from: { path: '^console/src/pages/([^/]+)/' },
      to: { path: '^console/src/pages/[^/]+/', pathNot: '^console/src/pages/$1/' },
    },
    { name: 'nothing-unresolvable', severity: 'error', from: {}, to: { couldNotResolve: true } },
  ],
  options: {
    tsPreCompilationDeps: true,
    doNotFollow: { path: 'node_modules' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'default', 'types'] },
  },
};
