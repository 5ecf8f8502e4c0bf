import { useState } from 'preact/hooks';
import type { Device, Node } from '../../api/contract.js';
import { ConfirmDialog } from '../../components/dialog.js';
import { useTexts } from '../../i18n/language.js';
import { goTo } from '../../routing/route.js';
import { nodeName } from '../../state/pool.js';
import { useSession } from '../../state/session.js';
import { RemovalDialog } from './removal-dialog.js';
import { StateButtons } from './state-buttons.js';

/** What can be done with a device; emptying it is planned before. */
export function DeviceActions({ node, device }: { readonly node: Node; readonly device: Device }) {
  const { common, nodes: texts } = useTexts();
  const { changes, pool: keeper } = useSession();
  const [asked, setAsked] = useState<'empty' | 'delete' | null>(null);
  const name = `${nodeName(node)} ${device.name}`;
  const path = `/devices/${device.id}`;
  const close = (): void => setAsked(null);

  const empty = async (): Promise<void> => {
    close();
    const to = { method: 'POST', path: `${path}/state` } as const;
    if (device.state === 'online') {
      const title = texts.stateChange(name, common.states.offline);
      await changes.run({ ...to, title, body: { state: 'offline' } });
    }
    await changes.run({ ...to, title: texts.emptyTitle(name), body: { state: 'failed' } });
  };
  const remove = async (): Promise<void> => {
    close();
    await changes.run({ title: texts.removeTitle(name), method: 'DELETE', path });
    goTo(['nodes', node.id]);
  };
  const resync = async (): Promise<void> => {
    await changes.run({ title: texts.resyncing(name), method: 'GET', path: `${path}/resync` });
    keeper.touched(`/nodes/${node.id}`);
  };
  // How each ends is shown by the tray.
  const quietly = (work: Promise<unknown>): void => void work.catch(() => null);
  return (
    <>
      <StateButtons path={path} name={name} state={device.state} />
      <button type="button" class="button small" onClick={() => quietly(resync())}>
        {texts.resync}
      </button>
      {device.state === 'failed' ? null : (
        <button type="button" class="button small" onClick={() => setAsked('empty')}>
          {texts.empty}
        </button>
      )}
      {device.state !== 'failed' || device.bricks.length > 0 ? null : (
        <button type="button" class="button small danger" onClick={() => setAsked('delete')}>
          {texts.remove}
        </button>
      )}
      {asked === 'empty' ? (
        <RemovalDialog
          title={texts.emptyTitle(name)}
          hint={texts.emptyHint}
          request={{ change: 'remove-device', id: device.id }}
          isObstacleHandled={device.state === 'online'}
          onClose={close}
          onConfirm={() => quietly(empty())}
        />
      ) : null}
      {asked === 'delete' ? (
        <ConfirmDialog
          title={texts.removeTitle(name)}
          text={texts.removeDeviceHint}
          confirm={texts.remove}
          onClose={close}
          onConfirm={() => quietly(remove())}
        />
      ) : null}
    </>
  );
}
