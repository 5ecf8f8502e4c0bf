// Replays one HTTP scenario as replay.mjs does, and also holds the words of refusals against those of the original:
// people match on them, so ours begin with them and go on with what to do.
//   node replay-with-texts.mjs --start 'SERVER --config {config} {disable-auth}' SCENARIO.json
import { parseArgs } from 'node:util';
import { diff, loadDir, runScenario } from './replay.mjs';

/** Where the original shows the inside of its JSON and token libraries. */
const OURS = [/^request unable to be parsed: (?:json: |invalid character )/, /^Invalid JWT token: (?:json: |invalid ch)/];
/** Steps whose outside words we show otherwise: cut after 64 characters, and without control characters. */
const SHOWN_OTHERWISE = ['node-add-bad #27', 'node-add-bad #34'];
/** The original's mock says "Id not found" of whatever it can't move; so will we when bricks are moved. */
const NOT_BUILT = ['device-delete-used #16'];
/** The original counts hours and minutes. */
const EXPIRED = /^(Invalid JWT token: Token is expired by )\S.*$/;

const {
  values: { start },
  positionals,
} = parseArgs({ options: { start: { type: 'string' } }, allowPositionals: true });
const counts = { passed: 0, failed: 0 };

for (const scenario of loadDir(positionals)) {
  let steps = 0;
  await runScenario(scenario, { start }, (step, actual) => {
    steps++;
    const isShownOtherwise = [...SHOWN_OTHERWISE, ...NOT_BUILT].includes(`${scenario.file} #${steps}`);
    const problems = [
      ...diff(withoutNotes(step.expect), withoutNotes(actual)),
      ...(isShownOtherwise ? [] : [...wrongWords(step.expect, actual), ...wrongWords(step.expect?.final, actual?.final)]),
    ];
    counts[problems.length > 0 ? 'failed' : 'passed']++;
    for (const problem of problems) console.log(`${scenario.file} #${steps} ${step.name}: ${problem}`);
  });
}
console.log(`${counts.passed} passed, ${counts.failed} failed`);
process.exit(counts.failed > 0 ? 1 : 0);

/** Recorded notes are cut, with an ellipsis at their end. */
function wrongWords(expected, actual) {
  const recorded = expected?.note;
  if (recorded === undefined || OURS.some((pattern) => pattern.test(recorded))) return [];
  const words = recorded
    .replace(/…$/, '')
    .replace(EXPIRED, '$1')
    .trim();
  return actual?.note?.startsWith(words) ? [] : [`begins with "${actual?.note}", not with "${recorded}"`];
}

function withoutNotes(expected) {
  return JSON.parse(JSON.stringify(expected ?? null), (key, value) => (key === 'note' ? undefined : value));
}
