// `mount.mjs SOURCE FOLDER`: ends when the file system is mounted; its process lives until it is unmounted.
import { spawn } from 'node:child_process';
import { join } from 'node:path';

const [, , source, folder] = process.argv;
const program = join(import.meta.dirname, '../support/fuse-process.mjs');
const child = spawn(process.execPath, [program, folder, source], {
  detached: true,
  stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
});
child.once('exit', () => {
  process.stderr.write('the stand-in for gluster’s client has ended\n');
  process.exitCode = 1;
});
child.once('message', () => {
  child.send('stay');
  child.once('message', () => {
    child.removeAllListeners('exit');
    child.disconnect();
    child.unref();
  });
});
