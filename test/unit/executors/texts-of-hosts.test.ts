import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import ts from 'typescript';
import { expect, it } from 'vitest';

const SRC = resolve(import.meta.dirname, '../../../src');

/** Who looks into what a failure says, besides the table, and why that decides nothing. */
const READ_FAILURES = new Map([
  ['executors/commands/brick/brick-health.ts', 'its first line is shown'],
  ['executors/commands/brick/brick.ts', "mkfs.xfs' usage is cut off what is shown"],
  ['executors/commands/gluster/xml-tree.ts', "the parser's word for a character in a file's name"],
  ['executors/ssh/private-key.ts', 'of a file on this machine'],
  ['executors/ssh/ssh-channel.ts', "the SSH library's word for a channel that was not opened"],
]);

/**
 * Who compares texts at all among the commands, or by expressions among the operations, and which texts these are: none
 * of a failure.
 */
const COMPARE_TEXTS = new Map([
  ['executors/commands/brick/brick-contents.ts', 'names that ls prints'],
  ['executors/commands/brick/brick-health.ts', "the log of a brick's process"],
  ['executors/commands/brick/brick-usage.ts', 'what df prints'],
  ['executors/commands/brick/brick.ts', "paths; mkfs.xfs' usage"],
  ['executors/commands/device/device-facts.ts', 'what stat, findmnt, dmsetup and lvm dumpconfig print'],
  ['executors/commands/device/lvm-device-removal.ts', 'paths; what stat and blkid print'],
  ['executors/commands/device/lvm-device.ts', 'what udevadm prints'],
  ['executors/commands/gluster/brick-users.ts', 'paths; whether a list in XML is whole'],
  ['executors/commands/gluster/gluster-block-json.ts', 'sizes'],
  ['executors/commands/gluster/gluster-clients.ts', 'paths; the list of clients'],
  ['executors/commands/gluster/gluster-volume-xml.ts', 'paths and numbers'],
  ['executors/commands/gluster/gluster-volume.ts', 'options as they were ordered'],
  ['executors/commands/gluster/gluster-xml.ts', 'whether XML is whole; numbers'],
  ['executors/commands/gluster/glusterd-identity.ts', 'the line of the UUID in glusterd.info'],
  ['executors/commands/gluster/peer-names.ts', 'addresses that getent prints'],
  ['executors/commands/gluster/xml-tree.ts', "names of elements; the parser's words"],
  ['executors/commands/host/block-devices.ts', 'what lsblk, blkid and mount print, and fstab'],
  ['executors/commands/host/file-system-names.ts', 'what blkid prints'],
  ['executors/commands/host/fstab-lines.ts', 'a line of ours'],
  ['executors/commands/host/text-lines.ts', "lines' ends"],
  ['executors/commands/lvm/group-report.ts', "lvm's reports"],
  ['executors/commands/lvm/lvm-report.ts', "lvm's reports"],
  ['executors/commands/lvm/pool-report.ts', "lvm's reports"],
  ['executors/commands/lvm/unnamed-metadata.ts', "rows of lvm's reports"],
  ['executors/commands/node/host-survey.ts', 'fstab'],
  ['executors/commands/node/pool-member.ts', 'names of volume groups and bricks; numbers that stat prints'],
  ['operations/adoption/adopt-volume.ts', 'names of volumes, block volumes and bricks; the option with the id'],
  ['operations/device-check/group-verdict.ts', 'names of logical volumes'],
  ['operations/engine/queue-answers.ts', 'paths of the API'],
  ['operations/examination/clone-leftovers.ts', 'paths and names of logical volumes'],
  ['operations/repair/thin-pool-use.ts', 'names of volume groups'],
  ['operations/state-repair/fstab-use.ts', 'how a line of fstab names a device'],
  ['operations/state-repair/local-use.ts', "lvm's attributes; paths of devices"],
  ['operations/state-repair/unclaimed-name.ts', 'names of logical volumes'],
  ['operations/topology/device-preflight.ts', 'names and signatures of devices'],
  ['operations/volumes/clone-bricks.ts', 'paths of bricks'],
  ['operations/volumes/clone-undo.ts', 'names of snapshots'],
  ['operations/volumes/ordered-options.ts', 'names of options'],
]);

const OF_EXPRESSIONS = new Set(['test', 'exec']);
const EQUALS = new Set([ts.SyntaxKind.EqualsEqualsEqualsToken, ts.SyntaxKind.ExclamationEqualsEqualsToken]);
const CONSTANT = /^[A-Z][A-Z0-9_]*$/;
const OF_TEXTS = new Set(['match', 'matchAll', 'search', 'includes', 'startsWith', 'endsWith', 'indexOf', 'split']);
const OF_FAILURE = /\b(?:stderr|message)\b/;

const files = ['executors', 'operations'].flatMap((folder) =>
  readdirSync(join(SRC, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => relative(SRC, join(entry.parentPath, entry.name)))
    .filter((file) => !/^executors\/(?:failures|mock|inject)\//.test(file)),
);

interface Comparison {
  /** It looks into what a failure says. */
  readonly isOfFailure: boolean;
  readonly isExpression: boolean;
}

/** Comparisons of a text with an expression or a literal, and all that look into what a failure says. */
function comparisonsIn(text: string): readonly Comparison[] {
  const found: Comparison[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isCallExpression(node) && ts.isPropertyAccessExpression(node.expression)) {
      const { name, expression } = node.expression;
      const isLiteral = [expression, ...node.arguments].some(
        (part) => ts.isRegularExpressionLiteral(part) || ts.isStringLiteralLike(part) || ts.isTemplateExpression(part),
      );
      const isExpression = OF_EXPRESSIONS.has(name.text) && (isLiteral || CONSTANT.test(expression.getText()));
      const isOfFailure = OF_FAILURE.test(node.getText());
      if (isExpression || (OF_TEXTS.has(name.text) && (isLiteral || isOfFailure)))
        found.push({ isOfFailure, isExpression });
    }
    if (ts.isBinaryExpression(node) && EQUALS.has(node.operatorToken.kind)) {
      const isText = [node.left, node.right].some((side) => ts.isStringLiteralLike(side) && side.text !== '');
      if (isText && OF_FAILURE.test(node.getText())) found.push({ isOfFailure: true, isExpression: false });
    }
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile('', text, ts.ScriptTarget.Latest, true));
  return found;
}

const filesWith = (isWanted: (found: Comparison, file: string) => boolean): readonly string[] =>
  files
    .filter((file) => comparisonsIn(readFileSync(join(SRC, file), 'utf8')).some((one) => isWanted(one, file)))
    .sort();

it('nothing but the table of failures judges by what a failure says', () => {
  expect(filesWith(({ isOfFailure }) => isOfFailure)).toEqual([...READ_FAILURES.keys()].sort());
});

it('whoever asks hosts compares only texts that are on the list', () => {
  const comparing = filesWith(
    ({ isExpression }, file) =>
      file.startsWith('executors/commands/') || (isExpression && file.startsWith('operations/')),
  );
  expect(comparing).toEqual([...COMPARE_TEXTS.keys()].sort());
});

it.each([
  '/not found/.test(result.stderr)',
  'GONE.test(error.message)',
  "error.message.includes('does not exist')",
  "error.message === 'gone'",
  "stderr.trim().split('\\n').some((line) => line.startsWith('x'))",
  "['a', 'b'].some((text) => stderr.includes(text))",
])('a judgement is found: %s', (text) => {
  expect(comparisonsIn(text).some(({ isOfFailure }) => isOfFailure)).toBe(true);
});
