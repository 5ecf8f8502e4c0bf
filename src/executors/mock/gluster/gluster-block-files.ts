import type { SimulatedBlock, SimulatedHost, SimulatedVolume } from '../world/simulated-host.js';

const DAEMON_PORT = 49_151;

/** gluster-blockd keeps its connection to each volume that it was asked about, and its own files there. */
export function lookIntoVolume(host: SimulatedHost, volume: SimulatedVolume): void {
  volume.blockDaemons.set(host.uuid, `${host.peerName}:${DAEMON_PORT}`);
  onBricks(volume, (make) => make('block-meta/meta.lock'));
}

export function addBlockFiles(volume: SimulatedVolume, name: string, { gbid }: SimulatedBlock): void {
  onBricks(volume, (make) => {
    make(`block-meta/${name}`);
    make(`block-store/${gbid}`);
  });
}

export function removeBlockFiles(volume: SimulatedVolume, name: string, { gbid }: SimulatedBlock): void {
  onBricks(volume, (_make, remove) => {
    remove(`block-meta/${name}`);
    remove(`block-store/${gbid}`);
  });
}

/** On those of mounted bricks; what lies below a mount point is none of the volume's. */
function onBricks(
  volume: SimulatedVolume,
  work: (make: (path: string) => void, remove: (path: string) => void) => void,
): void {
  for (const { node, path } of volume.bricks) {
    const { fileSystem, below, mount } = node.locate(path);
    if (!mount || !fileSystem.directories.has(below)) continue;
    work(
      (file) => fileSystem.makeWithParents(`${below}/${file}`),
      (file) => fileSystem.remove(`${below}/${file}`),
    );
  }
}
