// The process of a FUSE mount: `fuse-process.mjs FOLDER SOURCE`. Its mount shows up as one of gluster's. Its parent tells
// it (IPC) how questions about the file system are answered: 'well', 'never', or the number of an error. It ends with its
// parent, unless that has said 'stay'.
import { spawnSync } from 'node:child_process';
import { openSync, read, writeSync } from 'node:fs';

const [, , folder, source] = process.argv;
const OPCODES = { getattr: 3, statfs: 17, init: 26 };
const HEADER_BYTES = 16;
const FOLDER_MODE = 0o040755;

const device = openSync('/dev/fuse', 'r+');
const options = 'fd=3,rootmode=40000,user_id=0,group_id=0,allow_other';
const { status, stderr } = spawnSync('mount', ['-i', '-t', 'fuse.glusterfs', '-o', options, source, folder], {
  stdio: ['ignore', 'ignore', 'pipe', device],
});
if (status !== 0) throw new Error(String(stderr));

let answer = 'well';
let stays = false;
process.on('message', (wanted) => {
  if (wanted === 'stay') stays = true;
  else answer = wanted;
  process.send('done');
});
process.on('disconnect', () => {
  if (!stays) process.exit();
});

function reply(unique, body, error = 0) {
  const header = Buffer.alloc(HEADER_BYTES);
  header.writeUInt32LE(HEADER_BYTES + body.length, 0);
  header.writeInt32LE(error, 4);
  header.writeBigUInt64LE(unique, 8);
  writeSync(device, Buffer.concat([header, body]));
}

function bodyOf(opcode) {
  if (opcode === OPCODES.init) {
    const body = Buffer.alloc(64);
    body.writeUInt32LE(7, 0);
    body.writeUInt32LE(31, 4);
    body.writeUInt32LE(4096, 20);
    body.writeUInt32LE(1, 24);
    return body;
  }
  if (opcode === OPCODES.statfs) {
    const body = Buffer.alloc(80);
    for (const [i, figure] of [1000n, 600n, 500n, 64n, 60n].entries()) body.writeBigUInt64LE(figure, i * 8);
    for (const [i, figure] of [4096, 255, 4096].entries()) body.writeUInt32LE(figure, 40 + i * 4);
    return body;
  }
  if (opcode === OPCODES.getattr) {
    const body = Buffer.alloc(16 + 88);
    body.writeBigUInt64LE(1n, 16);
    body.writeUInt32LE(FOLDER_MODE, 16 + 60);
    body.writeUInt32LE(2, 16 + 64);
    return body;
  }
  return null;
}

const question = Buffer.alloc(64 * 1024);
function serve() {
  read(device, question, 0, question.length, null, (failed) => {
    if (failed) process.exit();
    const [opcode, unique] = [question.readUInt32LE(4), question.readBigUInt64LE(8)];
    const body = bodyOf(opcode);
    if (body === null) reply(unique, Buffer.alloc(0), -38);
    else if (opcode === OPCODES.init || answer === 'well') reply(unique, body);
    else if (answer !== 'never') reply(unique, Buffer.alloc(0), -answer);
    serve();
  });
}
serve();
process.send('mounted');
