#!/usr/bin/env node
// Proves that every regular expression in src/ and every pattern of a schema takes time in proportion to what it is given.
// scripts/linear-expressions.json holds those that are proved; a new one is proved here, and kept there with --write.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import ts from 'typescript';
import { root } from './prerequisites.mjs';

const LIST = path.join(root, 'scripts', 'linear-expressions.json');
const LIMIT_MS = 120_000;

/** Expressions that are put together at run time, from what no client and no host says. */
const MADE_AT_RUN_TIME = new Set([
  'src/executors/inject/injection-rules.ts', // of the section injectexec, which is for tests
  'src/executors/mock/trouble/faults.ts', // of tests
  'src/executors/mock/host/file-programs.ts', // of scripts for simulated hosts, which are ours
]);

const BEYOND_RECHECK = /\(\?!|\\2/;
/** Files with such ones, with a reason why they are linear, or why nobody can harm with them. */
const LOOKED_AT = new Set([
  'src/cli/go-template/lex.ts', // looks one character ahead; the template is the caller's own
  'src/executors/mock/host/file-programs.ts', // refers back to a delimiter; the scripts are ours
]);

const problems = [];
const found = new Map();
for (const name of readdirSync(path.join(root, 'src'), { recursive: true })) {
  if (name.endsWith('.ts') && !name.endsWith('.d.ts')) collect(path.join('src', name));
}
const proved = new Set(JSON.parse(readFileSync(LIST, 'utf8')));
for (const [expression, place] of found) {
  const isLookedAt = LOOKED_AT.has(place.replace(/:\d+$/, '')) && BEYOND_RECHECK.test(expression);
  if (!proved.has(expression) && !isLookedAt) await prove(expression, place);
}
const linear = [...found.keys()].filter((expression) => proved.has(expression)).sort();
if (process.argv.includes('--write')) writeFileSync(LIST, `${JSON.stringify(linear, null, 2)}\n`);
if (problems.length > 0) console.error(problems.join('\n'));
process.exit(problems.length > 0 ? 1 : 0);

function collect(name) {
  const source = ts.createSourceFile(name, readFileSync(path.join(root, name), 'utf8'), ts.ScriptTarget.Latest, true);
  const visit = (node) => {
    const place = `${name}:${source.getLineAndCharacterOfPosition(node.getStart()).line + 1}`;
    if (ts.isRegularExpressionLiteral(node)) found.set(node.text, place);
    if (isSchemaPattern(node)) found.set(`/${node.initializer.text}/u`, place);
    const isCall = ts.isNewExpression(node) || ts.isCallExpression(node);
    if (isCall && node.expression.getText() === 'RegExp' && !MADE_AT_RUN_TIME.has(name))
      problems.push(`${place}: an expression made at run time can't be proved linear`);
    ts.forEachChild(node, visit);
  };
  visit(source);
}

/** `"pattern": "..."` of the contract, from which ajv makes expressions. */
function isSchemaPattern(node) {
  if (!ts.isPropertyAssignment(node) || !ts.isStringLiteral(node.initializer)) return false;
  return (ts.isStringLiteral(node.name) || ts.isIdentifier(node.name)) && node.name.text === 'pattern';
}

async function prove(expression, place) {
  const { check } = await import('recheck');
  const end = expression.lastIndexOf('/');
  const flags = expression.slice(end + 1);
  const pattern = expression.slice(1, end);
  // A sticky expression begins at one place, as an anchored one.
  const [text, others] = flags.includes('y') ? [`^(?:${pattern})`, flags.replace('y', '')] : [pattern, flags];
  const result = await check(text, others, { timeout: LIMIT_MS, checker: 'automaton' });
  if (result.status === 'safe') proved.add(expression);
  else if (result.status === 'vulnerable')
    problems.push(`${place}: ${expression} takes ${result.complexity.summary} time`);
  else problems.push(`${place}: ${expression} could not be proved linear (${result.error.kind}): write it simpler`);
}
