import { describe, expect, it } from 'vitest';
import { readLists, replay, scenarioNames, stepCount } from './replay.js';

const { pass, waiting } = readLists('cli');

it('has each recorded command-line scenario either on the list or with what keeps it off', () => {
  expect([...Object.values(pass).flat(), ...Object.keys(waiting)].sort()).toEqual([...scenarioNames('cli')].sort());
});

describe.each(Object.entries(pass))('command line: %s', (_group, names) => {
  it.concurrent.each(names)('%s behaves as the original did', async (name) => {
    expect(await replay('cli', name)).toBe(`${stepCount('cli', name)} passed, 0 failed`);
  });
});
