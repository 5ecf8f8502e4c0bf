import pLimit from 'p-limit';
import { type Brick, brickLvName, brickThinPoolName } from '../../domain/brick.js';
import type { Id } from '../../domain/ids.js';
import { manageName, type Node } from '../../domain/node.js';
import { readFileSystemNames } from '../../executors/commands/host/file-system-names.js';
import { type HostSurvey, surveyHost } from '../../executors/commands/node/host-survey.js';
import { CommandError, TransportError } from '../../executors/executor.js';
import type { ReadTx } from '../../store/store.js';
import type { OperationContext } from '../engine/operation.js';
import { within } from '../hosts/within.js';
import { whyIdIsKnown } from './claimed-id.js';
import { callsByFileSystem } from './fstab-use.js';
import { type HostClaims, readHeldPlaces, readHostClaims, whyClaimedByHost } from './host-claims.js';
import { type LocalSight, whyUsedHere } from './local-use.js';
import { devicePathOf, idInName, isPoolName, type LogicalVolume, nameOf } from './unclaimed-name.js';

const HOSTS_AT_A_TIME = 8;
const HOST_LIMIT_MS = 90_000;
/** When the last look ends, no answer of it is older: hosts that wait for their turn so long were not asked. */
const LAST_LOOK_MS = 10_000;
/** More than elsewhere, since a thousand hosts are to answer in that time. */
const LAST_LOOKS_AT_A_TIME = 64;
const TOO_OLD = `all hosts were asked about it more than ${LAST_LOOK_MS / 1000} s ago, and somebody may use it since: ask again`;

/** By `vg_ID/NAME`: why a logical volume has to stay, or null. */
export type KeepReasons = ReadonlyMap<string, string | null>;

/** What is to be proved, and where. */
interface Question {
  readonly volumes: readonly LogicalVolume[];
  readonly node: Node;
  /** All of the node's cluster that were not given up, and the node itself. */
  readonly nodes: readonly Node[];
  /** The same of all other clusters. */
  readonly strangers: readonly Node[];
  /** Bricks that the database knows on the node. */
  readonly bricks: readonly Brick[];
}

/**
 * Why logical volumes of one node must not be removed, at this moment. Null only where no record and no operation but `own`
 * knows one, every host of the cluster was asked and has no volume of gluster's, no mount and no logical volume of that
 * name, and nothing on its own host has it, holds it open or may belong on it. Whatever can't be told is a reason.
 */
export async function whyKept(
  volumes: readonly LogicalVolume[],
  nodeId: Id,
  own: Id | null,
  context: OperationContext,
): Promise<KeepReasons> {
  const reasons = new Map<string, string | null>();
  const question = await context.store.read((tx) => ask(tx, volumes, nodeId));
  if (!question) return new Map(volumes.map((volume) => [nameOf(volume), 'its device is in the database no more']));
  const before = await whatMembersSay(question, context);
  const { local, claims: now, othersAskedAtMs } = await lookOnceMore(question, context);
  const claims = [...before, ...now];
  const ofHosts = (volume: LogicalVolume) => claims.find(({ why }) => why(volume) !== null)?.why(volume) ?? null;
  const served = new Map(claims.flatMap(({ onNode }) => [...onNode]));
  // A pool goes after what lies in it.
  const inOrder = [...volumes].sort((a, b) => Number(isPoolName(a)) - Number(isPoolName(b)));
  for (const volume of inOrder) {
    const leaving = new Set([...reasons].flatMap(([name, reason]) => (reason === null ? [name] : [])));
    reasons.set(nameOf(volume), ofHosts(volume) ?? whyUsed(volume, { ...question, local, served }, leaving));
  }
  // Last, since operations begin meanwhile.
  await context.store.read(async (tx) => {
    for (const volume of volumes) {
      const recorded = await whyRecorded(tx, volume, question.node, own);
      if (recorded !== null) reasons.set(nameOf(volume), recorded);
    }
  });
  // The server may have stood still, or waited for its database: what hosts said then proves nothing now.
  if (performance.now() - othersAskedAtMs > LAST_LOOK_MS)
    for (const [name, reason] of reasons) reasons.set(name, reason ?? TOO_OLD);
  return reasons;
}

async function ask(tx: ReadTx, volumes: readonly LogicalVolume[], nodeId: Id): Promise<Question | null> {
  const node = await tx.nodes.find(nodeId);
  if (!node) return null;
  const all = (await tx.nodes.list()).filter(({ id, state }) => id === node.id || state !== 'failed');
  return {
    volumes,
    node,
    nodes: all.filter(({ clusterId }) => clusterId === node.clusterId),
    strangers: all.filter(({ clusterId }) => clusterId !== node.clusterId),
    bricks: await tx.bricks.listByNode(node.id),
  };
}

/** What the database has against a removal. */
async function whyRecorded(tx: ReadTx, volume: LogicalVolume, { id }: Node, own: Id | null): Promise<string | null> {
  const { deviceId, lv } = volume;
  const named = idInName(volume);
  if (named === null) return 'this server makes no logical volumes of this name: who made it may know what it is for';
  if ((await tx.devices.find(deviceId))?.nodeId !== id)
    return `device ${deviceId} is none of this node in the database`;
  const bricks = await tx.bricks.listByDevice(deviceId);
  const user = bricks.find((brick) => brickLvName(brick) === lv || brickThinPoolName(brick) === lv);
  if (user) return `brick ${user.id} of the database has it`;
  const known = await whyIdIsKnown(tx, named, own);
  if (known !== null) return known;
  const changing = (await tx.operations.listByObject(deviceId)).find((operation) => operation.id !== own);
  return changing ? `operation ${changing.id} (${changing.type}) is changing its device` : null;
}

interface LocalLook {
  readonly survey: HostSurvey;
  /** By `vg_ID/NAME`; see LocalSight. */
  readonly fileSystemNames: ReadonlyMap<string, readonly string[] | null>;
}

async function lookAtOwn({ volumes, node, nodes }: Question, { hosts }: OperationContext): Promise<LocalLook | string> {
  const host = manageName(node);
  return orWhyNot(host, () =>
    within(HOST_LIMIT_MS, host, async (signal) => {
      const survey = await surveyHost(hosts, host, nodes, signal);
      const bricks = callsByFileSystem(survey.fstab ?? []) ? volumes.filter((volume) => !isPoolName(volume)) : [];
      const found = await readFileSystemNames(hosts, host, bricks.map(devicePathOf));
      const named = bricks.map((volume) => [nameOf(volume), found.get(devicePathOf(volume)) ?? null] as const);
      return { survey, fileSystemNames: new Map(named) };
    }),
  );
}

function whyUsed(
  volume: LogicalVolume,
  {
    local,
    node,
    served,
    bricks,
  }: Pick<LocalSight, 'node' | 'served' | 'bricks'> & { readonly local: LocalLook | string },
  leaving: ReadonlySet<string>,
): string | null {
  if (typeof local === 'string') return local;
  const fileSystemNames = local.fileSystemNames.get(nameOf(volume)) ?? null;
  return whyUsedHere(volume, { node, survey: local.survey, fileSystemNames, served, bricks }, leaving);
}

/** What one host has against removals. */
interface Objections {
  /** Null: nothing. */
  readonly why: (volume: LogicalVolume) => string | null;
  readonly onNode: HostClaims['onNode'];
}

/** For each host of the cluster what it has against removals. No more of a host's answer is kept than is about them. */
async function whatMembersSay(question: Question, { hosts }: OperationContext): Promise<readonly Objections[]> {
  const limit = pLimit(HOSTS_AT_A_TIME);
  return Promise.all(
    question.nodes.map((member) =>
      limit(() =>
        objections(question, member, HOST_LIMIT_MS, (host, signal) => readHostClaims(hosts, host, question, signal)),
      ),
    ),
  );
}

interface LastLook {
  readonly local: LocalLook | string;
  readonly claims: readonly Objections[];
  /** When the first of the other hosts was asked, by `performance.now()`. */
  readonly othersAskedAtMs: number;
}

/**
 * What the first host said may be minutes old when the last one has answered. So the own host is asked for everything once
 * more, since no brick comes to be on it without its glusterd; and then all others, those of other clusters too, many at once
 * and all in a short time, for what lvm and the mounts show: a disk may be seen by several.
 */
async function lookOnceMore(question: Question, context: OperationContext): Promise<LastLook> {
  const { volumes, node, nodes, strangers } = question;
  const { hosts } = context;
  const [local, own] = await Promise.all([
    lookAtOwn(question, context),
    objections(question, node, HOST_LIMIT_MS, (host, signal) => readHostClaims(hosts, host, question, signal)),
  ]);
  const others = [...nodes, ...strangers].filter((member) => manageName(member) !== manageName(node));
  const limit = pLimit(LAST_LOOKS_AT_A_TIME);
  // The time of all begins now, and goes on while they wait.
  const othersAskedAtMs = performance.now();
  const claims = await Promise.all(
    others.map((member) =>
      objections(question, member, LAST_LOOK_MS, (host, signal) =>
        limit(() => {
          signal.throwIfAborted();
          return readHeldPlaces(hosts, host, volumes, signal);
        }),
      ),
    ),
  );
  return { local, claims: [own, ...claims], othersAskedAtMs };
}

async function objections(
  { node }: Question,
  member: Node,
  limitMs: number,
  look: (host: string, signal: AbortSignal) => Promise<HostClaims>,
): Promise<Objections> {
  const host = manageName(member);
  const claims = await orWhyNot(host, () => within(limitMs, host, (signal) => look(host, signal)));
  if (typeof claims === 'string') return { why: () => claims, onNode: new Map() };
  const where = { host, isOwn: host === manageName(node) };
  return { why: (volume) => whyClaimedByHost(volume, claims, where), onNode: claims.onNode };
}

async function orWhyNot<T>(host: string, look: () => Promise<T>): Promise<T | string> {
  try {
    return await look();
  } catch (error) {
    if (!(error instanceof CommandError || error instanceof TransportError)) throw error;
    return `${host} could not be asked, and may use it: ${error.message}`;
  }
}
