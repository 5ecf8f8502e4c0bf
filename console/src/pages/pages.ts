import type { FunctionComponent } from 'preact';
import type { IconName } from '../components/icons.js';
import type { Dictionary } from '../i18n/dictionary.js';
import type { Route } from '../routing/route.js';
import { AuditPage } from './audit/audit-page.js';
import { BlockVolumePage } from './block-volumes/block-volume-page.js';
import { BlockVolumesPage } from './block-volumes/block-volumes-page.js';
import { CreateBlockVolumePage } from './block-volumes/create-block-volume-page.js';
import { CreatePage } from './create/create-page.js';
import { DifferencesPage } from './differences/differences-page.js';
import { EventsPage } from './events/events-page.js';
import { DevicePage } from './nodes/device-page.js';
import { NodePage } from './nodes/node-page.js';
import { NodesPage } from './nodes/nodes-page.js';
import { OperationsPage } from './operations/operations-page.js';
import { OverviewPage } from './overview/overview-page.js';
import type { PageProps } from './page-props.js';
import { VolumePage } from './volumes/volume-page.js';
import { VolumesPage } from './volumes/volumes-page.js';

export interface PageEntry {
  /** The first part of the hash. */
  readonly name: string;
  /** Listed in the navigation with this icon and the text of that name; not listed when not given. */
  readonly icon?: IconName & keyof Dictionary['navigation'];
  /** The listed page that one which is not listed belongs to. */
  readonly under?: string;
  /** Shown for `#/name/ID`; otherwise for `#/name` alone. */
  readonly isOfOne?: true;
  readonly View: FunctionComponent<PageProps>;
}

/** All pages, in the order of the navigation. */
export const PAGES: readonly PageEntry[] = [
  { name: '', icon: 'overview', View: OverviewPage },
  { name: 'volumes', icon: 'volumes', View: VolumesPage },
  { name: 'volumes', isOfOne: true, View: VolumePage },
  { name: 'create', icon: 'create', View: CreatePage },
  { name: 'blockvolumes', icon: 'blockVolumes', View: BlockVolumesPage },
  { name: 'blockvolumes', isOfOne: true, View: BlockVolumePage },
  { name: 'create-block', under: 'blockvolumes', View: CreateBlockVolumePage },
  { name: 'nodes', icon: 'nodes', View: NodesPage },
  { name: 'nodes', isOfOne: true, View: NodePage },
  { name: 'devices', under: 'nodes', isOfOne: true, View: DevicePage },
  { name: 'operations', icon: 'operations', View: OperationsPage },
  { name: 'events', icon: 'events', View: EventsPage },
  { name: 'differences', icon: 'differences', View: DifferencesPage },
  { name: 'audit', icon: 'audit', View: AuditPage },
];

/** The page that a route leads to; null when there is none. */
export function pageAt({ segments }: Route): { readonly page: PageEntry; readonly id: string } | null {
  const [name = '', id = '', ...more] = segments;
  const page = PAGES.find((entry) => entry.name === name && (entry.isOfOne === true) === (id !== ''));
  return page === undefined || more.length > 0 ? null : { page, id };
}
