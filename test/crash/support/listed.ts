import { brickLvName, brickThinPoolName, pathOfBrick } from '../../../src/domain/brick.js';
import { volumeGroupName } from '../../../src/domain/device.js';
import { mountPointOf } from '../../../src/executors/commands/brick/brick.js';
import type { HostsState } from '../../../src/executors/mock/world/state.js';
import type { Difference } from '../../../src/operations/examination/difference.js';
import type { Store } from '../../../src/store/store.js';
import { differences } from '../../support/differences.js';
import { OWN_MOUNT, type Shell, served } from './administrator.js';

/** Names in a difference that say what it is about, the most exact first. */
const SUBJECTS = [
  /(?<=^(?:on the hosts but not in the store|in the store but not on the hosts): (?:volume|served by|option of) )[^\s:]+/,
  /(?<=^volume )[^\s:]+/,
  /brick_[0-9a-f]{32}/,
  /\/run\/gluster\/snaps\/[0-9a-f]{32}\/brick\d+/,
  /vg_[0-9a-f]{32}\/[0-9a-f]{32}_\d+/,
  /tp_[0-9a-f]{32}/,
  /[0-9a-f]{32}/,
];

/** What a store and its hosts disagree about without anybody being told: no difference is shown, no record is kept. */
export async function unlisted(
  store: Store,
  hosts: Pick<Shell, 'state'>,
  shown: readonly Pick<Difference, 'subject' | 'text'>[],
  ownDisk: string,
): Promise<string[]> {
  const told = new Set([
    ...(await namesInRecords(store)),
    ...shown.flatMap(({ subject, text }) => [
      subject.split(' ')[0] ?? '',
      ...SUBJECTS.flatMap((pattern) => `${subject} ${text}`.match(new RegExp(pattern, 'g')) ?? []),
    ]),
  ]);
  for (const name of standingBelow(await hosts.state(), told)) told.add(name);
  return (await differences(store, hosts)).filter((text) => {
    if (text.includes(`${OWN_MOUNT} `) || text.includes(ownDisk)) return false;
    // An empty mount point is no trace of data, and a mount tells whether its own is there.
    if (/^(?:on the hosts but not in the store|in the store but not on the hosts): directory /.test(text)) return false;
    const subject = SUBJECTS.map((pattern) => pattern.exec(text)?.[0]).find((found) => found !== undefined);
    return subject === undefined || !told.has(subject);
  });
}

/** Mount points and logical volumes of the bricks of these volumes: who is told of one is told of the others. */
function standingBelow({ hosts, pools }: HostsState, volumes: ReadonlySet<string>): string[] {
  const bricks = pools.flatMap((pool) => pool.volumes.filter(({ name }) => volumes.has(name)).flatMap(served));
  return hosts.flatMap(({ storage, mounts }) =>
    mounts
      .filter(({ target }) => bricks.some((brick) => brick.startsWith(`${storage}:${target}/`)))
      .flatMap(({ source, target }) => [target, source.replace('/dev/mapper/', '').replace('-', '/')]),
  );
}

async function namesInRecords(store: Store): Promise<string[]> {
  return store.read(async (tx) => {
    const found: string[] = [];
    for (const operation of await tx.operations.list()) {
      found.push(operation.id);
      for (const { id } of operation.actions) {
        const volume = await tx.volumes.find(id);
        const brick = await tx.bricks.find(id);
        found.push(id, ...(volume ? [volume.name] : []));
        if (!brick) continue;
        found.push(`brick_${id}`, brickThinPoolName(brick), brick.deviceId);
        // Bricks of clones are named by gluster.
        found.push(`${volumeGroupName(brick.deviceId)}/${brickLvName(brick)}`, mountPointOf(pathOfBrick(brick)));
      }
    }
    return found;
  });
}
