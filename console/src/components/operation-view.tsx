import type { Schema } from '../api/contract.js';
import { useTexts } from '../i18n/language.js';
import { Badge, type Tone } from './badge.js';
import { Progress } from './progress.js';

export type Operation = Schema<'PendingOperation'>;

/** The list changes with each part of an operation, which events don't tell. */
export const OPERATIONS_EVERY_MS = 2_000;

type Stage = 'running' | 'waiting' | 'stale' | 'failed';

const TONES: Readonly<Record<Stage, Tone>> = { running: 'info', waiting: 'neutral', stale: 'warn', failed: 'bad' };

function stageOf({ status, sub_status: subStatus }: Operation): Stage {
  if (status !== '') return status;
  return subStatus === 'in-flight' ? 'running' : 'waiting';
}

export function isLeft(operation: Operation): boolean {
  return operation.status !== '';
}

export function OperationStage({ operation }: { readonly operation: Operation }) {
  const stage = stageOf(operation);
  return <Badge tone={TONES[stage]}>{useTexts().operations.statuses[stage]}</Badge>;
}

/** How far it is; nothing of work without parts. */
export function OperationProgress({ operation }: { readonly operation: Operation }) {
  const { progress } = operation;
  if (progress === undefined) return null;
  return (
    <Progress done={progress.done} total={progress.total ?? null} text={progress.current} label={operation.type_name} />
  );
}
