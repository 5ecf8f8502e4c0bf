import { describe, expect, it } from 'vitest';
import { readLists, replay, scenarioNames, stepCount } from './replay.js';

const { pass, waiting } = readLists('http');

it('has each recorded HTTP scenario either on the list or with what keeps it off', () => {
  expect([...Object.values(pass).flat(), ...Object.keys(waiting)].sort()).toEqual([...scenarioNames('http')].sort());
});

describe.each(Object.entries(pass))('HTTP: %s', (_group, names) => {
  it.concurrent.each(names)('%s is answered as the original did', async (name) => {
    expect(await replay('http', name)).toBe(`${stepCount('http', name)} passed, 0 failed`);
  });
});
