#!/usr/bin/env node
// Generates src/api/contract/openapi.d.ts (types) and routes.ts (what the server reads at run time) from openapi.yaml.
// With --check nothing is written: exit code 1 tells that a file is not up to date.
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import openapiTS, { astToString } from 'openapi-typescript';
import ts from 'typescript';
import { parse } from 'yaml';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const METHODS = ['get', 'post', 'delete'];

const { factory } = ts;
const exactInteger = factory.createUnionTypeNode([
  factory.createKeywordTypeNode(ts.SyntaxKind.NumberKeyword),
  factory.createKeywordTypeNode(ts.SyntaxKind.BigIntKeyword),
]);
const bytes = factory.createTypeReferenceNode('Uint8Array');

async function buildTypes(text) {
  const tree = await openapiTS(text, {
    immutable: true,
    alphabetize: false,
    transform(schema) {
      // Integers beyond 2^53 are kept exact
      if (schema.type === 'integer' && schema.format === 'int64') return exactInteger;
      if (schema.format === 'binary') return bytes;
      return undefined;
    },
  });
  return `/* Generated from openapi.yaml by scripts/generate-contract.mjs; do not edit. */\n\n${astToString(tree)}`;
}

function buildRoutes(document) {
  const routes = [];
  for (const [pathTemplate, item] of Object.entries(document.paths)) {
    for (const method of METHODS) {
      const operation = item[method];
      if (operation === undefined) continue;
      const body = operation.requestBody;
      routes.push({
        operationId: operation.operationId,
        method: method.toUpperCase(),
        path: pathTemplate,
        isOpen: Array.isArray(operation.security) && operation.security.length === 0,
        ...(operation['x-changes-nothing'] === true && { changesNothing: true }),
        ...(operation['x-while-held'] && { whileHeld: operation['x-while-held'] }),
        ...(operation['x-changes-something'] === true && { changesSomething: true }),
        ...(operation.responses['200']?.content?.['text/event-stream'] && { isStream: true }),
        ...(body && {
          body: {
            isRequired: body.required === true,
            parseErrorStatus: operation['x-parse-error-status'] ?? 422,
            schema: resolve(body.content['application/json'].schema, document),
          },
        }),
      });
    }
  }
  return [
    '/* Generated from openapi.yaml by scripts/generate-contract.mjs; do not edit. */',
    '',
    "import type { Route } from './route.js';",
    '',
    `export const ROUTES: readonly Route[] = ${JSON.stringify(routes, undefined, 2)};`,
    '',
  ].join('\n');
}

/** The schema with every reference replaced by what it refers to. */
function resolve(schema, document) {
  if (Array.isArray(schema)) return schema.map((member) => resolve(member, document));
  if (typeof schema !== 'object' || schema === null) return schema;
  if (typeof schema.$ref === 'string') {
    const names = schema.$ref.replace(/^#\//, '').split('/');
    return resolve(
      names.reduce((value, name) => value[name], document),
      document,
    );
  }
  return Object.fromEntries(Object.entries(schema).map(([key, member]) => [key, resolve(member, document)]));
}

const text = await readFile(path.join(root, 'openapi.yaml'), 'utf8');
const files = {
  'src/api/contract/openapi.d.ts': await buildTypes(text),
  'src/api/contract/routes.ts': buildRoutes(parse(text)),
};
for (const [name, content] of Object.entries(files)) {
  const file = path.join(root, name);
  const present = await readFile(file, 'utf8').catch(() => null);
  if (present === content) continue;
  if (process.argv.includes('--check')) {
    console.error(`${name} is not what openapi.yaml says: run node scripts/generate-contract.mjs`);
    process.exitCode = 1;
  } else {
    await writeFile(file, content);
  }
}
