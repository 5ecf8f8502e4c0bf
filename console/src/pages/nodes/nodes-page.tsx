import { useMemo } from 'preact/hooks';
import type { Node } from '../../api/contract.js';
import { FailureNotice } from '../../components/notice.js';
import { Card, Loading, Page } from '../../components/page.js';
import { SizeBar } from '../../components/size-bar.js';
import { StateBadge } from '../../components/states.js';
import { type Column, Table } from '../../components/table.js';
import { Tags } from '../../components/tags.js';
import { UsageNotice } from '../../components/usage.js';
import type { Dictionary } from '../../i18n/dictionary.js';
import { type Formats, useFormats } from '../../i18n/formats.js';
import { useTexts } from '../../i18n/language.js';
import { hrefTo } from '../../routing/route.js';
import { bricksOf, nodeName } from '../../state/pool.js';
import { useSession } from '../../state/session.js';
import { useStore } from '../../state/store.js';
import { type SeenUsage, usedOnDevices, useUsage } from '../../state/use-usage.js';
import { TopologyLoader } from './topology-loader.js';

/** All nodes, and the way to load more of them. */
export function NodesPage() {
  const { common, nodes: texts } = useTexts();
  const formats = useFormats();
  const { pool: keeper } = useSession();
  const { pool, failure } = useStore(keeper.state);
  const usage = useUsage('of=devices');
  const columns = useMemo(() => columnsIn(texts, common, formats, usage), [texts, common, formats, usage]);
  const rows = useMemo(() => [...(pool?.nodes.values() ?? [])], [pool]);
  return (
    <Page title={texts.title}>
      {failure === null ? null : (
        <FailureNotice title={common.notLoaded} failure={failure} onRetry={() => void keeper.reload()} />
      )}
      <UsageNotice failure={usage.failure} />
      {pool === null ? (
        <Loading />
      ) : (
        <Table
          label={texts.title}
          columns={columns}
          rows={rows}
          keyOf={({ id }) => id}
          searchText={searchTextOf}
          empty={texts.none}
          sortedBy={{ column: 0, isDescending: false }}
        />
      )}
      <Card title={texts.topology.title}>
        <TopologyLoader />
      </Card>
    </Page>
  );
}

function searchTextOf(node: Node): string {
  const tags = Object.entries(node.tags ?? {}).flat();
  return [
    node.id,
    ...node.hostnames.manage,
    ...node.hostnames.storage,
    ...tags,
    ...node.devices.map(({ name }) => name),
  ].join(' ');
}

function sumOf(node: Node, part: 'total' | 'used'): number {
  return node.devices.reduce((sum, { storage }) => sum + storage[part], 0);
}

function usedOn(node: Node, usage: SeenUsage): number | null {
  return usedOnDevices(
    usage,
    node.devices.map(({ id }) => id),
  );
}

function columnsIn(
  texts: Dictionary['nodes'],
  common: Dictionary['common'],
  formats: Formats,
  usage: SeenUsage,
): readonly [Column<Node>, ...Column<Node>[]] {
  return [
    {
      title: texts.node,
      cell: (node) => <a href={hrefTo(['nodes', node.id])}>{nodeName(node)}</a>,
      sortBy: nodeName,
    },
    { title: common.state, cell: ({ state }) => <StateBadge state={state} />, sortBy: ({ state }) => state },
    { title: texts.zone, cell: ({ zone }) => formats.number(zone), sortBy: ({ zone }) => zone, isNumber: true },
    {
      title: texts.devices,
      cell: ({ devices }) => formats.number(devices.length),
      sortBy: ({ devices }) => devices.length,
      isNumber: true,
    },
    {
      title: texts.bricks,
      cell: (node) => formats.number(bricksOf(node).length),
      sortBy: (node) => bricksOf(node).length,
      isNumber: true,
    },
    {
      title: texts.space,
      cell: (node) => (
        <div class="space-cell">
          <SizeBar
            totalKib={sumOf(node, 'total')}
            bookedKib={sumOf(node, 'used')}
            usedKib={usedOn(node, usage)}
            label={nodeName(node)}
          />
          <span class="small soft number">
            {formats.sizeKib(sumOf(node, 'total') - sumOf(node, 'used'))} {common.free}
          </span>
        </div>
      ),
      sortBy: (node) => sumOf(node, 'total') - sumOf(node, 'used'),
    },
    { title: texts.tags, cell: ({ tags }) => <Tags tags={tags} /> },
  ];
}
