import { execFile, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type FakeServer, startFakeServer } from '../support/fake-server.js';
import { VOLUME_ID } from '../support/samples.js';
import { Terminal } from '../support/terminal.js';

const home = mkdtempSync(path.join(tmpdir(), 'heketi-cli-shells-'));
const isInstalled = (shell: string): boolean => spawnSync(shell, ['--version']).status === 0;
let server: FakeServer;

beforeAll(async () => {
  server = await startFakeServer({ 'GET /volumes': { body: { volumes: [VOLUME_ID] } } });
  writeFileSync(path.join(home, 'topology-of-mine.json'), '{}');
  writeFileSync(path.join(home, 'bashrc'), "PS1='ready> '\nsource <(heketi-cli completion bash)\n");
  const zsh = "PS1='ready> '\nautoload -Uz compinit && compinit -u -D\nsource <(heketi-cli completion zsh)\n";
  writeFileSync(path.join(home, '.zshrc'), zsh);
});

afterAll(async () => {
  await server.close();
  rmSync(home, { recursive: true });
});

/** A line as typed, with tabs, and what the shell makes of it. */
const LINES: readonly [typed: string, completed: string][] = [
  ['heketi-cli blockv\tcr\t', 'heketi-cli blockvolume create'],
  ['heketi-cli volume create --durab\t', 'heketi-cli volume create --durability'],
  ['heketi-cli volume create --durability=rep\t', 'heketi-cli volume create --durability=replicate'],
  ['heketi-cli volume list --output wi\t', 'heketi-cli volume list --output wide'],
  ['heketi-cli server mode set loc\t', 'heketi-cli server mode set local-client'],
  ['heketi-cli help volume clo\t', 'heketi-cli help volume clone'],
  ['heketi-cli topology load --json=topology-of\t', 'heketi-cli topology load --json=topology-of-mine.json'],
  ['heketi-cli topology load -j topology-of\t', 'heketi-cli topology load -j topology-of-mine.json'],
  [`heketi-cli volume info ${VOLUME_ID.slice(0, 3)}\t`, `heketi-cli volume info ${VOLUME_ID}`],
];

const START_OF_LINE = '\u0001';
const END_OF_LINE = '\u0005';

/** Where the shell is missing the reason is printed, and the closing line counts what was skipped. */
function describeIn(shell: string, tests: () => void): void {
  const name = `completion in ${shell}`;
  if (!isInstalled(shell)) console.warn(`SKIPPED: ${name}: ${shell} is not installed`);
  describe.skipIf(!isInstalled(shell))(name, tests);
}

const TYPED_SHELLS = { bash: `bash --rcfile ${home}/bashrc -i`, zsh: 'zsh -i' };

for (const [shell, command] of Object.entries(TYPED_SHELLS)) {
  describeIn(shell, () => {
    it('completes what a person types', async () => {
      const terminal = new Terminal(`cd ${home}; ${command}`, {
        env: { HOME: home, HEKETI_CLI_SERVER: server.url },
        columns: 200,
      });
      try {
        await terminal.waitFor(/ready> /);
        for (const [typed, completed] of LINES) {
          terminal.type(typed);
          // The completed line is not run but printed, between marks that typing does not show.
          terminal.type(`${START_OF_LINE}printf '<%s>\\n' "GOT ${END_OF_LINE}"\r`);
          const line = await terminal.waitFor(/<GOT [^>]*>/);
          expect(line.replace(/ *>$/, '>')).toBe(`<GOT ${completed}>`); // a blank follows a whole word
          await terminal.waitFor(/ready> /);
        }
      } finally {
        terminal.kill();
      }
    });
  });
}

describeIn('fish', () => {
  it('completes what a person types', async () => {
    const script = ['heketi-cli completion fish | source'];
    const wanted: string[] = [];
    for (const [typed, completed] of LINES) {
      const asked = typed.replace('blockv\tcr', 'blockvolume cr').replace('\t', '');
      script.push(`complete -C '${asked}'`);
      wanted.push(completed.slice(completed.lastIndexOf(' ') + 1));
    }
    const { stdout } = await promisify(execFile)('fish', ['--no-config', '-c', script.join('\n')], {
      cwd: home,
      env: {
        PATH: `${process.cwd()}/bin:${process.env['PATH']}`,
        HOME: home,
        HEKETI_CLI_SERVER: server.url,
        TERM: 'xterm',
      },
    });
    const words = stdout.trimEnd().split('\n');
    expect(words.map((word) => word.split('\t')[0])).toEqual(wanted);
  });
});
