import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makePrivateFolder } from '../../src/store/sqlite/private-folder.js';

/** A process of its own that makes a copy in the folder given as argument, and never comes to its end. */
const folder = makePrivateFolder(process.argv[2] ?? '');
writeFileSync(join(folder.path, 'heketi.db'), 'half of a copy');
setInterval(() => {}, 60_000);
process.send?.(folder.path);
