import type { Schema } from '../api/contract.js';
import { useTexts } from '../i18n/language.js';
import { Badge, type Tone } from './badge.js';

type EntryState = Schema<'EntryState'>;
type Condition = Schema<'DeviceHealth'>['condition'];

const STATE_TONES: Readonly<Record<EntryState, Tone>> = { online: 'ok', offline: 'warn', failed: 'neutral' };
const CONDITION_TONES: Readonly<Record<Condition, Tone>> = {
  ok: 'ok',
  'bricks-down': 'bad',
  doubtful: 'warn',
  broken: 'bad',
  unknown: 'neutral',
};

/** Whether a node or device takes bricks, as somebody has set it. */
export function StateBadge({ state }: { readonly state: EntryState }) {
  return <Badge tone={STATE_TONES[state]}>{useTexts().common.states[state]}</Badge>;
}

/** How a device was last seen. */
export function ConditionBadge({ condition }: { readonly condition: Condition }) {
  return <Badge tone={CONDITION_TONES[condition]}>{useTexts().common.conditions[condition]}</Badge>;
}
