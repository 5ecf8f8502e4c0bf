import { counted } from '../domain/counted.js';
import type { Volume } from '../domain/volume.js';
import type { Imported } from './imported.js';

/** What an upgrade may change of what was imported, as it was before. */
export type BeforeUpgrade = Pick<Imported, 'clusters' | 'bricks' | 'volumes' | 'attributes'>;

export function beforeUpgrade({ clusters, bricks, volumes, attributes }: Imported): BeforeUpgrade {
  return {
    clusters: new Map(clusters),
    bricks: new Map(bricks),
    volumes: new Map(volumes),
    attributes: new Map(attributes),
  };
}

/** What an upgrade has changed, a sentence for each. */
export function upgradeChanges(before: BeforeUpgrade, after: Imported): readonly string[] {
  const clusters = changed(before.clusters, after.clusters).length;
  const bricks = changed(before.bricks, after.bricks).length;
  const attributes = [...after.attributes.keys()].filter(
    (key) => before.attributes.get(key) !== after.attributes.get(key),
  );
  return [
    ...(clusters > 0
      ? [`${counted(clusters, 'cluster')} from before block volumes: both kinds of volumes are allowed`]
      : []),
    ...(bricks > 0 ? [`${counted(bricks, 'brick')} get the id of the volume that lists them`] : []),
    ...changed(before.volumes, after.volumes).map((id) =>
      booksChange(before.volumes.get(id)?.entity, after.volumes.get(id)?.entity),
    ),
    ...(attributes.length > 0 ? [`attributes set: ${attributes.sort().join(', ')}`] : []),
  ];
}

function changed<T>(before: ReadonlyMap<string, T>, after: ReadonlyMap<string, T>): readonly string[] {
  return [...after.keys()].filter((id) => before.get(id) !== after.get(id));
}

function booksChange(before: Volume | undefined, after: Volume | undefined): string {
  const books = (volume: Volume | undefined): string => {
    const { freeGib = 0, reservedGib = 0, restriction = '' } = volume?.blockInfo ?? {};
    return `${freeGib} GiB free, ${reservedGib} GiB reserved${restriction === '' ? '' : `, ${restriction}`}`;
  };
  return `hosting volume ${after?.id ?? ''}: ${books(before)} becomes ${books(after)}`;
}
