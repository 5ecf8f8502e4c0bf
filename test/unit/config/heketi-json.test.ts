import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ConfigError } from '../../../src/config/config-error.js';
import { readHeketiJson } from '../../../src/config/heketi-json.js';

function refusal(text: string): string {
  try {
    readHeketiJson(text);
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
  throw new Error('the text was accepted');
}

describe('reading heketi.json', () => {
  it('finds keys in any case and gives them our spelling', () => {
    const { json, warnings } = readHeketiJson('{"PORT":"1","GlusterFS":{"Executor":"mock","SSHexec":{"FsTab":"/f"}}}');
    expect(json).toEqual({ port: '1', glusterfs: { executor: 'mock', sshexec: { fstab: '/f' } } });
    expect(warnings).toEqual([]);
  });

  it('takes the last of several equal keys, whatever their case', () => {
    expect(readHeketiJson('{"port":"1","PORT":"2"}').json.port).toBe('2');
    expect(readHeketiJson('{"port":"1","port":"2"}').json.port).toBe('2');
  });

  it('adds a section that comes twice to itself', () => {
    const { json } = readHeketiJson('{"glusterfs":{"db":"a","executor":"ssh"},"GLUSTERFS":{"db":"b"}}');
    expect(json.glusterfs).toEqual({ db: 'b', executor: 'ssh' });
  });

  it('reads only the first JSON value, and says so', () => {
    const { json, warnings } = readHeketiJson('{"port":"}\\"{"} {"port":"2"} rest');
    expect(json.port).toBe('}"{');
    expect(warnings).toEqual(['text after the first JSON value of the configuration is ignored']);
  });

  it('takes null for unset', () => {
    expect(readHeketiJson('{"port":"1","PORT":null,"jwt":null,"glusterfs":{"xfs":null,"db":null}}').json).toEqual({
      port: '1',
      glusterfs: {},
    });
  });

  it('warns about unknown keys by path, but not about comments', () => {
    const { warnings } = readHeketiJson(
      '{"_port_comment":"x","prot":"1","glusterfs":{"_c":[1],"sshexec":{"sudoo":true,"_":1}}}',
    );
    expect(warnings).toEqual([
      'unknown key prot in the configuration is ignored',
      'unknown key glusterfs.sshexec.sudoo in the configuration is ignored',
    ]);
  });

  it.each([
    ['{"auto_create_block_hosting_volume":true}', 'it belongs at glusterfs.auto_create_block_hosting_volume'],
    ['{"glusterfs":{"port":"1"}}', 'it belongs at port, at the top, or at glusterfs.sshexec.port'],
    ['{"glusterfs":{"jwt":{"admin":{"key":"k"}}}}', 'it belongs at jwt, at the top'],
    ['{"sshexec":{"user":"u"}}', 'it belongs at glusterfs.sshexec'],
    ['{"glusterfs":{"FSTAB":"/etc/fstab"}}', 'it belongs at glusterfs.sshexec.fstab, or at glusterfs.kubeexec.fstab'],
    ['{"jwt":{"key":"k"}}', 'it belongs at jwt.admin.key, or at jwt.user.key'],
    ['{"glusterfs":{"ssh_exec":{}}}', 'it belongs at glusterfs.sshexec'],
    ['{"glusterfs":{"sshexec":{"mount_opts":"rw"}}}', 'at glusterfs.sshexec.mountopts, or at glusterfs.kubeexec.mo'],
    ['{"glusterfs":{"usesAuth":true}}', 'is ignored'],
    ['{"glusterfs":{"host":"h"}}', 'is ignored'],
  ])('says where a misplaced key belongs: %s', (text, place) => {
    const { warnings } = readHeketiJson(text);
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toContain(place);
    expect(warnings[0]?.includes('belongs')).toBe(place !== 'is ignored');
  });

  it('accepts old keys of any type without a word', () => {
    const text =
      '{"glusterfs":{"allocator":"simple","kubeexec":{"host":1,"cert":"","insecure":false,"user":[],"password":{}}}}';
    expect(readHeketiJson(text).warnings).toEqual([]);
  });

  it('does not take a key of the language for a key of the file', () => {
    const { json, warnings } = readHeketiJson('{"__proto__":{"port":"9"},"constructor":1,"port":"1"}');
    expect(json.port).toBe('1');
    expect(warnings).toEqual(['unknown key constructor in the configuration is ignored']);
  });

  it.each([
    ['{"port":8080}', 'port must be a string, but it is the number 8080: put it in quotes, "8080"'],
    ['{"glusterfs":[]}', 'glusterfs must be an object, but it is a list'],
    [
      '{"profiling":"true"}',
      'profiling must be true or false, but it is the string "true": write it without quotes, true',
    ],
    ['{"glusterfs":{"max_bricks_per_volume":1.0}}', 'but it is the number 1.0: write it without fraction and exponent'],
    [
      '{"glusterfs":{"max_bricks_per_volume":1e2}}',
      'glusterfs.max_bricks_per_volume must be an integer, but it is the number 1e2',
    ],
    ['{"glusterfs":{"sshexec":{"xfs_su":"64"}}}', 'write it without quotes, 64'],
    ['{"glusterfs":{"kubeexec":{"gluster_cli_timeout":-1}}}', 'gluster_cli_timeout must not be negative'],
    ['{"glusterfs":1.5}', 'glusterfs must be an object, but it is the number 1.5'],
    ['{"glusterfs":{"max_volumes_per_cluster":18446744073709551616}}', 'which is out of range'],
    ['[]', 'the configuration must be an object'],
    ['{"port":', 'Unable to parse configuration'],
    ['{\n  "port": "1",\n  }', 'in line 3, column 3'],
    ['', 'Unable to parse configuration'],
  ])('refuses %s and says why', (text, message) => {
    expect(refusal(text)).toContain(message);
  });

  it('never shows a key that has the wrong type', () => {
    expect(refusal('{"jwt":{"admin":{"key":123456}}}')).toBe(
      'Unable to parse configuration: jwt.admin.key must be a string, but it is a number',
    );
  });

  it('names every key of the upstream sample whose value is prose, and explains', () => {
    const message = refusal(`{"glusterfs":{"sshexec":{
      "xfs_sw": "Optional: Specify stripe width", "xfs_su": "Optional: Specify stripe unit",
      "gluster_cli_timeout": "Optional: Timeout, in seconds", "fstab": "Optional: Specify fstab file"}}}`);
    expect(message).toContain('glusterfs.sshexec.xfs_sw must be an integer');
    expect(message).toContain('glusterfs.sshexec.xfs_su must be an integer');
    expect(message).toContain('glusterfs.sshexec.gluster_cli_timeout must be an integer');
    expect(message).not.toContain('fstab');
    expect(message).toContain('sample file');
  });

  it('keeps 64-bit integers as the largest safe ones', () => {
    const { json } = readHeketiJson('{"glusterfs":{"max_volumes_per_cluster":9223372036854775807}}');
    expect(json.glusterfs?.max_volumes_per_cluster).toBe(Number.MAX_SAFE_INTEGER);
  });

  it('either reads a text or refuses it with a ConfigError', () => {
    const value = fc.letrec((tie) => ({
      any: fc.oneof(fc.string(), fc.integer(), fc.boolean(), fc.constant(null), fc.array(tie('any')), tie('object')),
      object: fc.dictionary(
        fc.constantFrom('port', 'jwt', 'admin', 'key', 'glusterfs', 'Glusterfs', 'sshexec', 'xfs_su', 'db', '_x', 'x'),
        tie('any'),
      ),
    })).any;
    fc.assert(
      fc.property(value, fc.string(), (json, tail) => {
        try {
          readHeketiJson(JSON.stringify(json) + tail);
        } catch (error) {
          expect(error).toBeInstanceOf(ConfigError);
        }
      }),
    );
  });
});
