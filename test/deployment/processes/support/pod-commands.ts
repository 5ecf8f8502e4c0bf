import { spawn } from 'node:child_process';
import { resolve } from 'node:path';
import { commandsOf } from '../../../docs/documents.js';

const PROGRAMS = resolve(import.meta.dirname, '../../../../bin');

/** Folders of the image and its mounts, which a test has below a folder of its own. */
const FOLDERS = /(?<![\w./-])\/(etc\/heketi|var\/lib\/heketi|backup|tmp)\//g;

/** What a document runs in a pod with `kubectl exec`, in its order; `pod` as it stands there. */
export function commandsInPod(document: string, pod: string): string[] {
  const start = new RegExp(`^kubectl -n glusterfs exec (?:-i )?${pod} -- `);
  return commandsOf(document).flatMap(({ text }) => {
    if (!start.test(text)) return [];
    // What stands behind is for the shell outside of the pod.
    return text.replace(start, '').replace(/ (?:\||<|>) [^']*$/, '');
  });
}

export interface PodOutcome {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Pod {
  /** Has `etc/heketi`, `var/lib/heketi` and so on. */
  readonly folder: string;
  /** Where a server listens, in place of `http://localhost:8080`. */
  readonly server?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: string;
}

/** Runs it as in a pod of the image: both programs are in the PATH. */
export async function runInPod(
  command: string,
  { folder, server = '', env = {}, input = '' }: Pod,
): Promise<PodOutcome> {
  const here = command.replaceAll(FOLDERS, `${folder}/$1/`).replaceAll('http://localhost:8080', server);
  const child = spawn('bash', ['-c', here], {
    cwd: folder,
    env: { PATH: `${PROGRAMS}:${process.env.PATH}`, HOME: '/nonexistent', HEKETI_CLI_SERVER: server, ...env },
  });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk: Buffer) => {
    stdout += chunk.toString();
  });
  child.stderr.on('data', (chunk: Buffer) => {
    stderr += chunk.toString();
  });
  // A command that reads nothing may be gone by then.
  child.stdin.on('error', () => undefined).end(input);
  const status = await new Promise<number | null>((done) => child.on('close', done));
  return { status, stdout, stderr };
}
