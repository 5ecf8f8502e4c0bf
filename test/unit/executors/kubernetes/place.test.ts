import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  type Place,
  parsePlace,
  placeName,
  placePrelude,
  registryFolder,
} from '../../../../src/executors/kubernetes/place.js';
import { PlaceReader } from '../../../../src/executors/kubernetes/place-reader.js';
import { type Pod, readPod } from '../../../../src/executors/kubernetes/pod.js';
import { podObject } from './pods.js';

/** Scripts of a plain user register below their home. */
const NOBODY = 65_534;
const pod = readPod(podObject('a', 'n1')) as Pod;
let home = '';
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'mortar-home-'));
  chmodSync(home, 0o777);
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

function run(...argv: readonly string[]) {
  return runIn(pod, ...argv);
}

function runIn(where: Pod, ...argv: readonly string[]) {
  const [program = '', ...args] = [...placePrelude(where), ...argv];
  const { stdout, stderr, status } = spawnSync(program, args, {
    env: { PATH: process.env['PATH'], HOME: home },
    encoding: 'utf8',
    ...(process.getuid?.() === 0 && { uid: NOBODY, gid: NOBODY }),
  });
  const [line = '', ...rest] = stdout.split('\n');
  return { place: parsePlace(line), stdout: rest.join('\n'), stderr, status };
}

describe('the place of a program', () => {
  it('is said before the program runs, as itself and with its arguments', () => {
    const { place, stdout, stderr, status } = run('sh', '-c', 'echo "$0 $1" $$; echo err >&2; exit 3', 'a b', '*');
    expect({ stdout: stdout.replace(/\d+/, 'PID'), stderr, status }).toEqual({
      stdout: 'a b * PID\n',
      stderr: 'err\n',
      status: 3,
    });
    expect(place?.bootId).toMatch(/^[0-9a-f-]{36}$/);
    expect(place?.ageSeconds).toBeGreaterThan(0);
    expect(place?.registryId).toMatch(/^[0-9a-f-]{36}$/);
  });

  it('is the same for all programs that register in the same folder, and another one elsewhere', () => {
    const first = run().place as Place;
    expect(run('true').place).toMatchObject({
      bootId: first.bootId,
      lifeId: first.lifeId,
      registryId: first.registryId,
    });
    rmSync(join(home, '.mortar'), { recursive: true });
    const second = run().place as Place;
    expect(placeName(second)).not.toBe(placeName(first));
    expect(second.lifeId).toBe(first.lifeId);
  });

  it.each(['hostPID', 'shareProcessNamespace'])(
    'is as old as what registers there, not as a process 1 that is not of the container: %s',
    (flag) => {
      const shared = readPod(podObject('a', 'n1', { spec: { [flag]: true } })) as Pod;
      const first = runIn(shared, 'true').place as Place;
      const own = run('true').place as Place;
      const second = runIn(shared, 'true').place as Place;
      expect(first.ageSeconds).toBeLessThan(own.ageSeconds / 2);
      expect(second.lifeId).toBe(first.lifeId);
      rmSync(join(home, '.mortar'), { recursive: true });
      expect((runIn(shared, 'true').place as Place).lifeId).not.toBe(first.lifeId);
    },
  );

  it('is of before the machine was started when its folder says so', () => {
    expect(parsePlace('mortar-place b 900 5.5 r 1')).toMatchObject({ ageSeconds: 5.5 });
  });

  it('has no name where there is no folder to register in', () => {
    chmodSync(home, 0o555);
    const { place, status } = run('true');
    expect([status, place?.registryId]).toEqual([0, null]);
    expect(placeName(place as Place)).toBeNull();
  });

  it('is not known from other words', () => {
    for (const line of ['', 'mortar-place', 'mortar-place - 1 2 x 1', 'mortar-place b - 2 x 1', 'welcome to b 1 2 x 1'])
      expect(parsePlace(line)).toBeNull();
  });

  it('is taken from the output wherever this is cut, and nothing else is', () => {
    const output = Buffer.from('mortar-place b 100 5.5 r 1\nout\nput');
    for (let cut = 0; cut <= output.length; cut++) {
      const reader = new PlaceReader();
      const rest = [output.subarray(0, cut), output.subarray(cut)].map((chunk) => reader.push(chunk));
      expect(Buffer.concat(rest).toString()).toBe('out\nput');
      expect(reader.place).toEqual({ bootId: 'b', lifeId: 'b/100', ageSeconds: 4.5, registryId: 'r', isOfNode: true });
    }
    const reader = new PlaceReader();
    expect(reader.push(Buffer.from('bash: warning\n')).toString()).toBe('bash: warning\n');
    expect(reader.push(Buffer.alloc(5000, 'x'))).toHaveLength(5000);
    const endless = new PlaceReader();
    expect(endless.push(Buffer.alloc(5000, 'x'))).toHaveLength(5000);
    expect(endless.place).toBeNull();
  });
});

describe('the folder in which scripts of a pod register', () => {
  const folderOf = (...mounts: readonly (readonly [string, boolean])[]) =>
    registryFolder({ ...pod, mounts: mounts.map(([path, isOfNode]) => ({ path, isOfNode })) });

  it('is one of the node, which outlives the pod', () => {
    expect(folderOf(['/var/lib/heketi', true], ['/dev', true])).toBe('/var/lib/heketi/.mortar');
    expect(folderOf(['/var/lib', true])).toBe('/var/lib/heketi/.mortar');
    expect(folderOf(['/run', true])).toBe('/run/mortar');
    expect(folderOf(['/dev', true])).toBe('/dev/.mortar');
    expect(folderOf(['/', true])).toBe('/run/mortar');
  });

  it('is none of the pod, or of something else', () => {
    expect(folderOf(['/var/lib', true], ['/var/lib/heketi', false])).toBeNull();
    expect(folderOf(['/var/lib/heketi-other', true], ['/device', true], ['/run/lvm', true])).toBeNull();
    expect(folderOf()).toBeNull();
  });
});
