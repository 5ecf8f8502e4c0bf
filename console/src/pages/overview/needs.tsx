import type { ComponentChildren } from 'preact';
import { useEffect } from 'preact/hooks';
import type { Schema } from '../../api/contract.js';
import { CleanUpButton } from '../../components/clean-up.js';
import { CopyLine } from '../../components/copy-line.js';
import { ServerText } from '../../components/notice.js';
import { Card } from '../../components/page.js';
import { percentText } from '../../components/usage.js';
import { useFormats } from '../../i18n/formats.js';
import { useTexts } from '../../i18n/language.js';
import { hrefTo } from '../../routing/route.js';
import { findDevice, nodeName, type Pool } from '../../state/pool.js';
import { useSession } from '../../state/session.js';
import { useStore } from '../../state/store.js';
import { useAnswer } from '../../state/use-answer.js';
import type { DeviceUsage, SeenUsage } from '../../state/use-usage.js';
import type { Watch } from './watch.js';

/** A booked share from which on a device is nearly full. */
const NEARLY_FULL = 0.95;
/** As for the event that a thin pool fills up; percent. */
const FILLING_PERCENT = 80;
/** More of a kind are told by their number alone on their own page. */
const MOST_OF_A_KIND = 5;

/** What needs a person, each with what to do: a command to take along, or a button. */
export function Needs({
  pool,
  watch,
  usage,
}: {
  readonly pool: Pool;
  readonly watch: Watch;
  readonly usage: SeenUsage;
}) {
  const { overview: texts } = useTexts();
  const unclaimed = useAnswer<Schema<'UnclaimedVolumes'>>('/volumes/unclaimed');
  const { happenings } = useSession();
  const { events } = useStore(happenings.state);
  useEffect(() => unclaimed.reload(), [pool.volumes.size, unclaimed.reload]);
  const compared = events.find(({ type }) => type === 'state.compared' || type === 'state.repaired');
  const backup = events.find(({ type }) => type === 'backup.made' || type === 'backup.failed');
  const differenceCount = compared?.type === 'state.compared' ? (compared.details?.count ?? 0) : 0;
  const left = watch.operations.filter(({ status }) => status !== '');
  const unclaimedCount = unclaimed.value?.volumes.length ?? 0;
  const items = [
    ...(watch.takesChanges ? [] : [<ReadOnly key="read-only" onChange={watch.reload} />]),
    ...nodesDown(pool, watch),
    ...troubledDevices(pool, watch),
    ...(left.length === 0
      ? []
      : [
          <Need
            key="operations"
            title={texts.operationsFailed(left.length)}
            hint={texts.operationsFailedHint}
            href={hrefTo(['operations'])}
          >
            <CleanUpButton onDone={watch.reload} />
          </Need>,
        ]),
    ...(unclaimedCount === 0
      ? []
      : [
          <Need key="unclaimed" title={texts.unclaimed(unclaimedCount)} hint={texts.unclaimedHint}>
            <CopyLine text="heketi-cli volume list --unclaimed" label={texts.unclaimed(unclaimedCount)} />
          </Need>,
        ]),
    ...(differenceCount === 0
      ? []
      : [
          <Need key="differences" title={texts.differences(differenceCount)} hint={texts.differencesHint}>
            <a class="button small" href={hrefTo(['differences'])}>
              {texts.toDifferences}
            </a>
          </Need>,
        ]),
    ...(backup?.type === 'backup.failed'
      ? [
          <Need key="backup" title={texts.backupFailed}>
            <ServerText>{backup.reason ?? ''}</ServerText>
          </Need>,
        ]
      : []),
    ...fillingPools(pool, usage),
    ...fullDevices(pool),
  ];
  return (
    <Card title={texts.needed}>
      {items.length === 0 ? <p class="calm">{texts.nothingNeeded}</p> : <ul class="list">{items}</ul>}
    </Card>
  );
}

function Need({
  title,
  hint,
  href,
  children,
}: {
  readonly title: string;
  readonly hint?: string;
  readonly href?: string;
  readonly children?: ComponentChildren;
}) {
  return (
    <li class="stack tight">
      <strong>{href === undefined ? title : <a href={href}>{title}</a>}</strong>
      {hint === undefined ? null : <p class="small soft">{hint}</p>}
      {children === undefined ? null : <div>{children}</div>}
    </li>
  );
}

function nodesDown(pool: Pool, { nodesDown: down }: Watch) {
  return [...pool.nodes.values()]
    .filter(({ id }) => down.has(id))
    .map(({ id }) => <NodeDown key={id} pool={pool} id={id} />);
}

function NodeDown({ pool, id }: { readonly pool: Pool; readonly id: string }) {
  const { overview: texts } = useTexts();
  const node = pool.nodes.get(id);
  return (
    <Need title={texts.nodeDown(node ? nodeName(node) : id)} hint={texts.nodeDownHint} href={hrefTo(['nodes', id])}>
      <CopyLine text="systemctl start glusterd" label={texts.nodeDown(node ? nodeName(node) : id)} />
    </Need>
  );
}

function troubledDevices(pool: Pool, { health }: Watch) {
  const troubled = [...health.values()].filter(({ condition }) => condition !== 'ok' && condition !== 'unknown');
  return troubled.slice(0, MOST_OF_A_KIND).flatMap((device) => {
    const found = findDevice(pool, device.deviceId);
    return found === null ? [] : [<DeviceTrouble key={device.deviceId} health={device} />];
  });
}

function DeviceTrouble({ health }: { readonly health: Schema<'DeviceHealth'> }) {
  const { common, overview: texts } = useTexts();
  const name = `${health.host} ${health.deviceName}`;
  const title = texts.deviceTrouble(name, common.conditions[health.condition]);
  return (
    <Need title={title} href={hrefTo(['devices', health.deviceId])}>
      <ServerText>{health.reason}</ServerText>
      {health.command === null ? null : <CopyLine text={health.command} label={title} />}
    </Need>
  );
}

/** Devices with a thin pool that fills up, the fullest first. */
function fillingPools(pool: Pool, { devices }: SeenUsage) {
  const fullest = ({ dataPercent, metadataPercent }: DeviceUsage): number =>
    Math.max(dataPercent ?? 0, metadataPercent ?? 0);
  const filling = [...devices.values()]
    .filter((device) => fullest(device) >= FILLING_PERCENT)
    .sort((a, b) => fullest(b) - fullest(a));
  const shown = filling
    .slice(0, MOST_OF_A_KIND)
    .map((device) => <PoolFilling key={`pool ${device.id}`} pool={pool} device={device} />);
  return filling.length === shown.length
    ? shown
    : [...shown, <MorePoolsFilling key="pools" count={filling.length - shown.length} />];
}

function PoolFilling({ pool, device }: { readonly pool: Pool; readonly device: DeviceUsage }) {
  const texts = useTexts();
  const formats = useFormats();
  const node = pool.nodes.get(device.node);
  const percent = (part: number | null): string => percentText(part, texts, formats);
  const title = texts.usage.poolFilling(
    `${node ? nodeName(node) : device.node} ${device.name}`,
    percent(device.dataPercent),
    percent(device.metadataPercent),
  );
  return <Need title={title} hint={texts.usage.poolFillingHint} href={hrefTo(['devices', device.id])} />;
}

function MorePoolsFilling({ count }: { readonly count: number }) {
  const { usage: texts } = useTexts();
  const formats = useFormats();
  return <Need title={texts.morePools(formats.number(count))} href={hrefTo(['nodes'])} />;
}

function fullDevices(pool: Pool) {
  const full = [...pool.nodes.values()].flatMap((node) =>
    node.devices
      .filter(
        ({ state, storage }) => state === 'online' && storage.total > 0 && storage.used / storage.total > NEARLY_FULL,
      )
      .map((device) => <DeviceFull key={device.id} id={device.id} name={`${nodeName(node)} ${device.name}`} />),
  );
  return full.slice(0, MOST_OF_A_KIND);
}

function DeviceFull({ id, name }: { readonly id: string; readonly name: string }) {
  const { overview: texts } = useTexts();
  return <Need title={texts.nearlyFull(name)} hint={texts.nearlyFullHint} href={hrefTo(['devices', id])} />;
}

function ReadOnly({ onChange }: { readonly onChange: () => void }) {
  const { overview: texts } = useTexts();
  const { changes } = useSession();
  const open = async (): Promise<void> => {
    const change = { title: texts.takeChanges, method: 'POST', path: '/admin', body: { state: 'normal' } } as const;
    await changes.run(change).catch(() => null);
    onChange();
  };
  return (
    <Need title={texts.readOnly} hint={texts.readOnlyHint}>
      <button type="button" class="button small" onClick={() => void open()}>
        {texts.takeChanges}
      </button>
    </Need>
  );
}
