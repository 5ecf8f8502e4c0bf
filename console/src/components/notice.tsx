import type { ComponentChildren } from 'preact';
import { Refusal, Unreachable } from '../api/failures.js';
import { useTexts } from '../i18n/language.js';
import type { Tone } from './badge.js';

export interface NoticeProps {
  readonly tone: Tone;
  readonly title?: string;
  /** Read out by a screen reader as soon as it is there. */
  readonly isAnnounced?: boolean;
  readonly children?: ComponentChildren;
}

export function Notice({ tone, title, isAnnounced = false, children }: NoticeProps) {
  return (
    <div class="notice" data-tone={tone} role={isAnnounced ? (tone === 'bad' ? 'alert' : 'status') : undefined}>
      {title === undefined ? null : <strong>{title}</strong>}
      {children}
    </div>
  );
}

/** What the server has said: text, with its line ends, and never anything else. */
export function ServerText({ children }: { readonly children: string }) {
  return <p class="server-text">{children}</p>;
}

/** Why something failed. */
export function FailureNotice({
  title,
  failure,
  onRetry,
}: {
  readonly title: string;
  readonly failure: unknown;
  readonly onRetry?: () => void;
}) {
  const { common } = useTexts();
  return (
    <Notice tone="bad" title={title} isAnnounced>
      <ServerText>{describeFailure(failure, common.unreachable)}</ServerText>
      {onRetry === undefined ? null : (
        <div>
          <button type="button" class="button small" onClick={onRetry}>
            {common.tryAgain}
          </button>
        </div>
      )}
    </Notice>
  );
}

/** `unreachable`: what to say where there was no answer. */
export function describeFailure(failure: unknown, unreachable: string): string {
  if (failure instanceof Unreachable) return unreachable;
  if (failure instanceof Refusal) return failure.message;
  return failure instanceof Error ? failure.message : String(failure);
}
