import { blocksOf, commandsOf, DOCUMENTS, spansOf } from './documents.js';

/** Programs whose call in a code span is a command, when words follow. */
const PROGRAMS =
  /^((bin\/)?heketi(-cli)?|npm|npx|docker|kubectl|curl|ssh-keygen|systemctl|journalctl|sudo|gluster|lvm|vgremove|pvremove|wipefs|sed) \S|^node scripts\//;

/** Usage lines of the client's commands, from its reference. */
export const CLIENT_USAGES: readonly string[] = blocksOf('docs/cli.md').flatMap(({ language, lines }) =>
  language === 'text' ? lines : [],
);

/** `volume create`, by which the guides name `heketi-cli volume create` too. */
const CLIENT_NAMES = CLIENT_USAGES.flatMap((usage) => /^heketi-cli ([a-z-]+( [a-z-]+)+)/.exec(usage)?.[1] ?? []);

/** Commands that no test runs as they stand, and why. */
export const NOT_RUN: ReadonlyMap<string, string> = new Map([
  ['npm ci', 'needs the package registry; npm test runs it in a clone without packages'],
  ['npm test', 'is what runs this'],
  ['npm run build', 'is run by npm test, and by npm run quickstart here'],
  ['npm run check', 'is run by npm test'],
  ['npm run format', 'would change the sources'],
  ['npm run e2e', 'starts virtual machines; npm test runs its short form'],
  ['npm run e2e growth|kinds|repair|hands|faults', 'names the parts of npm run e2e'],
  ['npm run test:soak', 'takes an hour; npm test runs its tests at a sample'],
  ['npm run test:crash', 'takes an hour; npm test runs its tests at a sample'],
  ['npm run test:fuzz', 'takes long; npm test runs its tests at a sample'],
  ['npx vitest run test/unit', 'is run by npm test'],
  ['node scripts/generate-cli-docs.mjs', 'would change documents; npm run check runs it with --check'],
  ['node scripts/record-cli-session.mjs', 'needs tmux, and would change a document'],
  ['node scripts/check-expressions.mjs --write', 'would change a file; npm run check runs it without --write'],
  ['kubectl create -f heketi-storage.json', 'needs a Kubernetes cluster; the file is written by the command before it'],
  [
    'kubectl patch ep heketi-storage-endpoints -p "$(heketi-cli volume endpoint patch 886a86a868711bef83001)"',
    'needs a Kubernetes cluster; the command inside is run by itself',
  ],
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
  ['gluster volume stop V', "gluster's own; npm run e2e uses it on real hosts"],
  ['gluster volume delete V', "gluster's own; npm run e2e uses it on real hosts"],
  ['gluster volume start NAME force', "gluster's own; the server runs it on the hosts of npm run e2e"],
  ['gluster volume replace-brick V OLD NEW commit force', "gluster's own; npm run e2e uses it on real hosts"],
  ['gluster still works on volume ...', 'is the text of an error'],
  ['gluster pool list', "gluster's own; the server runs it on the hosts of npm run e2e"],
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
