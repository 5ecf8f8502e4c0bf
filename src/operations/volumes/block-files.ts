import { brickContents, directoryContents } from '../../executors/commands/brick/brick-contents.js';
import { brickMount } from '../../executors/commands/brick/brick-mount.js';
import type { OperationContext } from '../engine/operation.js';
import type { HostedBrick } from './hosted-brick.js';

/** gluster-block's folders, and what it has there without any block volume. */
export const BLOCK_FOLDERS: ReadonlySet<string> = new Set(['block-meta', 'block-store']);
const OWN_BLOCK_FILES = new Set(['block-meta/meta.lock', 'block-meta/prio.info']);

/** What of these folders of a brick is there for block volumes, as `block-store/ID` and `block-meta/NAME`. */
export async function filesOfBlocks(
  host: string,
  brick: string,
  folders: readonly string[],
  context: OperationContext,
): Promise<readonly string[]> {
  const paths = folders.map((folder) => `${brick}/${folder}`);
  const contents = await directoryContents(context.hosts, host, paths);
  return folders
    .flatMap((folder, i) => (contents[i] ?? []).map((name) => `${folder}/${name}`))
    .filter((file) => !OWN_BLOCK_FILES.has(file));
}

const META = 'block-meta';

/** Names of the block volumes that a hosting volume's bricks hold, whatever the store knows; of those that are mounted. */
export async function blocksOnBricks(
  bricks: readonly HostedBrick[],
  context: OperationContext,
): Promise<readonly string[]> {
  const found = await Promise.all(
    bricks.map(async ({ manageName: host, brick }) => {
      const [contents] = await brickContents(context.hosts, host, [{ path: brick.path, mount: brickMount(brick) }]);
      const folders = contents?.names?.includes(META) ? [META] : [];
      const files = await filesOfBlocks(host, brick.path, folders, context);
      return files.map((file) => file.slice(META.length + 1));
    }),
  );
  return [...new Set(found.flat())].sort();
}
