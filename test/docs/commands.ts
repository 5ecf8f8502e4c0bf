import { blocksOf, commandsOf, DOCUMENTS, spansOf } from './documents.js';

/** Programs whose call in a code span is a command, when words follow. */
const PROGRAMS =
  /^((bin\/)?heketi(-cli)?|npm|npx|docker|kubectl|helm|curl|ssh-keygen|systemctl|journalctl|sudo|gluster|lvm|vgremove|pvremove|wipefs|sed) \S|^node scripts\//;

/** Usage lines of the client's commands, from its reference. */
export const CLIENT_USAGES: readonly string[] = blocksOf('docs/cli.md').flatMap(({ language, lines }) =>
  language === 'text' ? lines : [],
);

/** `volume create`, by which the guides name `heketi-cli volume create` too. */
const CLIENT_NAMES = CLIENT_USAGES.flatMap((usage) => /^heketi-cli ([a-z-]+( [a-z-]+)+)/.exec(usage)?.[1] ?? []);

/**
 * Commands for a cluster of Kubernetes or Nomad and for its images. test/deployment tries the manifests and job files that they
 * name, and what they run in pods.
 */
export const NEEDS_CLUSTER = /^(kubectl|helm|docker|nomad) /;

/** Commands that no test runs as they stand, and why. */
export const NOT_RUN: ReadonlyMap<string, string> = new Map([
  ['npm ci', 'needs the package registry; npm test runs it in a clone without packages'],
  ['npm test', 'is what runs this'],
  ['npm run build', 'is run by npm test, and by npm run quickstart here'],
  ['npm run check', 'is run by npm test'],
  ['npm run format', 'would change the sources'],
  ['npm run e2e', 'starts virtual machines; npm test runs its short form'],
  ['npm run e2e growth|kinds|repair|hands|faults|maintenance|adopt|csi', 'names the parts of npm run e2e'],
  ['npm run e2e csi', 'starts virtual machines'],
  ['npm run test:soak', 'takes an hour; npm test lives a few, without machines that are installed anew'],
  ['npm run test:maintenance', 'takes half an hour; npm test lives a few, without machines that are installed anew'],
  ['npm run test:crash', 'takes an hour; npm test lives a few, without machines that are installed anew'],
  ['npm run test:chaos', 'takes long; npm test asks for a tenth of its changes'],
  ['npx tsx bench/failover.ts --database=postgres://USER@HOST/EMPTY_DATABASE', 'measures on a PostgreSQL of its own'],
  ['npm run test:csi', 'takes hours; npm test lives a few of its sequences'],
  [
    'PATH="$PWD/test/csi/pretend-gluster:$PATH" bin/heketi-csi --controller --node --mounts container --endpoint /tmp/csi.sock --server http://127.0.0.1:8080 --log-dir /tmp',
    'goes on until it is ended; test/csi/processes/sanity.test.ts runs it so',
  ],
  [
    'csi-sanity --csi.endpoint unix:///tmp/csi.sock --csi.testvolumeparameters parameters.yaml --csi.secrets secrets.yaml',
    'is not at hand; test/csi/processes/sanity.test.ts asks for the same',
  ],
  [
    "csi-sanity --csi.endpoint unix:///tmp/csi.sock --ginkgo.skip 'should work|should be idempotent|should remove target path|on the specified path|different target path'",
    'is not at hand; test/csi/processes/sanity.test.ts asks for the same',
  ],
  ['npm run test:goldens-postgres', 'takes long; npm test replays a quarter of these answers'],
  ['npm run test:fuzz', 'takes long; npm test lives a few, without machines that are installed anew'],
  ['npx tsx bench/scale.ts', 'measures for a long time; test/growth counts the work of what it measures'],
  ['npx tsx bench/busy-day.ts', 'takes two hours'],
  ['npx tsx bench/console.ts', 'measures in Chromium; test/console/processes tries the same pages'],
  ['npm run test:fuzz-databases', 'takes long; npm test runs its test at a sample'],
  [
    'heketi db convert --dbfile heketi.db --report',
    "needs a database of Heketi's; test/app/conversion.test.ts runs it",
  ],
  ['npx vitest run test/unit', 'is run by npm test'],
  ['node scripts/generate-cli-docs.mjs', 'would change documents; npm run check runs it with --check'],
  ['node scripts/generate-chart.mjs', 'would change the chart; npm run check runs it with --check'],
  ['node scripts/extract-kubernetes-schemas.mjs', 'needs the package registry, and would change files'],
  ['node scripts/record-cli-session.mjs', 'needs tmux, and would change a document'],
  ['node scripts/check-expressions.mjs --write', 'would change a file; npm run check runs it without --write'],
  ['heketi-cli completion powershell >> $PROFILE', 'is for PowerShell, which is not at hand'],
  [
    // biome-ignore lint/suspicious/noTemplateCurlyInString: zsh's
    'heketi-cli completion zsh > "${fpath[1]}/_heketi-cli"',
    'is for zsh, into a folder of root; test/cli/processes/completion-shells.test.ts runs zsh',
  ],
  [
    'curl -X POST -H "Authorization: bearer $TOKEN" http://HOST:8080/restore/confirm',
    'needs curl and a token made by hand; test/api sends the request',
  ],
  [
    "kubectl get secret heketi-db-backup -o jsonpath='{.data.heketi\\.db\\.gz}' | base64 -d >heketi.db.gz",
    'needs a Kubernetes cluster',
  ],
  ...[
    'docker compose up --build --detach',
    "docker compose exec heketi heketi-cli --user admin --secret 'My Secret' topology load --json=/examples/topology.json",
    'docker compose --profile ssh up --build --detach',
    "docker compose --profile ssh exec heketi-ssh heketi-cli --user admin --secret 'My Secret' topology load --json=/hosts/cluster/topology.json",
  ].map((command) => [command, 'needs a container engine; test/app/processes/image.test.ts does without one'] as const),
  [
    'heketi db import --from-url http://heketi.example:8080 --user admin --secret-file admin.key --dbfile=heketi.db',
    'needs a running Heketi; test/app/import-database.test.ts asks stand-ins for one',
  ],
  ...[
    'heketi db adopt --config /etc/heketi/heketi.json --topology topology.json',
    'heketi db adopt --config /etc/heketi/heketi.json --volume restored --apply',
  ].map((command) => [command, 'needs hosts with volumes; test/crash/processes/adoption.test.ts runs it'] as const),
  ...[
    'heketi db copy --from /var/lib/heketi/heketi.db --to postgres://mortar@db.example/mortar --password-file /etc/heketi/db-password',
    'heketi db copy --from postgres://mortar@db.example/mortar --to /var/lib/heketi/heketi-back.db --password-file /etc/heketi/db-password',
  ].map((command) => [command, 'needs a PostgreSQL; test/app/copy-database.test.ts runs it'] as const),
  ...commandsOf('docs/kubernetes-1.26.md')
    .filter(({ text }) => text.startsWith('heketi-csi '))
    .map(
      ({ text }) =>
        [text, 'needs a cluster; test/csi/processes/migrate-pvs.test.ts runs it before a stand-in'] as const,
    ),
  ['heketi db import --from-url', 'needs a running Heketi; test/app/import-database.test.ts asks stand-ins for one'],
  ['heketi container-start', 'needs a data volume; test/app/processes runs it'],
  ['gluster volume stop V', "gluster's own; npm run e2e uses it on real hosts"],
  ['gluster volume delete V', "gluster's own; npm run e2e uses it on real hosts"],
  ['gluster volume start NAME force', "gluster's own; the server runs it on the hosts of npm run e2e"],
  ['gluster volume replace-brick V OLD NEW commit force', "gluster's own; npm run e2e uses it on real hosts"],
  ['gluster peer probe NEW_NAME', "gluster's own, for a name of the reader's"],
  ['gluster volume remove-brick V HOST:PATH force', "gluster's own, for what is lost"],
  ['gluster peer detach HOST force', "gluster's own; the server runs it on simulated hosts in test/operations"],
  ['gluster volume heal VOLUME full', "gluster's own, where it does not heal by itself"],
  ['gluster volume heal VOLUME info', "gluster's own; the server runs it on the hosts of npm run e2e"],
  ['gluster volume status all detail', 'named only, as what was not chosen'],
  ['gluster still works on volume ...', 'is the text of an error'],
  ['gluster pool list', "gluster's own; the server runs it on the hosts of npm run e2e"],
  ['gluster peer status', "gluster's own; the server asks for the same list on the hosts of npm run e2e"],
  ['gluster volume reset-brick', "gluster's own; test/executors/reinstallation.test.ts has what it says"],
  ['gluster peer probe', "gluster's own; the server runs it on the hosts of npm run e2e"],
  ['vgremove GROUP', "LVM's own, for a disk of the reader's"],
  ['pvremove DEVICE', "LVM's own, for a disk of the reader's"],
  ['systemctl status glusterd', 'needs systemd; the server runs it on the hosts of npm run e2e'],
  ['wipefs --all', 'named only, as what Heketi runs'],
  ['sed -i.save', 'named only, as what Heketi runs'],
  ['sudo -n', 'named only; test/executors/ssh runs it'],
]);

/** Every command of the documents once: those of blocks in their order, then those in code spans. */
export function allCommands(documents: readonly string[] = DOCUMENTS): string[] {
  const inBlocks = documents.flatMap((document) => commandsOf(document).map(({ text }) => text));
  return [...new Set([...inBlocks, ...documents.flatMap(commandSpansOf)])];
}

function commandSpansOf(document: string): string[] {
  return spansOf(document)
    .map(withProgram)
    .filter((span) => PROGRAMS.test(span));
}

function withProgram(span: string): string {
  if (CLIENT_NAMES.some((name) => span === name || span.startsWith(`${name} `))) return `heketi-cli ${span}`;
  return /^(db|offline) [a-z]/.test(span) ? `heketi ${span}` : span;
}
