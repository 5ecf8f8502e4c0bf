import { useState } from 'preact/hooks';
import type { Node } from '../../api/contract.js';
import { ConfirmDialog } from '../../components/dialog.js';
import { useTexts } from '../../i18n/language.js';
import { goTo } from '../../routing/route.js';
import { nodeName } from '../../state/pool.js';
import { useSession } from '../../state/session.js';
import { RemovalDialog } from './removal-dialog.js';
import { StateButtons } from './state-buttons.js';

type Asked = 'empty' | 'lose' | 'reinstate' | 'delete' | null;

/** What can be done with a node; what moves bricks is planned before. */
export function NodeActions({ node }: { readonly node: Node }) {
  const { nodes: texts } = useTexts();
  const [asked, setAsked] = useState<Asked>(null);
  return (
    <>
      <StateButtons path={`/nodes/${node.id}`} name={nodeName(node)} state={node.state} />
      {node.state === 'failed' ? null : (
        <button type="button" class="button small" onClick={() => setAsked('empty')}>
          {texts.empty}
        </button>
      )}
      <button type="button" class="button small" onClick={() => setAsked('reinstate')}>
        {texts.reinstate}
      </button>
      <button type="button" class="button small danger" onClick={() => setAsked('lose')}>
        {texts.lose}
      </button>
      {node.devices.length > 0 ? null : (
        <button type="button" class="button small danger" onClick={() => setAsked('delete')}>
          {texts.remove}
        </button>
      )}
      <AskedDialog node={node} asked={asked} onClose={() => setAsked(null)} />
    </>
  );
}

function AskedDialog({
  node,
  asked,
  onClose,
}: {
  readonly node: Node;
  readonly asked: Asked;
  readonly onClose: () => void;
}) {
  const { common, nodes: texts } = useTexts();
  const { changes } = useSession();
  const name = nodeName(node);
  const path = `/nodes/${node.id}`;
  const begin = (title: string, method: 'POST' | 'DELETE', to: string, body?: object): Promise<string | null> => {
    onClose();
    return changes.run({ title, method, path: to, body });
  };
  const quietly = (work: Promise<unknown>): void => void work.catch(() => null);
  if (asked === 'empty') {
    const run = async (): Promise<void> => {
      if (node.state === 'online')
        await begin(texts.stateChange(name, common.states.offline), 'POST', `${path}/state`, { state: 'offline' });
      await begin(texts.emptyTitle(name), 'POST', `${path}/state`, { state: 'failed' });
    };
    return (
      <RemovalDialog
        title={texts.emptyTitle(name)}
        hint={texts.emptyHint}
        request={{ change: 'remove-node', id: node.id }}
        isObstacleHandled={node.state === 'online'}
        onClose={onClose}
        onConfirm={() => quietly(run())}
      />
    );
  }
  if (asked === 'lose') {
    return (
      <RemovalDialog
        title={texts.loseTitle(name)}
        hint={texts.loseHint}
        request={{ change: 'lose-node', id: node.id }}
        onClose={onClose}
        onConfirm={() => quietly(begin(texts.loseTitle(name), 'POST', `${path}/lost`, {}))}
      />
    );
  }
  if (asked === 'reinstate') {
    return (
      <RemovalDialog
        title={texts.reinstateTitle(name)}
        hint={texts.reinstateHint}
        request={{ change: 'reinstate-node', id: node.id }}
        onClose={onClose}
        onConfirm={() => quietly(begin(texts.reinstateTitle(name), 'POST', `${path}/reinstate`, {}))}
      />
    );
  }
  if (asked === 'delete') {
    return (
      <ConfirmDialog
        title={texts.removeTitle(name)}
        text={texts.removeNodeHint}
        confirm={texts.remove}
        onClose={onClose}
        onConfirm={() => quietly(begin(texts.removeTitle(name), 'DELETE', path).then(() => goTo(['nodes'])))}
      />
    );
  }
  return null;
}
