import { Dialog } from '../../components/dialog.js';
import { type PlannedChange, RemovalPlanView, useRemovalPlan } from '../../components/removal-plan.js';
import { useTexts } from '../../i18n/language.js';

export interface RemovalDialogProps {
  readonly title: string;
  readonly hint: string;
  readonly request: PlannedChange;
  /** What the plan finds in the way is done with before. */
  readonly isObstacleHandled?: boolean;
  readonly onClose: () => void;
  readonly onConfirm: () => void;
}

/** Shows what a change would do with each brick before it is begun. */
export function RemovalDialog({
  title,
  hint,
  request,
  isObstacleHandled = false,
  onClose,
  onConfirm,
}: RemovalDialogProps) {
  const { nodes } = useTexts();
  const { plan, failure } = useRemovalPlan(request);
  const mayBegin = plan !== null && (plan.obstacle === null || isObstacleHandled);
  return (
    <Dialog
      title={title}
      onClose={onClose}
      actions={
        <button type="button" class="button primary" disabled={!mayBegin} onClick={onConfirm}>
          {nodes.plan.begin}
        </button>
      }
    >
      <p class="soft">{hint}</p>
      <RemovalPlanView plan={plan} failure={failure} isObstacleHandled={isObstacleHandled} />
    </Dialog>
  );
}
