import { describe, expect, it } from 'vitest';
import { asyncScript } from './support/fake-server.js';
import { withServer } from './support/run.js';
import { blockVolume, node, VOLUME_ID, volume } from './support/samples.js';

const CREATE = ['volume', 'create', '--size=100'];
const done = { status: 303, headers: { Location: `/volumes/${VOLUME_ID}` } };
const accepted = { ...asyncScript('POST /volumes', done, 3), [`GET /volumes/${VOLUME_ID}`]: { body: volume } };

describe('an interruption', () => {
  it('while the server works tells how to get at the result', async () => {
    await withServer(accepted, async (server, run) => {
      const result = await run(CREATE, { onSleep: (_ms, interrupt) => interrupt(), isPatient: true });
      expect(result).toMatchObject({
        exit: 130,
        stdout: '',
        stderr:
          '\nInterrupted; the server goes on: creating a volume of 100 GiB.\n' +
          'To wait for the result: heketi-cli server operations wait abc\n',
      });
      expect(server.calls).toEqual(['POST /volumes', 'GET /queue/abc']);
    });
  });

  it('while a busy server is waited for says that nothing has been changed', async () => {
    await withServer({ 'POST /volumes': { status: 429, body: 'busy' } }, async (_server, run) => {
      const { exit, stderr } = await run(CREATE, { onSleep: (_ms, interrupt) => interrupt(), isPatient: true });
      expect({ exit, stderr }).toEqual({
        exit: 130,
        stderr: '\nInterrupted; the server has not accepted the request, and nothing has been changed by it.\n',
      });
    });
  });

  it('before the answer never says whether the request was accepted', async () => {
    let interruptNow = (): void => {};
    const script = {
      'POST /volumes': [{ status: 429 }, { isSilent: true, onRequest: () => interruptNow() }],
    };
    await withServer(script, async (_server, run) => {
      const { exit, stderr } = await run(CREATE, {
        onSleep: (_ms, interrupt) => {
          interruptNow = interrupt;
        },
      });
      expect(exit).toBe(130);
      expect(stderr).toMatch(
        /^\nInterrupted before the server answered: creating a volume of 100 GiB. It may have begun/,
      );
    });
  });

  it('of a list that is watched needs no words', async () => {
    await withServer({ 'GET /operations/pending': { body: { pendingoperations: [] } } }, async (_server, run) => {
      let rounds = 0;
      const result = await run(['server', 'operations', 'list', '--watch'], {
        onSleep: (_ms, interrupt) => {
          rounds += 1;
          if (rounds === 2) interrupt();
        },
      });
      expect(result).toMatchObject({ exit: 130, stderr: '', sleeps: [2000, 2000] });
      expect(result.stdout.match(/No pending operations/g)).toHaveLength(2);
    });
  });
});

it('a watched list outlives a restart of the server', async () => {
  const list = { body: { pendingoperations: [] } };
  const script = { 'GET /operations/pending': [list, { hangUp: true }, { hangUp: true }, list] };
  await withServer(script, async (_server, run) => {
    let rounds = 0;
    const { exit, stdout } = await run(['server', 'operations', 'list', '--watch'], {
      onSleep: (_ms, interrupt) => {
        rounds += 1;
        if (rounds === 3) interrupt();
      },
    });
    expect(exit).toBe(130);
    expect(stdout).toMatch(/No pending operations\n.*\nGet "http.*\n.*\nNo pending operations\n$/);
  });
});

describe('server operations wait', () => {
  const queue = (last: object) => asyncScript('POST /volumes', last, 1);

  it.each([
    ['a volume', `/volumes/${VOLUME_ID}`, volume, /^Name: v1\nSize: 100\n[\s\S]*Replica Count: 3\n$/],
    ['a block volume', '/blockvolumes/x', blockVolume, /^Name: blk\n[\s\S]*Block Hosting Volume: f+\n$/],
    ['a node', '/nodes/x', node, /^Node Id: 1+\n[\s\S]*Devices:\nId:/],
    ['anything else', '/clusters/x', { id: 'x' }, /^\{"id":"x"\}\n$/],
  ])('shows %s that has been made', async (_what, path, body, shown) => {
    const script = { ...queue({ status: 303, headers: { Location: path } }), [`GET ${path}`]: { body } };
    await withServer(script, async (server, run) => {
      const { exit, stdout, sleeps } = await run(['server', 'operations', 'wait', 'abc']);
      expect({ exit, sleeps }).toEqual({ exit: 0, sleeps: [400] });
      expect(stdout).toMatch(shown);
      expect(server.calls).toEqual(['GET /queue/abc', 'GET /queue/abc', `GET ${path}`]);
      expect((await run(['server', 'operations', 'wait', 'abc', '--json'])).stdout).toBe(JSON.stringify(body));
    });
  });

  it('says that a request without a resource is done', async () => {
    await withServer(queue({ status: 204 }), async (_server, run) => {
      expect(await run(['server', 'operations', 'wait', 'abc'])).toMatchObject({
        exit: 0,
        stdout: 'Request abc is done\n',
      });
    });
  });

  it('fails as the request did', async () => {
    await withServer(queue({ status: 500, body: 'No space' }), async (_server, run) => {
      expect(await run(['server', 'operations', 'wait', 'abc'])).toMatchObject({
        exit: 255,
        stdout: '',
        stderr: 'Error: No space\n',
      });
    });
  });
});
