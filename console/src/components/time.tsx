import { useEffect } from 'preact/hooks';
import { useFormats } from '../i18n/formats.js';
import { Store, useStore } from '../state/store.js';

const minute = new Store(Date.now());
let watchers = 0;
let timer: ReturnType<typeof setInterval> | undefined;

/** How long ago something was, kept true; the moment itself is its title. */
export function Ago({ time }: { readonly time: string }) {
  const formats = useFormats();
  const nowMs = useStore(minute);
  useEffect(() => {
    if (watchers++ === 0) timer = setInterval(() => minute.set(Date.now()), 20_000);
    return () => {
      if (--watchers === 0) clearInterval(timer);
    };
  }, []);
  return (
    <time dateTime={time} title={formats.time(time)}>
      {formats.ago(time, Math.max(nowMs, Date.parse(time) || 0))}
    </time>
  );
}
