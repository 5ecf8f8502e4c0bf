import { useState } from 'preact/hooks';
import { parseTopology } from '../../../../src/cli/topology-file.js';
import { Badge, type Tone } from '../../components/badge.js';
import { FailureNotice, Notice, ServerText } from '../../components/notice.js';
import { Progress } from '../../components/progress.js';
import { useTexts } from '../../i18n/language.js';
import { useSession } from '../../state/session.js';
import { useStore } from '../../state/store.js';
import { type StepStage, TopologyLoad } from '../../state/topology-load.js';

/** Takes a topology file by drop or by choice, shows what is in it, and loads it. */
export function TopologyLoader() {
  const { nodes } = useTexts();
  const texts = nodes.topology;
  const { client } = useSession();
  const [load, setLoad] = useState<TopologyLoad | null>(null);
  const [failure, setFailure] = useState<unknown>(null);
  const [isOver, setOver] = useState(false);
  const take = async (file: File | null | undefined): Promise<void> => {
    setOver(false);
    if (!file) return;
    setFailure(null);
    setLoad(null);
    try {
      const plan = parseTopology(await file.text());
      if (plan.length === 0) throw new Error(texts.noClusters);
      setLoad(new TopologyLoad(client, plan));
    } catch (error) {
      setFailure(error);
    }
  };
  return (
    <div class="stack">
      {/* biome-ignore lint/a11y/noStaticElementInteractions: the button in it does the same */}
      <div
        class="drop"
        data-over={isOver}
        onDragOver={(event) => {
          event.preventDefault();
          setOver(true);
        }}
        onDragLeave={() => setOver(false)}
        onDrop={(event) => {
          event.preventDefault();
          void take(event.dataTransfer?.files[0]);
        }}
      >
        <p>{texts.hint}</p>
        <label class="button">
          {texts.choose}
          <input
            type="file"
            class="unseen"
            accept=".json,application/json"
            onChange={(event) => void take(event.currentTarget.files?.[0])}
          />
        </label>
      </div>
      {failure === null ? null : <FailureNotice title={texts.notRead} failure={failure} />}
      {load === null ? null : <LoadView load={load} />}
    </div>
  );
}

const TONES: Readonly<Record<StepStage, Tone>> = {
  waiting: 'neutral',
  running: 'info',
  made: 'ok',
  known: 'neutral',
  failed: 'bad',
  unknown: 'warn',
  skipped: 'warn',
};
const ENDED: ReadonlySet<StepStage> = new Set(['made', 'known', 'failed', 'unknown', 'skipped']);

function LoadView({ load }: { readonly load: TopologyLoad }) {
  const { common, nodes } = useTexts();
  const texts = nodes.topology;
  const { pool: keeper } = useSession();
  const { steps, isRunning } = useStore(load.state);
  const count = (stage: StepStage): number => steps.filter((step) => step.stage === stage).length;
  const done = steps.filter(({ stage }) => ENDED.has(stage)).length;
  const nodeCount = steps.filter(({ device }) => device === null).length;
  const run = async (): Promise<void> => {
    await load.run([...(keeper.state.get().pool?.nodes.values() ?? [])]);
    await keeper.reload();
  };
  return (
    <div class="stack">
      <p>{texts.found(nodeCount, steps.length - nodeCount)}</p>
      {done > 0 || isRunning ? <Progress done={done} total={steps.length} text="" label={texts.loading} /> : null}
      {done === 0 && !isRunning ? (
        <div>
          <button type="button" class="button primary" onClick={() => void run()}>
            {texts.load}
          </button>
        </div>
      ) : null}
      {done === steps.length && !isRunning ? (
        <Notice
          tone={count('failed') + count('unknown') > 0 ? 'warn' : 'ok'}
          isAnnounced
          title={texts.done(count('made'))}
        >
          {count('failed') > 0 ? <p>{texts.someFailed(count('failed'))}</p> : null}
          {count('unknown') > 0 ? <p>{common.outcomeUnknown}</p> : null}
        </Notice>
      ) : null}
      <ul class="list">
        {steps.map(({ node, device, stage, reason }) => (
          <li key={`${node} ${device}`} class={device === null ? '' : 'of-node'}>
            <div class="row between">
              <span class={device === null ? '' : 'mono'}>{device ?? node}</span>
              <Badge tone={TONES[stage]}>{texts.steps[stage]}</Badge>
            </div>
            {reason === '' ? null : <ServerText>{reason}</ServerText>}
          </li>
        ))}
      </ul>
    </div>
  );
}
