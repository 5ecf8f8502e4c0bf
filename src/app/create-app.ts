import type { AddressInfo } from 'node:net';
import { AdminState } from '../api/admin-state.js';
import { buildServer } from '../api/server.js';
import { Traffic } from '../api/traffic.js';
import type { Config } from '../config/config.js';
import { EventFeed } from '../events/event-feed.js';
import { Observations } from '../events/observations.js';
import type { Executor } from '../executors/executor.js';
import { InjectingExecutor } from '../executors/inject/injecting-executor.js';
import { readInjectionRules } from '../executors/inject/injection-rules.js';
import { MeasuredExecutor } from '../executors/measured-executor.js';
import { OnlookingExecutor } from '../executors/onlooking-executor.js';
import { checkText } from '../interchange/check-text.js';
import { dumpText, dumpTexts } from '../interchange/dump-text.js';
import type { Logging } from '../logging/logger.js';
import { createMetrics, type Metrics } from '../metrics/registry.js';
import { createOperations } from '../operations/create-operations.js';
import type { Engine } from '../operations/engine/engine.js';
import type { QueueAnswers } from '../operations/engine/queue-answers.js';
import { RestoredDatabase } from '../operations/engine/restored-database.js';
import { Comparisons } from '../operations/examination/comparisons.js';
import { examinePool } from '../operations/examination/examine.js';
import { findDifferences } from '../operations/examination/find-differences.js';
import { HealthMonitor } from '../operations/hosts/health-monitor.js';
import { HostWork } from '../operations/hosts/host-work.js';
import type { Store } from '../store/store.js';
import { sharedRun } from '../timing/shared-run.js';
import { BackgroundWork } from './background-work.js';
import { Backups, secretsOfBackup } from './backups.js';
import { chooseExecutor } from './choose-executor.js';
import { readConsoleFiles } from './console-files.js';
import { listenHost } from './listen-host.js';
import { openDatabase } from './open-database.js';
import { operationSettings } from './operation-settings.js';
import { recordedPool } from './recorded-pool.js';
import { ServerProbes } from './server-probes.js';
import type { TlsTexts } from './tls-files.js';
import { prepareRecords, WorkOnHosts } from './work-on-hosts.js';

/** A whole server, without the process around it. */
export interface App {
  readonly admin: AdminState;
  readonly server: Awaited<ReturnType<typeof buildServer>>;
  readonly store: Store;
  readonly restored: RestoredDatabase;
  /** Resolves when no operation runs any more. */
  settled(): Promise<void>;
  /** Answers the port. */
  listen(port: number): Promise<number>;
  /** Resolves when this server works on its hosts, which of several on one database one does at a time. */
  readonly working: Promise<void>;
  /** Leads every pending operation out that the hosts allow, without waiting for the cleaner. */
  recover(): Promise<void>;
  /**
   * Takes no more changes, lets operations end for up to `drainMs`, and leaves the rest to recovery. Until then reads
   * and /queue are answered.
   */
  close(drainMs: number): Promise<void>;
}

const LAST_READS_MS = 2_000;
const LAST_BACKUP_MS = 3_000;
/** The provisioner asks for the volume, its cluster and each of its nodes, one after the other. */
const QUIET_MS = 250;

/** Wires everything that the configuration asks for; throws DomainError for what a person can mend. */
export async function createApp(config: Config, logging: Logging, tls: TlsTexts | null = null): Promise<App> {
  const metrics = createMetrics();
  let onCommit = (): void => undefined;
  const store = await openDatabase(config, logging.logger, {
    isPatient: true,
    onCommit(units, durationMs) {
      metrics.storeCommitted(units, durationMs);
      onCommit();
    },
  });
  try {
    const ground: Ground = { config, logging, metrics, store };
    const work = await wireWork(ground);
    onCommit = () => {
      work.backups.changed();
      work.feed.changed();
    };
    followOthers(store, work, logging.logger);
    return await wireServer(ground, work, tls);
  } catch (error) {
    await store.close();
    throw error;
  }
}

/** What everything else stands on. */
interface Ground {
  readonly config: Config;
  readonly logging: Logging;
  readonly metrics: Metrics;
  readonly store: Store;
}

type Work = Awaited<ReturnType<typeof wireWork>>;

/** All that works on hosts and on the database; nothing of it has begun, but for what a start does to the records. */
async function wireWork({ config, logging: { logger }, metrics, store }: Ground) {
  const restored = await RestoredDatabase.find(store, logger, config.dbReadOnly);
  const mayWork = store.isAlone();
  const isOnlooking = restored.isHeld || !mayWork;
  const { executor: chosen, simulated, takeOver } = await chooseExecutor(config, store, logger, isOnlooking);
  const executor = new MeasuredExecutor(
    withInjectedFaults(whileAlone(chosen, store), config, logger),
    (program, outcome, durationMs) => {
      if (outcome !== 'unknown') probes.hostReached();
      metrics.hostCommandFinished(program, outcome, durationMs);
    },
  );
  const seed = async (): Promise<void> => simulated?.seedFromRecords(await store.read(recordedPool));
  if (mayWork) await seed();
  if (mayWork && !config.dbReadOnly) await prepareRecords(store, logger);

  const hosts = { executor, settings: config.hostSettings };
  const mayTell = () => !config.dbReadOnly && !restored.isHeld && store.isAlone();
  const observations = new Observations(store, logger, mayTell);
  const onSeen = observations.nodeSeen.bind(observations);
  const health = new HealthMonitor(store, hosts, logger, { onSeen });
  const probes = new ServerProbes({ store, health, restored, log: logger });
  const services = createOperations({
    store,
    hosts,
    work: new HostWork(config.concurrency),
    health,
    settings: operationSettings(config),
    log: logger,
    onOutcome: metrics.operationFinished,
    onDeviceSeen: observations.deviceSeen.bind(observations),
    onRepaired: observations.nodeRepaired.bind(observations),
  });
  const secrets = await secretsOfBackup(config, process.env, logger);
  const backups = new Backups(config, secrets, {
    store,
    observer: metrics.backups,
    events: observations,
    log: logger,
  });
  const background = new BackgroundWork(config, store, logger, { ...services, hosts, health, backups });
  const feed = new EventFeed(store);
  const start = (): void => {
    background.start();
    services.engine.lead();
  };
  const onHosts = new WorkOnHosts({
    store,
    log: logger,
    restored,
    takeOver,
    seed,
    watch: () => background.watch(),
    start,
  });
  onHosts.begin(mayWork);
  return { ...services, restored, hosts, health, probes, backups, background, observations, feed, onHosts };
}

/** What this server knows of the database is not all, when others write to it. */
function followOthers(store: Store, { engine, feed, backups, restored }: Work, log: Logging['logger']): void {
  store.sharing?.onNews(() => {
    engine.othersWrote();
    feed.changed();
    if (store.isAlone()) backups.changed();
    restored.lookAgain().catch((error: unknown) => log.debug({ err: error }, 'the database could not be looked at'));
  });
}

async function wireServer(ground: Ground, work: Work, tls: TlsTexts | null): Promise<App> {
  const { config, logging, store } = ground;
  const { runner, recovery, answers, restored, probes, hosts } = work;
  const differences = async (onProgress?: Parameters<typeof findDifferences>[2]) => {
    const found = await findDifferences(store, hosts, onProgress);
    work.observations.compared(found.differences.length);
    return found;
  };
  const admin = new AdminState(config.defaultState);
  const traffic = new Traffic();
  const stopping = new AbortController();
  const server = await buildServer({
    isStopping: () => stopping.signal.aborted,
    traffic,
    store,
    operations: work.operations,
    answers,
    admin,
    restored,
    probes,
    feed: work.feed,
    usage: () => usageAt(work),
    mayAudit: () => !config.dbReadOnly && !restored.isHeld,
    onTokenRefused: ground.metrics.tokenRefused,
    auth: config.isAuthDisabled ? null : config.jwt,
    log: logging.logger,
    logLevels: logging.levels,
    metrics: { render: sharedRun(() => renderMetrics(ground, work)) },
    reports: { dumpText, dumpTexts, checkText },
    pool: {
      examine: () => examinePool(store, hosts),
      differences: () => differences(),
      comparisons: comparisonsAt(work.engine, new Comparisons(differences)),
    },
    console: config.servesConsole ? consoleFiles(ground) : null,
    tls,
  });
  return {
    admin,
    server,
    store,
    restored,
    settled: () => runner.settled(),
    working: work.onHosts.begun,
    recover: () => recovery.run(),
    async listen(port) {
      await server.listen({ port, host: await listenHost() });
      return (server.server.address() as AddressInfo).port;
    },
    async close(drainMs) {
      stopping.abort();
      work.onHosts.stop();
      work.background.stop();
      await runner.drain(drainMs);
      // Another server need not wait for the clients of this one.
      await store.sharing?.handOver();
      store.giveUpUndecided();
      answers.release();
      if (server.server.listening) await lastReads(answers, traffic);
      work.feed.close();
      await server.close();
      await work.backups.close(LAST_BACKUP_MS);
      await work.observations.close();
      await store.close();
      await hosts.executor.close();
    },
  };
}

function consoleFiles({ logging }: Ground) {
  const files = readConsoleFiles();
  if (files === null) logging.logger.warn('the console was not built, and is not served');
  return files;
}

/** They are in the memory of the process: of several servers one makes them, so that they are looked for there. */
function comparisonsAt(engine: Engine, comparisons: Comparisons): Pick<Comparisons, 'begin' | 'find'> {
  return {
    begin() {
      engine.refuseElsewhere();
      return comparisons.begin();
    },
    find: (id) => comparisons.find(id),
  };
}

/** The server that works on the hosts asks them; others would take what they have not asked for unknown. */
function usageAt({ engine, usage }: Work) {
  engine.refuseElsewhere();
  return usage.books;
}

function renderMetrics({ metrics, store, logging }: Ground, work: Work) {
  const { operations, health, repair, deviceCheck, usage } = work;
  return metrics.render({
    store,
    inFlight: () => operations.inFlight().catch(() => Number.NaN),
    nodeStates: () => health.states(),
    thinPools: () => repair.thinPools.byDevice(),
    deviceConditions: () => deviceCheck.conditions.byDevice(),
    usage: usage.books,
    droppedLogLines: logging.droppedLines,
  });
}

/** Clients fetch results that have just become ready, and read what they need of them. */
async function lastReads(answers: QueueAnswers, traffic: Traffic): Promise<void> {
  const startedAt = performance.now();
  if (!(await answers.freshFetched(LAST_READS_MS))) return;
  await traffic.quiet(QUIET_MS, startedAt + LAST_READS_MS - performance.now());
}

/** Where several servers share a database, hosts are left to the one that may work. */
function whileAlone(executor: Executor, store: Store): Executor {
  return new OnlookingExecutor(executor, () => {
    if (store.isAlone()) return null;
    const other = store.sharing?.otherAtWork();
    if (other) return `another server, ${other}, works on the hosts`;
    return 'the database was not reached for so long that another server may have taken over';
  });
}

/** For tests of what is built on this server; said aloud, since nobody else wants it. */
function withInjectedFaults(executor: Executor, { injection }: Config, logger: Logging['logger']): Executor {
  if (!injection) return executor;
  logger.warn('faults are injected into commands, as glusterfs.injectexec says');
  return new InjectingExecutor(executor, readInjectionRules(injection.raw), {
    onInjected: (host, command) => logger.warn({ host, command }, 'injected in place of a command or its result'),
  });
}
