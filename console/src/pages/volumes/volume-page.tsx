import type { Volume } from '../../api/contract.js';
import { Badge } from '../../components/badge.js';
import { CopyLine } from '../../components/copy-line.js';
import { Happened } from '../../components/happened.js';
import { ServerText } from '../../components/notice.js';
import { Card, Loading, Page } from '../../components/page.js';
import { SizeBar } from '../../components/size-bar.js';
import { Ago } from '../../components/time.js';
import { UsageNotice, usedOfTotalText } from '../../components/usage.js';
import { volumeKind } from '../../components/volume-kind.js';
import { useFormats } from '../../i18n/formats.js';
import { useTexts } from '../../i18n/language.js';
import { hrefTo } from '../../routing/route.js';
import type { Pool } from '../../state/pool.js';
import { useSession } from '../../state/session.js';
import { useStore } from '../../state/store.js';
import { type SeenUsage, useUsage, type VolumeUsage } from '../../state/use-usage.js';
import type { PageProps } from '../page-props.js';
import { mountLines } from './mount-lines.js';
import { VolumeActions } from './volume-actions.js';
import { VolumeBricks } from './volume-bricks.js';

export function VolumePage({ id }: PageProps) {
  const { volumes: texts } = useTexts();
  const { pool: keeper } = useSession();
  const { pool } = useStore(keeper.state);
  const volume = pool?.volumes.get(id);
  const crumbs = [{ title: texts.title, href: hrefTo(['volumes']) }];
  if (!pool || !volume) {
    return (
      <Page title={texts.volume} crumbs={crumbs}>
        {pool === null ? <Loading /> : <p class="card empty">{texts.gone}</p>}
      </Page>
    );
  }
  return <VolumeView key={id} volume={volume} pool={pool} />;
}

function VolumeView({ volume, pool }: { readonly volume: Volume; readonly pool: Pool }) {
  const { volumes: texts } = useTexts();
  const usage = useUsage(`of=volumes,bricks&volume=${volume.id}`);
  return (
    <Page
      title={volume.name}
      crumbs={[{ title: texts.title, href: hrefTo(['volumes']) }]}
      badges={
        <>
          <Badge tone="neutral">{volumeKind(volume, texts)}</Badge>
          {volume.block ? <Badge tone="info">{texts.hosting}</Badge> : null}
        </>
      }
      actions={<VolumeActions volume={volume} pool={pool} />}
    >
      <MountCard volume={volume} />
      <div class="columns">
        <Facts volume={volume} pool={pool} usage={usage} />
        <Happened id={volume.id} />
      </div>
      <VolumeBricks volume={volume} pool={pool} usage={usage} />
    </Page>
  );
}

function MountCard({ volume }: { readonly volume: Volume }) {
  const { volumes: texts } = useTexts();
  const { command, fstab } = mountLines(volume);
  return (
    <Card title={texts.mount}>
      <div class="stack tight">
        <CopyLine text={command} label={texts.mountLine} />
        <span class="small soft">{texts.fstabLine}</span>
        <CopyLine text={fstab} label={texts.fstabLine} />
      </div>
    </Card>
  );
}

/** What df shows on a mount; why that is not known where it is not. */
function Used({ use }: { readonly use: VolumeUsage | undefined }) {
  const texts = useTexts();
  const formats = useFormats();
  const { usage: words } = texts;
  return (
    <>
      <dt>{words.used}</dt>
      <dd>
        {usedOfTotalText(use, texts, formats)}
        {use?.totalKib == null ? null : (
          <SizeBar totalKib={use.totalKib} bookedKib={use.usedKib ?? 0} usedKib={use.usedKib} label={words.used} />
        )}
        {(use?.unknown ?? []).map((reason) => (
          <ServerText key={reason}>{reason}</ServerText>
        ))}
      </dd>
      {use?.checkedAt == null ? null : (
        <>
          <dt>{words.asOf}</dt>
          <dd>
            <Ago time={use.checkedAt} />
          </dd>
        </>
      )}
    </>
  );
}

function Facts({ volume, pool, usage }: { readonly volume: Volume; readonly pool: Pool; readonly usage: SeenUsage }) {
  const { common, volumes: texts } = useTexts();
  const formats = useFormats();
  const { blockinfo, snapshot } = volume;
  const options = (volume.glustervolumeoptions ?? []).filter((option) => option !== '');
  return (
    <Card title={texts.volume}>
      <UsageNotice failure={usage.failure} />
      <dl class="facts">
        <dt>{common.size}</dt>
        <dd>{formats.sizeGib(volume.size)}</dd>
        <Used use={usage.volumes.get(volume.id)} />
        <dt>{texts.kind}</dt>
        <dd>{volumeKind(volume, texts)}</dd>
        <dt>{common.id}</dt>
        <dd class="mono">{volume.id}</dd>
        <dt>{texts.cluster}</dt>
        <dd class="mono">{volume.cluster}</dd>
        {volume.client_name === undefined ? null : (
          <>
            <dt>{texts.clientName}</dt>
            <dd>{volume.client_name}</dd>
          </>
        )}
        {volume.cloned_from === undefined ? null : (
          <>
            <dt>{texts.clonedFrom}</dt>
            <dd>
              <a href={hrefTo(['volumes', volume.cloned_from])}>
                {pool.volumes.get(volume.cloned_from)?.name ?? volume.cloned_from}
              </a>
            </dd>
          </>
        )}
        {snapshot.enable ? (
          <>
            <dt>{texts.snapshotFactor}</dt>
            <dd>× {formats.number(snapshot.factor)}</dd>
          </>
        ) : null}
        {volume.gid === undefined ? null : (
          <>
            <dt>{texts.group}</dt>
            <dd>{volume.gid}</dd>
          </>
        )}
        {volume.block ? (
          <>
            <dt>{texts.hostingFree}</dt>
            <dd>{formats.sizeGib(blockinfo.freesize ?? 0)}</dd>
            <dt>{texts.blockVolumes}</dt>
            <dd>
              {(blockinfo.blockvolume ?? []).map((blockId) => (
                <a key={blockId} class="mono" href={hrefTo(['blockvolumes', blockId])}>
                  {blockId}{' '}
                </a>
              ))}
              {(blockinfo.blockvolume ?? []).length === 0 ? common.none : null}
            </dd>
          </>
        ) : null}
        <dt>{texts.options}</dt>
        <dd>
          {options.length === 0 ? common.none : null}
          {options.map((option) => (
            <div key={option} class="mono">
              {option}
            </div>
          ))}
        </dd>
      </dl>
    </Card>
  );
}
