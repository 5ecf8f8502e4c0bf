import { describe, expect, it } from 'vitest';
import { type Command, type CommandResult, type Executor, TransportError } from '../../src/executors/executor.js';
import { HostWork } from '../../src/operations/hosts/host-work.js';
import { HOST_SETTINGS } from '../support/host-settings.js';
import { hastyPacing } from '../support/pool.js';

const OK: CommandResult = { exitCode: 0, stdout: '', stderr: '' };
const command = (...argv: readonly string[]): Command => ({ argv: ['gluster', ...argv], timeoutMs: 1000 });
const refusal = (text: string): CommandResult => ({ exitCode: 1, stdout: '', stderr: `volume set: failed: ${text}\n` });
const ofVolume = (name: string) =>
  refusal(`Another transaction is in progress for ${name}. Please try again after some time.`);
const OF_POOL = refusal('Another transaction is in progress. Please try again after some time.');

type Answer = (words: readonly string[], host: string) => CommandResult | Promise<CommandResult>;

/** Hosts whose commands answer as `answer` says; `log` has every command that was sent. */
function scripted(answer: Answer): { readonly executor: Executor; readonly log: string[] } {
  const log: string[] = [];
  const executor: Executor = {
    async run(host, batch) {
      const results: CommandResult[] = [];
      for (const { argv, mayFail } of batch) {
        log.push(argv.slice(1).join(' '));
        const result = await answer(argv.slice(1), host);
        results.push(result);
        if (result.exitCode !== 0 && !mayFail) break;
      }
      return results;
    },
    awaitLeftovers: async () => undefined,
    close: async () => undefined,
  };
  return { executor, log };
}

function hostWork(glusterChangesPerCluster = 8): HostWork {
  return new HostWork({ bricksPerHost: 4, glusterChangesPerCluster }, hastyPacing());
}

const BATCH = [command('create', 'v'), command('set', 'v'), command('start', 'v')];

describe('commands that another transaction keeps out', () => {
  it('are sent again from the refused one on', async () => {
    let refusals = 2;
    const { executor, log } = scripted(([verb]) => (verb === 'set' && refusals-- > 0 ? ofVolume('v') : OK));
    const hosts = { executor, settings: HOST_SETTINGS };
    const results = await hostWork().onVolume('c', 'v', hosts, (patient) => patient.executor.run('h', BATCH));
    expect(results).toEqual([OK, OK, OK]);
    expect(log).toEqual(['create v', 'set v', 'set v', 'set v', 'start v']);
  });

  it('are given up with what gluster says when the lock is never let go', async () => {
    const { executor } = scripted(() => ofVolume('v'));
    const hosts = { executor, settings: HOST_SETTINGS };
    const [result] = await hostWork().onVolume('c', 'v', hosts, (patient) => patient.executor.run('h', BATCH));
    expect(result?.stderr).toContain('Another transaction is in progress for v');
  });

  it('are not begun anew when the host is lost in between', async () => {
    let isLost = false;
    const { executor } = scripted(([verb], host) => {
      if (isLost) throw new TransportError(host, 'connection refused', false);
      isLost = verb === 'set';
      return isLost ? ofVolume('v') : OK;
    });
    const hosts = { executor, settings: HOST_SETTINGS };
    const running = hostWork().onVolume('c', 'v', hosts, (patient) => patient.executor.run('h', BATCH));
    await expect(running).rejects.toMatchObject({ name: 'TransportError', mayHaveRun: true });
  });

  it('that may fail do not hide that a later one had its effect', async () => {
    const { executor, log } = scripted(([verb]) => (verb === 'stop' ? ofVolume('v') : OK));
    const hosts = { executor, settings: HOST_SETTINGS };
    const batch = [{ ...command('stop', 'v'), mayFail: true }, command('delete', 'v')];
    await hostWork().onVolume('c', 'v', hosts, (patient) => patient.executor.run('h', batch));
    expect(log).toEqual(['stop v', 'delete v']);
  });
});

describe('a gluster that locks its whole pool', () => {
  const names = Array.from({ length: 12 }, (_, i) => `v${i}`);

  /** Refuses whatever comes while another command runs. */
  function poolLocked() {
    let isBusy = false;
    let refusals = 0;
    const hosts = scripted(async () => {
      if (isBusy) {
        refusals++;
        return OF_POOL;
      }
      isBusy = true;
      await new Promise((turn) => setImmediate(turn));
      isBusy = false;
      return OK;
    });
    return { ...hosts, refusals: () => refusals };
  }

  it('gets one change at a time once it has refused one, and each volume its turn', async () => {
    const { executor, refusals } = poolLocked();
    const work = hostWork();
    const ended: string[] = [];
    const all = names.map((name) =>
      work.onVolume('c', name, { executor, settings: HOST_SETTINGS }, async (patient) => {
        const results = await patient.executor.run('h', [command('create', name), command('start', name)]);
        expect(results).toEqual([OK, OK]);
        ended.push(name);
      }),
    );
    await Promise.all(all);
    expect([...ended].sort()).toEqual([...names].sort());
    // The eight that began together; from then on nobody gets into another's way but those that were inside already.
    expect(refusals()).toBeLessThan(3 * 8);
  });
});

it('changes of one cluster begin in the order in which they came, and never more than may', async () => {
  const began: string[] = [];
  const open: (() => void)[] = [];
  const { executor } = scripted(() => OK);
  const work = hostWork(2);
  const all = ['a', 'b', 'c', 'd', 'e'].map((name) =>
    work.onVolume('cluster', name, { executor, settings: HOST_SETTINGS }, async () => {
      began.push(name);
      await new Promise<void>((go) => open.push(go));
    }),
  );
  for (let ended = 0; ended < 5; ended++) {
    await new Promise((turn) => setImmediate(turn));
    expect(began.length).toBe(Math.min(ended + 2, 5));
    open.shift()?.();
  }
  await Promise.all(all);
  expect(began).toEqual(['a', 'b', 'c', 'd', 'e']);
});

it('one volume is changed by one command at a time', async () => {
  let inside = 0;
  const { executor } = scripted(async () => {
    expect(++inside).toBe(1);
    await new Promise((turn) => setImmediate(turn));
    inside--;
    return OK;
  });
  const work = hostWork();
  const change = () =>
    work.onVolume('c', 'v', { executor, settings: HOST_SETTINGS }, ({ executor }) => executor.run('h', BATCH));
  await Promise.all([change(), change(), change()]);
});
