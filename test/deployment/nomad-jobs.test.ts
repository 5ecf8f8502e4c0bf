import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { requireCapabilities } from '../../src/csi/capabilities.js';
import { readClassParameters } from '../../src/csi/class-parameters.js';
import type { AccessMode } from '../../src/csi/rpc/messages.js';
import { blocksOf } from '../docs/documents.js';
import { csiOptionsOf } from './support/csi-options.js';
import { allBlocks, blockOf, type HclBlock, parseHcl } from './support/hcl.js';

const ROOT = resolve(import.meta.dirname, '../..');
const JOBS = ['controller', 'node'] as const;

function read(file: string): HclBlock {
  return parseHcl(readFileSync(resolve(ROOT, 'deploy/nomad', file), 'utf8'));
}

const file = (job: (typeof JOBS)[number]) => read(`${job}.nomad.hcl`);

/** A text with the defaults of the file's variables in it; what only Nomad knows stays. */
function filled(from: HclBlock, text: string): string {
  const defaults = new Map(
    from.blocks
      .filter(({ type }) => type === 'variable')
      .map(({ label, attributes }) => [label, attributes.get('default')]),
  );
  return text.replace(/^var\.(\w+)$|\$\{var\.(\w+)\}/g, (_, whole: string | undefined, part: string | undefined) => {
    const name = whole ?? part ?? '';
    if (!defaults.has(name)) throw new Error(`there is no variable ${name}`);
    return String(defaults.get(name));
  });
}

function argumentsOf(job: HclBlock): string[] {
  return (blockOf(job, 'config').attributes.get('args') as string[]).map((arg) => filled(job, arg));
}

describe('the job files for Nomad', () => {
  it('start the driver with flags that it has, as what they are for', async () => {
    expect(await csiOptionsOf(argumentsOf(file('controller')))).toMatchObject({
      controller: true,
      node: false,
      kubernetes: false,
      server: ['http://heketi.example:8080'],
      user: 'admin',
    });
    expect(await csiOptionsOf(argumentsOf(file('node')))).toMatchObject({
      controller: false,
      node: true,
      mounts: 'host',
      // biome-ignore lint/suspicious/noTemplateCurlyInString: Nomad's
      nodeId: '${node.unique.name}',
    });
  });

  it('give the controller the key in the variable that it reads', () => {
    const { attributes } = blockOf(file('controller'), 'template');
    expect(attributes.get('data')).toMatch(
      /^HEKETI_CSI_KEY=\{\{ with nomadVar "nomad\/jobs\/heketi-csi-controller" \}\}/,
    );
    expect(attributes.get('env')).toBe(true);
    expect(blockOf(file('controller'), 'job').label).toBe('heketi-csi-controller');
  });

  it('are one plugin, whose socket is where Nomad looks for it', async () => {
    for (const job of JOBS) {
      const { attributes } = blockOf(file(job), 'csi_plugin');
      expect(attributes.get('id')).toBe(read('volume.hcl').attributes.get('plugin_id'));
      expect(attributes.get('type')).toBe(job);
      const { endpoint } = await csiOptionsOf(argumentsOf(file(job)));
      expect([dirname(endpoint), endpoint.split('/').at(-1)]).toEqual([attributes.get('mount_dir'), 'csi.sock']);
    }
  });

  it('start a program that the image has, in the image of this version', () => {
    const { version } = JSON.parse(readFileSync(resolve(ROOT, 'package.json'), 'utf8')) as { version: string };
    for (const job of JOBS) {
      const { attributes } = blockOf(file(job), 'config');
      expect((attributes.get('entrypoint') as string[]).at(-1)).toBe('/usr/bin/heketi-csi');
      expect(filled(file(job), attributes.get('image') as string)).toBe(`mortar:${version}`);
    }
  });

  it('mount on the host, at paths and with a log that are the same in the container', async () => {
    const { attributes } = blockOf(file('node'), 'config');
    expect([attributes.get('privileged'), attributes.get('pid_mode')]).toEqual([true, 'host']);
    const { logDir } = await csiOptionsOf(argumentsOf(file('node')));
    expect(attributes.get('volumes')).toEqual([`${logDir}:${logDir}`]);
    const plugin = blockOf(file('node'), 'csi_plugin').attributes;
    const folder = filled(file('node'), plugin.get('stage_publish_base_dir') as string);
    expect(folder).toBe(`/opt/nomad/data/client/csi/node/${plugin.get('id')}`);
    expect(blockOf(file('node'), 'job').attributes.get('type')).toBe('system');
  });

  it('come with a volume that the driver makes', () => {
    const volume = read('volume.hcl');
    const { attributes } = blockOf(volume, 'parameters');
    const parameters = Object.fromEntries([...attributes].map(([name, value]) => [name, String(value)]));
    expect(readClassParameters(parameters).durability.type).toBe('replicate');
    const [capability] = allBlocks(volume).filter(({ type }) => type === 'capability');
    const mode = String(capability?.attributes.get('access_mode')).toUpperCase().replaceAll('-', '_') as AccessMode;
    expect(capability?.attributes.get('attachment_mode')).toBe('file-system');
    const mount = { fsType: '', mountFlags: [], volumeMountGroup: '' };
    expect(() => requireCapabilities([{ block: null, mount, accessMode: { mode } }])).not.toThrow();
    expect(mode).toBe('MULTI_NODE_MULTI_WRITER');
  });

  it('are those that the document runs', () => {
    const commands = blocksOf('docs/csi.md').flatMap(({ lines }) => lines.filter((line) => line.startsWith('nomad ')));
    const files = commands.flatMap((command) => command.match(/deploy\/nomad\/\S+/g) ?? []);
    expect(files).toEqual(
      ['controller.nomad.hcl', 'node.nomad.hcl', 'volume.hcl'].map((name) => `deploy/nomad/${name}`),
    );
  });

  it('would not be read with a bracket or a quote that is missing', () => {
    for (const text of ['job "a" {', 'a = [1, 2', 'a = "b', 'job "a" { b = 1 } }', 'a = 1 $'])
      expect(() => parseHcl(text), text).toThrow();
  });
});
