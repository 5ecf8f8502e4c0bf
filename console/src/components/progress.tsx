import { useTexts } from '../i18n/language.js';
import { partsOf } from '../state/changes.js';

/** How far work is: a bar where parts are counted, and the server's words. */
export function Progress({
  done,
  total,
  text,
  label,
}: {
  readonly done: number;
  /** Null while it is not known. */
  readonly total: number | null;
  readonly text: string;
  readonly label: string;
}) {
  const { common } = useTexts();
  return (
    <div class="stack tight">
      <progress aria-label={label} {...(total === null ? {} : { value: done, max: Math.max(1, total) })} />
      <p class="small soft">
        {total === null ? null : <span class="number">{common.partsDone(done, total)} </span>}
        <span class="server-text">{text}</span>
      </p>
    </div>
  );
}

/** The same of what /queue tells in one line. */
export function QueueProgress({ progress, label }: { readonly progress: string; readonly label: string }) {
  const parts = partsOf(progress);
  const text = parts === null ? progress : progress.replace(/^\d+ of \d+(, )?/, '');
  return <Progress done={parts?.done ?? 0} total={parts?.total ?? null} text={text} label={label} />;
}
