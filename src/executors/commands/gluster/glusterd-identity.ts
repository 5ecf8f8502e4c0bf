import { type Answer, type Command, CommandError, runAll, runOne } from '../../executor.js';
import { failsWith } from '../../failures/failures.js';
import { gluster, program, SHORT_TIMEOUT_MS } from '../host/command-lines.js';
import type { Hosts } from '../host/hosts.js';

/** Where glusterd keeps what it knows. */
const FOLDER = '/var/lib/glusterd';
const INFO = `${FOLDER}/glusterd.info`;

/** Puts the UUID into glusterd's file in one step; whatever else stands in it stays. */
const SCRIPT = `
set -e; export LC_ALL=C; umask 077
info=$1/glusterd.info
{ echo "UUID=$2"; sed '/^UUID=/d' "$info"; } > "$info.new"
mv -f "$info.new" "$info"
`;

/** What a host's glusterd has in its files, whether it runs or not. */
export interface GlusterdIdentity {
  /** Null: it has never needed one. */
  readonly uuid: string | null;
  /** How many peers and volumes it knows: none on a machine that was installed anew. */
  readonly peers: number;
  readonly volumes: number;
}

export async function readIdentity({ executor }: Hosts, host: string): Promise<GlusterdIdentity> {
  const cat = program(['cat', INFO], SHORT_TIMEOUT_MS, { mayFail: true });
  const list = (folder: string) =>
    program(['ls', '-A', '--', `${FOLDER}/${folder}`], SHORT_TIMEOUT_MS, { mayFail: true });
  const [peers, volumes] = [list('peers'), list('vols')];
  const answers = (await runAll(executor, host, [cat, peers, volumes])) as [Answer, Answer, Answer];
  const info = textOf(host, cat, answers[0], INFO);
  const count = (command: Command, answer: Answer, folder: string) =>
    textOf(host, command, answer, `${FOLDER}/${folder}`).split('\n').filter(Boolean).length;
  return {
    uuid: uuidIn(info),
    peers: count(peers, answers[1], 'peers'),
    volumes: count(volumes, answers[2], 'vols'),
  };
}

/** Gives glusterd this UUID, and starts it. It must have one already, with what else stands in its file. */
export async function changeIdentity(hosts: Hosts, host: string, uuid: string): Promise<void> {
  await runAll(hosts.executor, host, [
    program(['systemctl', 'stop', 'glusterd'], SHORT_TIMEOUT_MS),
    program(['bash', '-c', SCRIPT, 'glusterd-uuid', FOLDER, uuid], SHORT_TIMEOUT_MS),
    program(['systemctl', 'start', 'glusterd'], SHORT_TIMEOUT_MS),
  ]);
}

/** Bricks and clients go on meanwhile. */
export async function restartGlusterd({ executor }: Hosts, host: string): Promise<void> {
  await runOne(executor, host, program(['systemctl', 'restart', 'glusterd'], SHORT_TIMEOUT_MS));
}

/** It gets its UUID at the first question about peers. */
export async function startGlusterd({ settings, executor }: Hosts, host: string): Promise<void> {
  await runAll(executor, host, [
    program(['systemctl', 'start', 'glusterd'], SHORT_TIMEOUT_MS),
    gluster(settings, ['pool', 'list']),
  ]);
}

function textOf(host: string, command: Command, answer: Answer, path: string): string {
  if (answer.exitCode === 0) return answer.stdout;
  if (failsWith(answer, 'file absent', { path })) return '';
  throw new CommandError(host, command, answer);
}

function uuidIn(info: string): string | null {
  const line = info.split('\n').find((text) => text.startsWith('UUID='));
  return line?.slice('UUID='.length).trim() || null;
}
