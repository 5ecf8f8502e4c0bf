import type { ComponentChildren } from 'preact';
import { useEffect, useId, useRef } from 'preact/hooks';
import { useTexts } from '../i18n/language.js';

export interface DialogProps {
  readonly title: string;
  readonly onClose: () => void;
  readonly children: ComponentChildren;
  /** Beside the button that closes it. */
  readonly actions?: ComponentChildren;
}

/** In front of everything else: the browser keeps the focus in it, closes it by Escape, and gives the focus back. */
export function Dialog({ title, onClose, children, actions }: DialogProps) {
  const { common } = useTexts();
  const dialog = useRef<HTMLDialogElement>(null);
  const titleId = useId();
  useEffect(() => {
    const before = document.activeElement;
    dialog.current?.showModal();
    return () => {
      if (before instanceof HTMLElement) before.focus();
    };
  }, []);
  return (
    <dialog ref={dialog} aria-labelledby={titleId} onClose={onClose}>
      <div class="dialog-body">
        <h2 id={titleId}>{title}</h2>
        {children}
        <footer>
          <button type="button" class="button" onClick={onClose}>
            {common.cancel}
          </button>
          {actions}
        </footer>
      </div>
    </dialog>
  );
}

/** Asks once more before something is done that can't be taken back. */
export function ConfirmDialog({
  title,
  text,
  confirm,
  onClose,
  onConfirm,
}: {
  readonly title: string;
  readonly text: string;
  readonly confirm: string;
  readonly onClose: () => void;
  readonly onConfirm: () => void;
}) {
  return (
    <Dialog
      title={title}
      onClose={onClose}
      actions={
        <button type="button" class="button danger" onClick={onConfirm}>
          {confirm}
        </button>
      }
    >
      <p>{text}</p>
    </Dialog>
  );
}
