import { openSync, readSync } from 'node:fs';
import { getHeapStatistics } from 'node:v8';

const NS_PER_MS = 1e6;
const MIB = 1024 * 1024;

/**
 * What the main thread of a process has used: whatever others do on the machine, its CPU between two ticks is the work of
 * one turn, and its heap is its own.
 */
export class TurnMeter {
  readonly #file = openSync(`/proc/self/task/${process.pid}/schedstat`, 'r');
  readonly #buffer = Buffer.alloc(64);
  readonly #beganMs: number;
  #lastMs: number;
  #longestMs = 0;
  #mostBytes = 0;

  constructor() {
    this.#beganMs = this.#cpuMs();
    this.#lastMs = this.#beganMs;
    setInterval(() => this.#tick(), 1).unref();
  }

  read(): { readonly cpuMs: number; readonly turnCpuMs: number; readonly mib: number } {
    this.#tick();
    return { cpuMs: this.#lastMs - this.#beganMs, turnCpuMs: this.#longestMs, mib: this.#mostBytes / MIB };
  }

  #tick(): void {
    const now = this.#cpuMs();
    this.#longestMs = Math.max(this.#longestMs, now - this.#lastMs);
    const heap = getHeapStatistics();
    this.#mostBytes = Math.max(this.#mostBytes, heap.total_heap_size + heap.external_memory);
    this.#lastMs = this.#cpuMs();
  }

  #cpuMs(): number {
    const length = readSync(this.#file, this.#buffer, 0, this.#buffer.length, 0);
    return Number(this.#buffer.toString('latin1', 0, length).split(' ')[0]) / NS_PER_MS;
  }
}
