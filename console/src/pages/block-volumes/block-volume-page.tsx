import { useState } from 'preact/hooks';
import { isNotFound } from '../../api/failures.js';
import { CopyLine } from '../../components/copy-line.js';
import { ConfirmDialog } from '../../components/dialog.js';
import { Happened } from '../../components/happened.js';
import { FailureNotice, Notice } from '../../components/notice.js';
import { Card, Loading, Page } from '../../components/page.js';
import { useFormats } from '../../i18n/formats.js';
import { useTexts } from '../../i18n/language.js';
import { goTo, hrefTo } from '../../routing/route.js';
import { useSession } from '../../state/session.js';
import { useStore } from '../../state/store.js';
import { useAnswer } from '../../state/use-answer.js';
import type { PageProps } from '../page-props.js';
import type { BlockVolume } from './use-block-volumes.js';

export function BlockVolumePage({ id }: PageProps) {
  const { common, blockVolumes: texts } = useTexts();
  const { value: block, failure, reload } = useAnswer<BlockVolume>(`/blockvolumes/${encodeURIComponent(id)}`);
  const isGone = isNotFound(failure);
  return (
    <Page
      title={block?.name ?? texts.blockVolume}
      crumbs={[{ title: texts.title, href: hrefTo(['blockvolumes']) }]}
      actions={block === null ? null : <DeleteButton block={block} />}
    >
      {failure !== null && !isGone ? (
        <FailureNotice title={common.notLoaded} failure={failure} onRetry={reload} />
      ) : null}
      {isGone ? <p class="card empty">{texts.gone}</p> : null}
      {block === null && failure === null ? <Loading /> : null}
      {block === null ? null : (
        <>
          <AttachCard block={block} />
          <div class="columns">
            <Facts block={block} />
            <Access key={id} block={block} />
            <Happened id={id} />
          </div>
        </>
      )}
    </Page>
  );
}

/** As an initiator of open-iscsi types it. What the server tells goes in between quotes of a shell. */
function AttachCard({ block: { blockvolume } }: { readonly block: BlockVolume }) {
  const { blockVolumes: texts } = useTexts();
  const [portal = ''] = blockvolume.hosts;
  return (
    <Card title={texts.attach}>
      <div class="stack tight">
        <CopyLine text={`iscsiadm -m discovery -t sendtargets -p ${quoted(portal)}`} label={texts.discover} />
        <CopyLine text={`iscsiadm -m node -T ${quoted(blockvolume.iqn)} --login`} label={texts.login} />
      </div>
    </Card>
  );
}

function quoted(word: string): string {
  return /^[\w.:-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

function Facts({ block }: { readonly block: BlockVolume }) {
  const { common, blockVolumes: texts } = useTexts();
  const formats = useFormats();
  const { pool: keeper } = useSession();
  const { pool } = useStore(keeper.state);
  const { blockhostingvolume: hostId = '', blockvolume } = block;
  return (
    <Card title={texts.blockVolume}>
      <dl class="facts">
        <dt>{common.size}</dt>
        <dd>{formats.sizeGib(block.size)}</dd>
        {block.usablesize === undefined || block.usablesize === block.size ? null : (
          <>
            <dt>{texts.usable}</dt>
            <dd>{formats.sizeGib(block.usablesize)}</dd>
          </>
        )}
        <dt>{common.id}</dt>
        <dd class="mono">{block.id}</dd>
        <dt>{texts.cluster}</dt>
        <dd class="mono">{block.cluster}</dd>
        <dt>{texts.hostedBy}</dt>
        <dd>
          <a href={hrefTo(['volumes', hostId])}>{pool?.volumes.get(hostId)?.name ?? hostId}</a>
        </dd>
        <dt>{texts.target}</dt>
        <dd class="mono">{blockvolume.iqn}</dd>
        <dt>{texts.lun}</dt>
        <dd>{blockvolume.lun}</dd>
        <dt>{texts.portals}</dt>
        <dd>{blockvolume.hosts.join(', ')}</dd>
      </dl>
    </Card>
  );
}

/** The password is on the screen only while somebody wants to see it. */
function Access({ block: { blockvolume } }: { readonly block: BlockVolume }) {
  const { blockVolumes: texts } = useTexts();
  const [isShown, setShown] = useState(false);
  const { username, password } = blockvolume;
  return (
    <Card title={texts.access}>
      {username === '' && password === '' ? (
        <Notice tone="warn">{texts.anybody}</Notice>
      ) : (
        <div class="stack">
          <dl class="facts">
            <dt>{texts.user}</dt>
            <dd class="mono">{username}</dd>
            <dt>{texts.password}</dt>
            <dd class="mono">{isShown ? password : '••••••••'}</dd>
          </dl>
          <div>
            <button type="button" class="button small" aria-pressed={isShown} onClick={() => setShown(!isShown)}>
              {isShown ? texts.hide : texts.show}
            </button>
          </div>
        </div>
      )}
    </Card>
  );
}

function DeleteButton({ block }: { readonly block: BlockVolume }) {
  const { blockVolumes: texts } = useTexts();
  const formats = useFormats();
  const { changes, pool: keeper } = useSession();
  const { pool } = useStore(keeper.state);
  const [isAsked, setAsked] = useState(false);
  const hostId = block.blockhostingvolume ?? '';
  const remove = (): void => {
    setAsked(false);
    const title = texts.deleteTitle(block.name);
    void changes.run({ title, method: 'DELETE', path: `/blockvolumes/${block.id}` }).then(
      () => {
        if (location.hash.includes(block.id)) goTo(['blockvolumes']);
      },
      // How it ends is shown by the tray.
      () => null,
    );
  };
  return (
    <>
      <button type="button" class="button small danger" onClick={() => setAsked(true)}>
        {texts.delete}
      </button>
      {isAsked ? (
        <ConfirmDialog
          title={texts.deleteTitle(block.name)}
          text={texts.deleteHint(formats.sizeGib(block.size), pool?.volumes.get(hostId)?.name ?? hostId)}
          confirm={texts.delete}
          onClose={() => setAsked(false)}
          onConfirm={remove}
        />
      ) : null}
    </>
  );
}
