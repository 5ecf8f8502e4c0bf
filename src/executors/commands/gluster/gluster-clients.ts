import { type Answer, type Command, runAll } from '../../executor.js';
import { gluster } from '../host/command-lines.js';
import type { Hosts } from '../host/hosts.js';
import { type GlusterVolume, readVolumes } from './gluster-volume-xml.js';
import { child, children, childText, readGlusterXml, type XmlElement } from './gluster-xml.js';

/** Who is connected to a brick of a started volume. */
export interface BrickClients {
  /** `host:path`. */
  readonly name: string;
  readonly isRunning: boolean;
  /** `address:port` of each connection; gluster's own daemons are among them. */
  readonly addresses: readonly string[];
}

/** A started volume and its clients, seen in one batch. */
export interface VolumeClients {
  readonly volume: GlusterVolume;
  readonly bricks: readonly BrickClients[];
  /** How many clients there are of each kind (`fuse`, `glustershd`), and `total`; null where gluster does not tell. */
  readonly kinds: ReadonlyMap<string, number> | null;
}

/** Throws CommandError when the volume is not started, or not there. */
export async function volumeClients(hosts: Hosts, host: string, name: string): Promise<VolumeClients> {
  const { settings, executor } = hosts;
  const ask = (...words: readonly string[]) => gluster(settings, ['volume', ...words], { mayFail: true });
  const batch = [
    ask('info', name, '--xml'),
    ask('status', name, 'clients', '--xml'),
    ask('status', name, 'client-list'),
  ];
  const [info, clients, kinds] = batch as [Command, Command, Command];
  const answers = (await runAll(executor, host, batch)) as [Answer, Answer, Answer];
  const volume = (await readVolumes(host, info, answers[0])).find((found) => found.name === name);
  if (!volume) throw new Error(`gluster's answer about volume ${name} is about another one`);
  const bricks = parseBrickClients(await readGlusterXml(host, clients, answers[1]));
  return { volume, bricks, kinds: kinds && answers[2].exitCode === 0 ? parseClientKinds(answers[2].stdout) : null };
}

/** Of `volume status NAME clients --xml`. Without clients gluster leaves even their number out. */
export function parseBrickClients(output: XmlElement): readonly BrickClients[] {
  const status = child(output, 'volStatus');
  if (status === null) throw new Error("gluster's answer has no volume status");
  return children(child(status, 'volumes'), 'volume').flatMap((volume) =>
    children(volume, 'node')
      .filter((node) => childText(node, 'path').startsWith('/'))
      .map((node) => ({
        name: `${childText(node, 'hostname')}:${childText(node, 'path')}`,
        isRunning: childText(node, 'status') === '1',
        addresses: clientAddresses(child(node, 'clientsStatus')),
      })),
  );
}

function clientAddresses(status: XmlElement | null): readonly string[] {
  const addresses = children(status, 'client').map((client) => childText(client, 'hostname'));
  const count = childText(status, 'clientCount') || '0';
  if (Number(count) !== addresses.length)
    throw new Error(`gluster counts ${count} clients of a brick and lists ${addresses.length}`);
  return addresses;
}

/** Of `volume status NAME client-list`, which gluster knows since version 4; null for any other text. */
export function parseClientKinds(text: string): ReadonlyMap<string, number> | null {
  const total = /^total clients for volume \S+ : (\d+) *$/m.exec(text)?.[1];
  if (total === undefined) return null;
  const kinds = new Map([['total', Number(total)]]);
  for (const line of text.split('\n')) {
    const [, kind = '', count = ''] = /^([a-z._-]+) {2,}(\d+) *$/.exec(line) ?? [];
    if (kind !== '') kinds.set(kind, Number(count));
  }
  return kinds;
}
