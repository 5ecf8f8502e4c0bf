import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';

/** Kills (KILL) all processes of a session, which its leader names. */
export function killSession(leader: number): void {
  for (let members = membersOf(leader); members.length > 0; members = membersOf(leader))
    spawnSync('kill', ['-KILL', ...members]); // some may have ended since
}

/** Process ids that live. */
function membersOf(leader: number): readonly string[] {
  return readdirSync('/proc').filter((name) => {
    const stat = /^\d+$/.test(name) ? statOf(name) : null;
    return stat !== null && stat.session === leader && stat.state !== 'Z';
  });
}

/** Null for a process that has ended. */
function statOf(pid: string): { readonly state: string; readonly session: number } | null {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const [state = '', , , session] = text.slice(text.lastIndexOf(')') + 2).split(' ');
    return { state, session: Number(session) };
  } catch {
    return null;
  }
}
