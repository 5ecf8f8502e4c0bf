import { useEffect, useMemo, useState } from 'preact/hooks';
import type { Schema } from '../../api/contract.js';
import { Badge, type Tone } from '../../components/badge.js';
import { FailureNotice, ServerText } from '../../components/notice.js';
import { Page } from '../../components/page.js';
import { type Column, Table } from '../../components/table.js';
import { Ago } from '../../components/time.js';
import type { Dictionary } from '../../i18n/dictionary.js';
import { useTexts } from '../../i18n/language.js';
import { useSession } from '../../state/session.js';

type Entry = Schema<'AuditEntry'>;
type List = Schema<'AuditList'>;

const PAGE = 200;
const TONES: Readonly<Record<Entry['outcome'], Tone>> = {
  done: 'ok',
  accepted: 'info',
  refused: 'warn',
  failed: 'bad',
};

/** Who has asked for what. */
export function AuditPage() {
  const { audit: texts, common } = useTexts();
  const { entries, before, failure, load } = useAudit();
  const [onlyRefused, setOnlyRefused] = useState(false);
  const columns = useMemo(() => columnsIn(texts), [texts]);
  const shown = useMemo(
    () => (onlyRefused ? entries.filter(({ outcome }) => outcome === 'refused' || outcome === 'failed') : entries),
    [entries, onlyRefused],
  );
  return (
    <Page title={texts.title}>
      <p class="soft">{texts.intro}</p>
      {failure === null ? null : (
        <FailureNotice title={common.notLoaded} failure={failure} onRetry={() => void load(null)} />
      )}
      <Table
        label={texts.title}
        columns={columns}
        rows={shown}
        keyOf={({ id }) => id}
        searchText={searchTextOf}
        empty={texts.none}
        tools={
          <label class="check">
            <input
              type="checkbox"
              checked={onlyRefused}
              onChange={(event) => setOnlyRefused(event.currentTarget.checked)}
            />
            {texts.onlyRefused}
          </label>
        }
      />
      {before === null ? null : (
        <div>
          <button type="button" class="button" onClick={() => void load(before)}>
            {texts.earlier}
          </button>
        </div>
      )}
    </Page>
  );
}

/** Entries, the newest first, and the way to earlier ones. */
function useAudit() {
  const { client, connection } = useSession();
  const [state, setState] = useState<{ entries: readonly Entry[]; before: number | null; failure: unknown }>({
    entries: [],
    before: null,
    failure: null,
  });
  const load = async (earlier: number | null): Promise<void> => {
    try {
      const list = await client.get<List>(`/audit?limit=${PAGE}${earlier === null ? '' : `&before=${earlier}`}`);
      const newest = list.entries.toReversed();
      setState(({ entries }) => ({
        entries: earlier === null ? newest : [...entries, ...newest],
        before: list.before ?? null,
        failure: null,
      }));
    } catch (failure) {
      setState((before) => ({ ...before, failure }));
    }
  };
  useEffect(() => {
    void load(null);
    return connection.state.subscribe(() => {
      if (connection.state.get() === 'connected') void load(null);
    });
  }, [client, connection]);
  return { ...state, load };
}

function searchTextOf({ issuer = '', address, request, method, path, action = '', ids, reason = '' }: Entry): string {
  return [issuer, address, request, method, path, action, ...ids, reason].join(' ');
}

function columnsIn(texts: Dictionary['audit']): readonly [Column<Entry>, ...Column<Entry>[]] {
  return [
    { title: texts.time, cell: ({ time }) => <Ago time={time} />, sortBy: ({ id }) => id },
    { title: texts.who, cell: ({ issuer }) => issuer ?? texts.nobody, sortBy: ({ issuer }) => issuer ?? '' },
    { title: texts.from, cell: ({ address }) => address, sortBy: ({ address }) => address },
    {
      title: texts.request,
      cell: ({ method, path }) => (
        <span class="mono">
          {method} {path}
        </span>
      ),
      sortBy: ({ method, path }) => `${path} ${method}`,
    },
    {
      title: texts.answer,
      cell: ({ outcome, status }) => (
        <Badge tone={TONES[outcome]}>
          {status} {texts.outcomes[outcome]}
        </Badge>
      ),
      sortBy: ({ status }) => status,
    },
    {
      title: texts.reason,
      cell: ({ reason, repeats }) => (
        <ServerText>
          {[reason, repeats === undefined ? null : texts.repeats(repeats)].filter(Boolean).join(' ')}
        </ServerText>
      ),
    },
    {
      title: texts.duration,
      cell: ({ duration_ms: ms }) => texts.milliseconds(ms),
      sortBy: ({ duration_ms: ms }) => ms,
      isNumber: true,
    },
  ];
}
