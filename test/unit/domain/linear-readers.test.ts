import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { compileRules } from '../../../src/api/validation.js';
import { parseTagRule } from '../../../src/domain/allocator/tags.js';
import { KnownHostsFiles } from '../../../src/executors/ssh/known-hosts.js';
import { createTextRedaction, REDACTED } from '../../../src/logging/redaction.js';

/* What is read step by step, to be linear, against the expression that says it in a line. */

const RUNS = { numRuns: 3000 };

function textOf(...pieces: readonly string[]): fc.Arbitrary<string> {
  return fc.array(fc.constantFrom(...pieces), { maxLength: 14 }).map((parts) => parts.join(''));
}

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'mortar-linear-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

it('a tag rule is what its expression says', () => {
  const expression = /^([a-zA-Z0-9.-_]+)(!?=)([a-zA-Z0-9.-_]+)$/;
  fc.assert(
    fc.property(textOf('=', '!', 'a', 'B', '.', '^', '-', ' ', '\n'), (text) => {
      const match = expression.exec(text);
      const rule = match && { name: match[1], value: match[3], isNegated: match[2] === '!=' };
      expect(parseTagRule(text)).toEqual(rule);
    }),
    RUNS,
  );
});

it('tokens are redacted as their expression says', () => {
  const redact = createTextRedaction([]);
  fc.assert(
    fc.property(textOf('eyJ', 'eyJa', 'b', '-', '_', '.', ' ', '"', '/', 'x.y', 'a-eyJb'), (text) => {
      expect(redact(text)).toBe(text.replaceAll(/\beyJ[\w-]+\.[\w-]+\.[\w-]*/g, REDACTED));
    }),
    RUNS,
  );
});

it('a host name is what its expression says', () => {
  const expression = /^[a-zA-Z0-9_][a-zA-Z0-9_-]{0,62}(\.[a-zA-Z0-9_][a-zA-Z0-9_-]{0,62})*[._]?$/;
  const check = compileRules({ type: 'string', format: 'host' });
  const isAccepted = (text: string): boolean => {
    try {
      check(text);
      return true;
    } catch {
      return false;
    }
  };
  fc.assert(
    fc.property(textOf('a', '_', '-', '.', 'h'.repeat(61), 'x'.repeat(63), ' '), (text) => {
      fc.pre(text.replaceAll('.', '').length <= 255);
      expect(isAccepted(text)).toBe(expression.test(text));
    }),
    RUNS,
  );
});

it('a pattern of known_hosts is what its expression says', async () => {
  const file = join(folder, 'known_hosts');
  const blob = Buffer.concat([Buffer.from([0, 0, 0, 11]), Buffer.from('ssh-ed25519')]);
  await fc.assert(
    fc.asyncProperty(
      textOf('*', '?', 'a', 'b', '.').filter((text) => text !== ''),
      textOf('a', 'b', '.').filter((text) => text !== ''),
      async (pattern, name) => {
        writeFileSync(file, `${pattern} ssh-ed25519 ${blob.toString('base64')}\n`);
        const source = pattern.replaceAll('.', '\\.').replaceAll('*', '.*').replaceAll('?', '.');
        const refusal = await new KnownHostsFiles([file]).refusal(name, 22, blob);
        expect(refusal === null).toBe(new RegExp(`^${source}$`).test(name));
      },
    ),
    { numRuns: 1000 },
  );
});
