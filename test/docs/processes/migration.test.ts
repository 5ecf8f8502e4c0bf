import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { readSample } from '../../support/heketi-database/samples.js';
import { BareMachine, type Run } from '../bare-machine.js';
import { type Command, commandsUnder } from '../documents.js';
import { MIGRATION_WALKS } from '../migration-walks.js';

const LISTENS = 'Listening on port';

/** What is typed around the commands of the walks, and is not there: systemd, a container engine, a Kubernetes cluster. */
const WRAPPERS: readonly RegExp[] = [
  /^sudo (-u heketi )?/,
  /^\/opt\/mortar\/bin\//,
  // Heketi's own program: the layout that it reads is proved by test/interchange.
  /^\/usr\/bin\/(?=heketi )/,
  /^docker run --rm .* --entrypoint (?=heketi )/,
  /(?<=^heketi )(REGISTRY\/mortar:0\.1\.0|heketi\/heketi:10) /,
  /^docker exec heketi /,
  /^kubectl -n glusterfs exec deploy\/heketi -- /,
];

const STARTS = /^(systemctl start heketi|docker (run --detach|start) .*|kubectl .* scale .* --replicas=1)$/;
const STOPS = /^(systemctl stop heketi|docker stop heketi|kubectl .* scale .* --replicas=0)$/;
const LOGS = /^(journalctl|docker logs|kubectl .* logs) /;
const OF_OTHERS = /^(install|systemctl daemon-reload|rm \/etc\/systemd|docker (rename|rm)|kubectl) ?/;

describe.each(MIGRATION_WALKS)('coming from Heketi: %s', (heading, server) => {
  it('goes as it is told, there and back', async () => {
    const machine = new BareMachine({ isPrepared: true });
    const database = gzipSync(readSample({ file: 'era-9.0.db' })).toString('base64');
    machine.prepare(`
      CLONE=$PWD && export PATH="$PWD/bin:$PATH" HEKETI_CLI_USER=admin HEKETI_CLI_KEY='My Secret' ADMIN_KEY='My Secret'
      export MORTAR_DEVICE_CHECK=off
      sed 's#/var/lib''/heketi#/var/lib/heketi#' packaging/heketi.json >/etc/heketi/heketi.json
      base64 -d <<<'${database}' | gunzip >/var/lib/heketi/heketi.db`);
    const shown = typeAll(machine, commandsUnder('docs/migration.md', heading), server);
    const runs = await machine.end();
    for (const { by, lines, isLog } of shown) {
      const { command, stdout, stderr, status } = runs[by] as Run;
      expect(status, `${command}: ${stderr}`).toBe(0);
      const said = (isLog ? `${stdout}${stderr}` : stdout).split('\n').map(steady);
      expect(
        lines.map(steady).filter((line) => !said.includes(line)),
        command,
      ).toEqual([]);
    }
  });
});

/** What the document shows of the output of which run. */
interface Shown {
  readonly by: number;
  readonly lines: readonly string[];
  readonly isLog: boolean;
}

function typeAll(machine: BareMachine, commands: readonly Command[], server: string): Shown[] {
  const shown: Shown[] = [];
  let started: number | null = null;
  let runs = 0;
  for (const { text, shown: lines } of commands) {
    const inner = WRAPPERS.reduce((command, wrapper) => command.replace(wrapper, ''), text);
    if (STARTS.test(inner)) {
      machine.start(server, LISTENS);
      started = runs++;
    } else if (STOPS.test(inner)) {
      if (started !== null) machine.stop();
      started = null;
    } else if (LOGS.test(inner)) {
      shown.push({ by: started ?? Number.NaN, lines, isLog: true });
    } else if (!OF_OTHERS.test(inner)) {
      machine.run(inner);
      shown.push({ by: runs++, lines, isLog: false });
    }
  }
  return shown;
}

function steady(line: string): string {
  return line
    .replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z|\d{8}T\d{6}Z/g, 'TIME')
    .replace(/node: v[\d.]+/, 'node: VERSION')
    .replace(/on port \d+/, 'on port PORT')
    .replaceAll(/[^" ]*(?=\/var\/lib\/heketi)/g, '')
    .trim();
}
