import { describe, expect, it } from 'vitest';
import { evaluateTemplate } from '../../src/cli/go-template/evaluate.js';
import type { Value } from '../../src/cli/go-template/functions.js';
import { parseTemplate } from '../../src/cli/go-template/parse.js';
import { compileTemplate } from '../../src/cli/go-template/topology-template.js';
import { readCluster, readNode, readVolume } from '../../src/client/wire.js';
import { withServer } from './support/run.js';
import { CLUSTER_ID, cluster, node, volume } from './support/samples.js';

const DATA: Value = {
  Name: 'vol%d',
  Size: 12,
  Factor: 1.5,
  Kib: 2_097_152,
  On: true,
  None: [],
  Hosts: ['a', 'b', 'c'],
  Tags: new Map([
    ['row', '2'],
    ['rack', 'r1'],
  ]),
  Inner: { State: 'failed', Deep: { X: 'x' } },
};

const render = (template: string): string => evaluateTemplate(parseTemplate(template), DATA);

describe('templates', () => {
  it.each([
    ['plain', 'plain'],
    ['{{.Name}} {{ .Size }}', 'vol%d 12'],
    ['{{.Inner.Deep.X}}', 'x'],
    ['{{/* nothing */}}x', 'x'],
    ['a  {{- .Size -}}  b', 'a12b'],
    ['{{"a\\tb\\""}}{{`raw\\n`}}', 'a\tb"raw\\n'],
    ['{{len .Hosts}} {{len .Tags}} {{len .Name}}', '3 2 5'],
    ['{{.Hosts}} {{.Tags}}', '[a b c] map[rack:r1 row:2]'],
    ['{{join .Hosts ", "}}', 'a, b, c'],
    ['{{.Hosts | len | printf "%03d"}}', '003'],
    ['{{kibToGib .Kib}} {{entryStateString .Inner.State}}', '2 removed'],
    [
      '{{printf "%-6s|%5d|%.2f|%q|%v|%5t|%%" .Inner.State .Size .Factor "x" .Hosts .On}}',
      'failed|   12|1.50|"x"|[a b c]| true|%',
    ],
    ['{{range .Hosts}}<{{.}}>{{end}}', '<a><b><c>'],
    ['{{range $i, $h := .Hosts}}{{$i}}={{$h}};{{end}}', '0=a;1=b;2=c;'],
    ['{{range $k, $v := .Tags}}{{$k}}:{{$v}} {{end}}', 'rack:r1 row:2 '],
    ['{{range .None}}x{{else}}none{{end}}', 'none'],
    ['{{range .Hosts}}{{if eq . "b"}}{{continue}}{{end}}{{.}}{{end}}', 'ac'],
    ['{{range .Hosts}}{{if eq . "b"}}{{break}}{{end}}{{.}}{{end}}', 'a'],
    ['{{if .None}}a{{else if gt .Size 20}}b{{else}}c{{end}}', 'c'],
    ['{{if and .On (eq .Size 12 13)}}yes{{end}}{{if not .On}}no{{end}}', 'yes'],
    ['{{if or .None .Tags}}{{ne 1 2}}{{end}}', 'true'],
    ['{{and .On nil}}|{{or nil .None}}|{{and nil .On}}', '<no value>|[]|<no value>'],
    ['{{if and .None (index .None 0)}}x{{end}}{{if or .On (index .None 0)}}y{{end}}', 'y'],
    ['{{.On | and .Size}} {{.Size | or .On}}', 'true true'],
    ['{{range .Hosts}}{{range $.Hosts}}{{break}}{{end}}{{.}}{{end}}', 'abc'],
    ['{{$x := 1}}{{if .On}}{{$x := 2}}{{end}}{{$x}}', '1'],
    ['{{if .On}}{{with .Inner.Deep}}{{.X}}{{else}}none{{end}}{{end}}', 'x'],
    ['{{slice .Name 0 3}} {{slice .Hosts 1}}', 'vol [b c]'],
    ['{{.Tags.rack}} {{.Tags.absent}}', 'r1 <no value>'],
    [
      '{{printf "%x %c %+d %e %8.3f|%-5v|%05d" "ab" 65 3 1500.0 .Factor 7 42}}',
      '6162 A +3 1.500000e+03    1.500|7    |00042',
    ],
    ['{{printf "%d" }}{{printf "x" 1}}', '%!d(MISSING)x%!(EXTRA number=1)'],
    ['{{"\\u00e9\\x41"}}{{\'a\'}}', 'éA97'],
    ['{{with .Inner}}{{.State}} {{$.Size}}{{end}}', 'failed 12'],
    ['{{with $x := .Size}}{{$x}}{{end}}', '12'],
    ['{{$n := 0}}{{range .Hosts}}{{$n = len .}}{{end}}{{$n}}', '1'],
    ['{{index .Hosts 1}}{{index .Tags "row"}}{{(index .Hosts 2)}}', 'b2c'],
    ['{{(.Inner).Deep.X}}', 'x'],
    ['{{print "a" 1 2 "b"}}{{println .Size}}', 'a1 2b12\n'],
    ['}} {{"}}"}}', '}} }}'],
  ])('%s', (template, text) => {
    expect(render(template)).toBe(text);
  });

  it.each([
    ['{{', 'unclosed action'],
    ['{{range .Hosts}}', 'without {{end}}'],
    ['{{end}}', 'unexpected {{end}}'],
    ['{{nope .Size}}', 'function "nope" not defined'],
    ['{{.Absent}}', "can't evaluate field Absent"],
    ['{{$x}}', 'undefined variable "$x"'],
    ['{{(.Size}}', 'unclosed "("'],
    ['{{.Size | }}', 'missing value'],
    ['{{template "x"}}', 'not supported'],
    ['{{break}}', '{{break}} outside {{range}}'],
    ['{{range .Hosts}}x{{else}}{{continue}}{{end}}', '{{continue}} outside {{range}}'],
    ['{{.Size 1}}', "can't give argument to non-function"],
    ['{{lt .Size "a"}}', 'incompatible types'],
    ['{{range .On}}x{{end}}', "can't iterate over true"],
    ['{{if .On}}', 'without {{end}}'],
    ['{{"open}}', 'unexpected'],
    ['{{constructor}}', 'function "constructor" not defined'],
    ['{{.constructor}}', "can't evaluate field constructor"],
    ['{{index .Hosts 9}}', 'out of range'],
  ])('%s is refused', (template, message) => {
    expect(() => render(template)).toThrow(message);
  });
});

it('the topology has the members templates for the original use', () => {
  const topology = [{ cluster: readCluster(cluster), volumes: [readVolume(volume)], nodes: [readNode(node)] }];
  const template =
    '{{range .ClusterList}}{{.Id}} {{.File}}{{range .Volumes}} {{.Name}} {{.Durability.Type}} {{.Durability.Replicate.Replica}} {{.Mount.GlusterFS.MountPoint}} {{len .Bricks}} {{.Snapshot.Enable}}{{end}}' +
    '{{range .Nodes}} {{join .Hostnames.Manage ","}} {{.ClusterId}} {{.Zone}}{{range .DevicesInfo}} {{.Name}} {{kibToGib .Storage.Total}} {{.State | entryStateString}}{{range .Bricks}} {{.Size}}{{end}}{{end}}{{end}}{{end}}';
  expect(compileTemplate(template)(topology)).toBe(
    `${CLUSTER_ID} true v1 replicate 3 10.0.0.2:v1 3 false n2 ${CLUSTER_ID} 2 /dev/sdb 500 online 104857600`,
  );
});

describe('topology info --template', () => {
  const script = {
    'GET /clusters': { body: { clusters: [CLUSTER_ID] } },
    [`GET /clusters/${CLUSTER_ID}`]: { body: cluster },
    [`GET /volumes/${volume.id}`]: { body: volume },
    [`GET /nodes/${node.id}`]: { body: node },
  };
  const template = '{{range .ClusterList}}{{range .Volumes}}{{.Name}}{{"\\n"}}{{end}}{{end}}';

  it.each([[['--template', template]], [[`--template=${template}`]], [['-T', template]], [[`-T${template}`]]])(
    'prints what the template makes of the topology and nothing else: %j',
    async (flags) => {
      await withServer(script, async (_server, run) => {
        expect(await run(['topology', 'info', ...flags])).toMatchObject({ exit: 0, stdout: 'v1\n', stderr: '' });
      });
    },
  );

  it('gives way to --json', async () => {
    await withServer(script, async (_server, run) => {
      const { stdout } = await run(['topology', 'info', '-T', template, '--json']);
      expect(JSON.parse(stdout)).toMatchObject({ clusters: [{ id: CLUSTER_ID }] });
    });
  });

  it('is refused before any request when it has a fault, and without output when it fails', async () => {
    await withServer(script, async (server, run) => {
      const { exit, stderr } = await run(['topology', 'info', '-T', '{{range .ClusterList}}']);
      expect({ exit, stderr }).toEqual({
        exit: 255,
        stderr: 'Error: template: {{range .ClusterList}} without {{end}}\n',
      });
      expect(server.calls).toEqual([]);
      expect(await run(['topology', 'info', '-T', 'x{{.Absent}}'])).toMatchObject({ exit: 255, stdout: '' });
    });
  });
});
