import { describe, expect, it } from 'vitest';
import { readOutcome } from '../../../../src/executors/kubernetes/exec-outcome.js';
import { judgeRefusal } from '../../../../src/executors/kubernetes/exec-refusal.js';
import { type Pod, readPod } from '../../../../src/executors/kubernetes/pod.js';
import { readStatus } from '../../../../src/kubernetes/status-object.js';
import { podObject } from './pods.js';

const ARGV = ['bash', '-c', 'mkfs --password geheim', 'x'];
const exitStatus = (code: unknown) => ({
  metadata: {},
  status: 'Failure',
  message: `command terminated with non-zero exit code: error executing command [${ARGV.join(' ')}], exit code ${code}`,
  reason: 'NonZeroExitCode',
  details: { causes: [{ reason: 'ExitCode', message: code }] },
});
const internalError = (message: string) => ({
  metadata: {},
  status: 'Failure',
  message: `Internal error occurred: ${message}`,
  reason: 'InternalError',
  details: { causes: [{ message }] },
  code: 500,
});
const outcome = (status: unknown, hasWritten = false) => readOutcome(readStatus(status), hasWritten, ARGV);

describe('the Status of a program', () => {
  it('says that it ended with 0', () => {
    expect(outcome({ metadata: {}, status: 'Success' }, true)).toEqual({ kind: 'exited', exitCode: 0 });
  });

  it.each([1, 2, 5, 124, 126, 127, 130, 137, 139, 143, 255])('says that it ended with %i', (exitCode) => {
    expect(outcome(exitStatus(String(exitCode)))).toEqual({ kind: 'exited', exitCode });
  });

  it('says that it was not started, unless it has written something', () => {
    const status = internalError('failed to exec in container: cannot exec in a stopped state: unknown');
    expect(outcome(status)).toMatchObject({
      kind: 'not started',
      why: expect.stringContaining('stopped state') as string,
    });
    expect(outcome(status, true)).toMatchObject({ kind: 'unknown' });
  });

  it.each([
    ['no JSON object', null],
    ['an exit code that is none', exitStatus('many')],
    ['an exit code that no program has', exitStatus('256')],
    ['an exit code that is no text', exitStatus(3)],
    ['another reason', { ...internalError('x'), reason: 'Timeout' }],
    ['a failure without a reason', { status: 'Failure', message: 'x' }],
    ['something else', { status: 'Perhaps' }],
  ])('says nothing when it is %s', (_what, status) => {
    expect(outcome(status)).toMatchObject({ kind: 'unknown' });
  });

  it('is shown without the arguments, which it repeats, and cut', () => {
    const status = internalError(`cannot run [${ARGV.join(' ')}] ${'y'.repeat(10_000)}`);
    const { why } = outcome(status) as { readonly why: string };
    expect(why).not.toContain('geheim');
    expect(why.length).toBeLessThan(500);
    expect((outcome(exitStatus('x')) as { readonly why: string }).why).not.toContain('geheim');
  });
});

describe('a refused upgrade', () => {
  const pod = readPod(podObject('glusterfs-a', 'n1')) as Pod;
  const json = (code: number, reason: string | null, message: string) => ({
    status: code,
    contentType: 'application/json',
    body: JSON.stringify({ kind: 'Status', status: 'Failure', message, ...(reason !== null && { reason }), code }),
  });
  const text = (status: number, body: string, contentType = 'text/plain; charset=utf-8') => ({
    status,
    contentType,
    body,
  });
  const FORBIDDEN =
    'pods "p" is forbidden: User "u" cannot get resource "pods/exec" in API group "" in the namespace "storage"';

  it.each([
    [
      'of a container that is not in the pod',
      json(400, 'BadRequest', 'container x is not valid for pod y'),
      'for now',
      /container x is not valid/,
    ],
    [
      'of a pod without a node',
      json(400, 'BadRequest', 'pod y does not have a host assigned'),
      'for now',
      /have a host assigned/,
    ],
    [
      'of credentials',
      json(401, 'Unauthorized', 'Unauthorized'),
      'credentials',
      /credentials of the test: Unauthorized/,
    ],
    [
      'of rights',
      json(403, 'Forbidden', FORBIDDEN),
      'refused',
      /cannot get resource .* needs the verbs get and create on pods\/exec/,
    ],
    [
      'of the protocol',
      text(403, '', ''),
      'refused',
      /does not speak v4.channel.k8s.io; this is not a matter of rights/,
    ],
    [
      'of a pod that is gone',
      json(404, 'NotFound', 'pods "glusterfs-a" not found'),
      'for now',
      /the pod glusterfs-a is gone/,
    ],
    [
      'of a kubelet that has just started',
      text(404, 'pod does not exist'),
      'for now',
      /kubelet of the node n1 does not know the pod/,
    ],
    ['of the method', text(405, 'bad method'), 'refused', /\(405\): bad method/],
    ['for now', json(429, 'TooManyRequests', 'too many requests'), 'for now', /busy/],
    ['of the length', text(431, '431 Request Header Fields Too Large'), 'refused', /too long/],
    [
      'of a container that does not run',
      text(500, 'container not found ("glusterfs")'),
      'for now',
      /node n1 can't run commands in the pod glusterfs-a: container not found/,
    ],
    [
      'of a runtime that is down',
      text(500, 'rpc error: code = Unavailable desc = connection error'),
      'for now',
      /does its container runtime run\?/,
    ],
    [
      'of a kubelet that is down',
      json(500, null, 'error dialing backend: dial tcp 10.20.0.12:10250: connect: connection refused'),
      'refused',
      /the kubelet of the node n1 can't be reached: is the node up/,
    ],
    [
      'of a kubelet that was lost after it was asked',
      json(500, null, 'error dialing backend: EOF'),
      'unknown',
      /was lost: error dialing backend: EOF/,
    ],
    ['by a link to the kubelet that ended without an answer', json(500, null, 'EOF'), 'unknown', /was lost: EOF/],
    [
      'by a link to the kubelet that was cut',
      json(500, null, 'read tcp 10.20.0.1:5001->10.20.0.12:10250: read: connection reset by peer'),
      'unknown',
      /kubelet of the node n1 was lost: read tcp/,
    ],
    [
      'by a link from the kubelet to its runtime that was cut',
      text(500, 'read tcp 127.0.0.1:5002->127.0.0.1:33000: read: connection reset by peer'),
      'unknown',
      /container runtime of the node n1 was lost/,
    ],
    ['by a link from the kubelet to its runtime that ended', text(500, 'unexpected EOF'), 'unknown', /was lost/],
    [
      'by an API server that met an error on the way',
      json(500, null, 'request connection cannot be hijacked'),
      'unknown',
      /perhaps after it had asked the kubelet of the node n1: request/,
    ],
    [
      'by the API server itself',
      json(500, 'InternalError', 'Internal error occurred: failed calling webhook "x"'),
      'for now',
      /the API server refused: Internal error/,
    ],
    ['of something before the API server', text(500, '<html>', 'text/html'), 'unknown', /something on the way/],
    ['of a proxy that waited in vain', text(504, 'Gateway Timeout'), 'unknown', /answered 504/],
    [
      'of an API server that is not ready',
      json(503, 'ServiceUnavailable', 'shutting down'),
      'for now',
      /not ready: shutting down/,
    ],
    ['of a proxy without an API server', text(503, 'no backend'), 'unknown', /answered 503/],
  ] as const)('%s is told from the others', (_what, answer, kind, why) => {
    expect(judgeRefusal(answer, pod, 'the test')).toMatchObject({ kind, why: expect.stringMatching(why) as string });
  });
});
