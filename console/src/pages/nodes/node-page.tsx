import type { Node } from '../../api/contract.js';
import { Happened } from '../../components/happened.js';
import { Card, Loading, Page } from '../../components/page.js';
import { SizeBar } from '../../components/size-bar.js';
import { StateBadge } from '../../components/states.js';
import { UsageNotice } from '../../components/usage.js';
import { useFormats } from '../../i18n/formats.js';
import { useTexts } from '../../i18n/language.js';
import { hrefTo } from '../../routing/route.js';
import { bricksOf, nodeName } from '../../state/pool.js';
import { useSession } from '../../state/session.js';
import { useStore } from '../../state/store.js';
import { useUsage } from '../../state/use-usage.js';
import type { PageProps } from '../page-props.js';
import { NodeActions } from './node-actions.js';
import { NodeDoctor } from './node-doctor.js';
import { TagEditor } from './tag-editor.js';

export function NodePage({ id }: PageProps) {
  const { common, nodes: texts } = useTexts();
  const { pool: keeper } = useSession();
  const { pool } = useStore(keeper.state);
  const node = pool?.nodes.get(id);
  const crumbs = [{ title: texts.title, href: hrefTo(['nodes']) }];
  if (node === undefined) {
    return (
      <Page title={texts.node} crumbs={crumbs}>
        {pool === null ? <Loading /> : <p class="card empty">{common.nothingFound}</p>}
      </Page>
    );
  }
  return (
    <Page
      title={nodeName(node)}
      crumbs={crumbs}
      badges={<StateBadge state={node.state} />}
      actions={<NodeActions node={node} />}
    >
      <div class="columns">
        <NodeFacts node={node} />
        <NodeDevices node={node} />
        <NodeDoctor node={node} />
        <Happened id={id} />
      </div>
    </Page>
  );
}

function NodeFacts({ node }: { readonly node: Node }) {
  const { common, nodes: texts } = useTexts();
  const formats = useFormats();
  return (
    <Card title={texts.node}>
      <dl class="facts">
        <dt>{common.id}</dt>
        <dd class="mono">{node.id}</dd>
        <dt>{texts.cluster}</dt>
        <dd class="mono">{node.cluster}</dd>
        <dt>{texts.zone}</dt>
        <dd>{formats.number(node.zone)}</dd>
        <dt>{texts.manageNames}</dt>
        <dd>{node.hostnames.manage.join(', ')}</dd>
        <dt>{texts.storageNames}</dt>
        <dd>{node.hostnames.storage.join(', ')}</dd>
        <dt>{texts.bricks}</dt>
        <dd>{formats.number(bricksOf(node).length)}</dd>
        <dt>{texts.tags}</dt>
        <dd>
          <TagEditor path={`/nodes/${node.id}`} name={nodeName(node)} tags={node.tags ?? {}} />
        </dd>
      </dl>
    </Card>
  );
}

function NodeDevices({ node }: { readonly node: Node }) {
  const usage = useUsage(`of=devices&node=${node.id}`);
  const { common, nodes: texts } = useTexts();
  const formats = useFormats();
  return (
    <Card title={texts.devices}>
      <UsageNotice failure={usage.failure} />
      {node.devices.length === 0 ? <p class="soft">{texts.noDevices}</p> : null}
      <ul class="list">
        {node.devices.map((device) => (
          <li key={device.id} class="stack tight">
            <div class="row between">
              <span class="row">
                <a class="mono" href={hrefTo(['devices', device.id])}>
                  {device.name}
                </a>
                <StateBadge state={device.state} />
              </span>
              <span class="small soft number">
                {formats.sizeKib(device.storage.free)} {common.free} / {formats.sizeKib(device.storage.total)}
              </span>
            </div>
            <SizeBar
              totalKib={device.storage.total}
              bookedKib={device.storage.used}
              usedKib={usage.devices.get(device.id)?.usedKib ?? null}
              label={device.name}
            />
          </li>
        ))}
      </ul>
    </Card>
  );
}
