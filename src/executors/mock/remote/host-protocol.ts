import type { Command, CommandResult } from '../../executor.js';
import type { Fault } from '../trouble/faults.js';
import type { HostNoise } from '../world/host-noise.js';
import type { Reinstallation } from '../world/reinstallation.js';
import type { HostsState } from '../world/state.js';

/** One JSON object a line, both ways, matched by `id`. */
export type HostRequest = { readonly id: number } & (
  | { readonly method: 'run'; readonly host: string; readonly batch: readonly Command[] }
  | { readonly method: 'cancel'; readonly request: number }
  | { readonly method: 'awaitLeftovers'; readonly host: string }
  | { readonly method: 'linkNames'; readonly manage: string; readonly storage: string }
  | { readonly method: 'setFaults'; readonly faults: readonly Fault[] }
  | { readonly method: 'setHostUp'; readonly host: string; readonly isUp: boolean }
  | { readonly method: 'reinstall'; readonly host: string; readonly options: Reinstallation }
  | { readonly method: 'setNoise'; readonly host: string; readonly noise: HostNoise | null }
  | { readonly method: 'state' }
  | { readonly method: 'commandsRun' }
  | { readonly method: 'awaitHeld' }
  | { readonly method: 'releaseHeld'; readonly goesOn: boolean }
);

export type HostAnswer = { readonly id: number } & (
  | { readonly results: readonly CommandResult[] }
  | { readonly state: HostsState }
  | { readonly commandsRun: number }
  | { readonly done: true }
  | { readonly transportError: { readonly message: string; readonly mayHaveRun: boolean } }
  | { readonly refusal: string }
);

/** Cuts a stream into lines. */
export class LineReader {
  #rest = '';

  push(chunk: string): readonly string[] {
    const lines = (this.#rest + chunk).split('\n');
    this.#rest = lines.pop() ?? '';
    return lines;
  }
}
