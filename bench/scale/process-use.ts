import { readFileSync } from 'node:fs';

const CLOCK_TICKS_PER_SECOND = 100;

/** That a process has had until now, of all its threads. */
export function cpuSeconds(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) / CLOCK_TICKS_PER_SECOND;
}

/** The most memory that a process has had at once. */
export function mostMib(pid: number): number {
  return mibOf(pid, /VmHWM:\s+(\d+)/);
}

export function presentMib(pid: number): number {
  return mibOf(pid, /VmRSS:\s+(\d+)/);
}

function mibOf(pid: number, field: RegExp): number {
  return Number(field.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1024;
}
