import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { isIsolated, LOOPBACK_UP } from '../../docs/bare-machine.js';
import { ROOT } from '../../docs/documents.js';
import { makeMemoryFolder } from '../../support/memory-folder.js';
import { buildTree } from '../support/image-tree.js';

/** Of the base image, as this machine has them. */
const BASE_FOLDERS = ['/usr/lib', '/usr/local', '/usr/share', '/lib', '/lib64'];

/** A deployment's own way through the container, in the words of its documents. */
const STEPS = `
cd /
touch /written 2>/dev/null && echo 'the root can be written'
id -u
ENTRY >/var/lib/heketi/out 2>&1 &
started=$!
tries=0
until grep -qs 'Listening on port 8080' /var/lib/heketi/out; do
  kill -0 $started 2>/dev/null && [ $((tries += 1)) -lt 1200 ] || { cat /var/lib/heketi/out; exit 9; }
  sleep 0.05
done
curl -fsS http://localhost:8080/hello; echo
{ HEALTH; } && echo && echo healthy
heketi-cli -s http://localhost:8080 --user admin --secret 'My Secret' topology load --json=/steps/topology.json | grep -c 'Adding device .*OK'
heketi-cli --user admin --secret 'My Secret' volume create --size=1 --name=made | head -n 1
kill -TERM $started
wait $started
echo "ended with $?"
heketi --version | grep -c '^Heketi '
heketi-csi --controller --endpoint /var/lib/heketi/csi.sock >/var/lib/heketi/csi-out 2>&1 &
started=$!
until grep -q 'Listening on' /var/lib/heketi/csi-out; do
  kill -0 $started 2>/dev/null && [ $((tries += 1)) -lt 2400 ] || { cat /var/lib/heketi/csi-out; exit 9; }
  sleep 0.05
done
kill -TERM $started
wait $started
echo "the driver ended with $?"
ls /var/lib/heketi
`;

/** Top folders of all packages that an installation without tools for development has. */
function productionPackages(): readonly string[] {
  const listed = spawnSync('npm', ['ls', '--omit=dev', '--all', '--parseable'], { cwd: ROOT, encoding: 'utf8' });
  const modules = join(ROOT, 'node_modules');
  const names = listed.stdout.split('\n').flatMap((folder) => {
    const [, name] = /^((?:@[^/]+\/)?[^/]+)/.exec(relative(modules, folder)) ?? [];
    return folder.startsWith(modules) && name !== undefined && existsSync(join(modules, name)) ? [name] : [];
  });
  return [...new Set(names)];
}

/** Runs the steps in the image's files on a read-only root, as a user without rights, with nothing of the project. */
async function runInImage(): Promise<string> {
  const folder = makeMemoryFolder('mortar-image-');
  try {
    const tree = join(folder, 'tree');
    mkdirSync(tree);
    const image = buildTree(readFileSync(join(ROOT, 'Dockerfile'), 'utf8'), ROOT, tree, ['node_modules']);
    for (const place of ['proc', 'dev', '.old', '.host/bin', '.host/node', 'steps', ...BASE_FOLDERS])
      mkdirSync(join(tree, place), { recursive: true });
    copyFileSync(join(ROOT, 'examples/topology.json'), join(tree, 'steps/topology.json'));
    // Every engine gives a container this.
    writeFileSync(join(tree, 'etc/hosts'), '127.0.0.1 localhost\n');
    const [tini, dashes, ...words] = image.entryPoint;
    expect([tini, dashes]).toEqual(['/usr/bin/tini', '--']);
    writeFileSync(
      join(tree, 'steps/steps.sh'),
      STEPS.replace('ENTRY', words.join(' ')).replace('HEALTH', image.healthCheck),
    );
    linkPrograms(tree);
    const binds = [...image.built].flatMap(([place, source]) =>
      productionPackages().map((name) => [join(ROOT, source, name), join(tree, place, name)] as const),
    );
    for (const [, place] of binds) mkdirSync(place, { recursive: true });
    return await isolated(folder, tree, binds, image.env);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Those of the base image, under the names by which the image's own may not be hidden. */
function linkPrograms(tree: string): void {
  const bin = join(tree, 'usr/bin');
  const own = new Set(readdirSync(bin));
  for (const name of readdirSync('/usr/bin'))
    if (!own.has(name) && name !== 'node') symlinkSync(`/.host/bin/${name}`, join(bin, name));
  symlinkSync('/.host/node/node', join(bin, 'node'));
  symlinkSync('usr/bin', join(tree, 'bin'));
}

async function isolated(
  folder: string,
  tree: string,
  binds: readonly (readonly [string, string])[],
  env: Readonly<Record<string, string>>,
): Promise<string> {
  const bound: (readonly [string, string])[] = [
    ['/usr/bin', join(tree, '.host/bin')],
    [dirname(process.execPath), join(tree, '.host/node')],
    ...BASE_FOLDERS.filter((place) => existsSync(place)).map((place) => [place, join(tree, place)] as const),
    ...binds,
  ];
  const variables = Object.entries(env).map(([name, value]) => `${name}=${value}`);
  const script = [
    'set -e',
    'mount --make-rprivate /',
    LOOPBACK_UP,
    `mount --bind '${tree}' '${tree}'`,
    ...bound.map(([from, to]) => `mount --rbind '${from}' '${to}'`),
    `mount --rbind /dev '${join(tree, 'dev')}'`,
    `mount -t proc proc '${join(tree, 'proc')}'`,
    `mount -t tmpfs tmpfs '${join(tree, 'var/lib/heketi')}'`,
    `cd '${tree}'`,
    '/usr/sbin/pivot_root . .old',
    'cd /',
    '/usr/bin/umount -l /.old',
    'mount -o remount,bind,ro /',
    `exec unshare --user --map-user=1000 --map-group=1000 env -i PATH=/usr/local/sbin:/usr/bin:/bin ${variables.join(' ')} bash /steps/steps.sh`,
  ].join('\n');
  writeFileSync(join(folder, 'script'), script);
  const namespaces = ['--user', '--map-root-user', '--mount', '--net', '--pid', '--fork', '--kill-child=SIGKILL'];
  const child = spawn('setpriv', ['--pdeathsig', 'SIGKILL', 'unshare', ...namespaces, 'bash', join(folder, 'script')], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => {
      said += text;
    });
  await once(child, 'close');
  return said;
}

describe.skipIf(!isIsolated)('the files of the image', () => {
  let said = '';
  beforeAll(async () => {
    said = await runInImage();
  }, 180_000);

  it('are all that a deployment needs, on a read-only root, as a user without rights', () => {
    expect(said.trimEnd().split('\n')).toEqual([
      '1000',
      'Hello from Heketi',
      '{"healthy":true,"changes":"accepted"}',
      '',
      'healthy',
      '6',
      'Name: made',
      'ended with 0',
      '1',
      'the driver ended with 0',
      'container.log',
      'csi-out',
      'heketi.db',
      'heketi.db.container-lock',
      'out',
    ]);
  });
});

it('the start script is one that can be run', () => {
  const script = join(ROOT, 'packaging/heketi-start.sh');
  execFileSync('sh', ['-n', script]);
  expect(execFileSync('git', ['ls-files', '--stage', script], { cwd: ROOT, encoding: 'utf8' })).toMatch(/^100755 /);
});
