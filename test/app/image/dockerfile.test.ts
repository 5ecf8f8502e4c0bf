import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DockerfileParser } from 'dockerfile-ast';
import { validate } from 'dockerfile-utils';
import { describe, expect, it } from 'vitest';
import { ROOT } from '../../docs/documents.js';

const FILES = ['Dockerfile', 'examples/ssh-hosts/Dockerfile'];

/** Releases of Node that get fixes for years, as of this version of the project. */
const SUPPORTED_NODE = ['22', '24'];

function textOf(file: string): string {
  return readFileSync(join(ROOT, file), 'utf8');
}

/** What the linter says, by line. */
function faultsOf(text: string): readonly string[] {
  return validate(text).map(({ message, range }) => `${range.start.line + 1}: ${message}`);
}

/** Instructions of a stage as `KEYWORD arguments`, on one line each. */
function instructionsOf(text: string): readonly string[] {
  return DockerfileParser.parse(text)
    .getInstructions()
    .map((instruction) =>
      `${instruction.getKeyword()} ${instruction.getArgumentsContent() ?? ''}`.replace(/\s+/g, ' '),
    );
}

function finalStage(): readonly string[] {
  const all = instructionsOf(textOf('Dockerfile'));
  return all.slice(all.findLastIndex((line) => line.startsWith('FROM ')));
}

describe.each(FILES)('%s', (file) => {
  it('has no fault that a linter finds, which does find some', () => {
    expect(faultsOf(textOf(file))).toEqual([]);
    expect(faultsOf(`${textOf(file)}\nEXPOSE many\nADD alone\n`)).toHaveLength(2);
  });

  it('names the release of every image, installs only what is named, and leaves no lists of packages', () => {
    const instructions = instructionsOf(textOf(file));
    const images = instructions.filter((line) => line.startsWith('FROM '));
    for (const image of images)
      expect(image).toMatch(/^FROM node:(\$\{NODE_VERSION\}|\d+)-bookworm(-slim)?( AS \w+)?$/);
    const installs = instructions.filter((line) => line.includes('apt-get install'));
    expect(installs.length).toBeGreaterThan(0);
    for (const install of installs)
      expect(install).toMatch(
        /^RUN apt-get update && apt-get install -y --no-install-recommends .* && rm -rf \/var\/lib\/apt\/lists\/\*$/,
      );
    expect(instructions.filter((line) => line.startsWith('ADD '))).toEqual([]);
  });
});

describe('the image', () => {
  it('runs on a release of Node that is supported, and that the program takes', () => {
    const [, version = ''] = /^ARG NODE_VERSION=(\d+)$/m.exec(textOf('Dockerfile')) ?? [];
    expect(SUPPORTED_NODE).toContain(version);
    const { engines } = JSON.parse(textOf('package.json'));
    expect(Number(version)).toBeGreaterThanOrEqual(Number.parseInt(engines.node.slice(2), 10));
  });

  it('takes the place of Heketi: entry point, port, volumes', () => {
    const stage = finalStage();
    expect(stage).toContain('ENTRYPOINT ["/usr/bin/tini", "--", "/usr/bin/heketi-start.sh"]');
    expect(stage).toContain('EXPOSE 8080');
    expect(stage).toContain('VOLUME ["/etc/heketi", "/var/lib/heketi"]');
    expect(stage.filter((line) => line.startsWith('USER '))).toEqual([]);
    expect(stage.find((line) => line.startsWith('HEALTHCHECK '))).toContain('/healthz');
    expect(textOf('packaging/heketi-start.sh')).toMatch(/^exec heketi container-start "\$@"$/m);
  });

  it('has a data folder for its user, for root without capabilities, and for any user of the group root', () => {
    const text = finalStage().join('\n');
    expect(text).toContain('chown heketi:root /var/lib/heketi && chmod 0775 /var/lib/heketi');
  });

  it('has the user that manifests name, what deployments run inside, and labels of this version', () => {
    const text = finalStage().join('\n');
    expect(text).toContain('--uid 10001');
    for (const program of ['curl', 'tini']) expect(text).toMatch(new RegExp(`apt-get install [^&]*\\b${program}\\b`));
    const { version, license, description } = JSON.parse(textOf('package.json'));
    expect(text).toContain(`ARG VERSION=${version}`);
    expect(text).toContain(`licenses="${license}"`);
    expect(text).toContain(`description="${description}"`);
  });
});
