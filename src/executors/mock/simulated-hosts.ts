import { pause, startTimer } from '../../timing/timers.js';
import { type Command, type CommandResult, TransportError } from '../executor.js';
import { refuseImpossibleArgument } from '../shell/quoting.js';
import { anotherTransaction, lockedVolume } from './gluster/gluster-program.js';
import { mountOne } from './host/block-programs.js';
import { changedGroup, latencyKey, type ResolvedCommand, resolveCommand, runProgram } from './programs.js';
import { type RecordedPool, seedFromRecords } from './seed-from-records.js';
import { SimulatedHeals } from './simulated-heals.js';
import { SimulatedWorld } from './simulated-world.js';
import { type Fault, FaultList, faultResult } from './trouble/faults.js';
import { HeldCommands } from './trouble/held-commands.js';
import { LateChanges, REQUEST_TIMED_OUT } from './trouble/late-changes.js';
import { Leftovers } from './trouble/leftovers.js';
import { endBricksOnDeadDisks, startBrick } from './world/brick-processes.js';
import type { HostNoise } from './world/host-noise.js';
import { beginGlusterd, type Reinstallation, reinstall } from './world/reinstallation.js';
import type { SimulatedHost } from './world/simulated-host.js';
import { type HostsState, stateOf } from './world/state.js';

export type SimulationMode = 'lenient' | 'strict';

export interface SimulatedHostsOptions {
  readonly mode: SimulationMode;
  /** Of devices that are not listed (lenient ones appear on demand). */
  readonly deviceSizeGib: number;
  readonly hosts?: readonly {
    readonly manage: string;
    readonly storage: string;
    /** What name services call its address; where there is none, gluster lists it by its storage name. */
    readonly dnsName?: string;
    readonly devices: readonly { readonly path: string; readonly sizeKib: number }[];
  }[];
  readonly latency?: SimulatedLatency;
}

/** What goes wrong when a host starts. */
export interface BootOptions {
  /** Volume groups whose logical volumes nobody activates; their mounts fail. */
  readonly inactiveGroups?: readonly string[];
}

/** Milliseconds, slept; programs without an entry take none. */
export interface SimulatedLatency {
  /** Added to each batch. */
  readonly roundTripMs?: number;
  /** By program: `lvcreate`, `gluster volume start`; `other` for the rest. */
  readonly programMs?: Readonly<Record<string, number>>;
}

/**
 * In-memory storage hosts that interpret the command lines of executors/commands as LVM, XFS, gluster and
 * gluster-block would, with their texts and exit codes. Without latencies a batch runs at once.
 */
export class SimulatedHosts {
  readonly #world: SimulatedWorld;
  readonly #faults = new FaultList();
  readonly #latency: SimulatedLatency | undefined;
  /** Volumes that a gluster command is changing right now; only with latencies can two meet. */
  readonly #lockedVolumes = new Set<string>();
  readonly #leftovers = new Leftovers();
  readonly #late = new LateChanges();
  /** The last command that holds the lock of each volume group; like lvm, others wait for it. */
  readonly #groupLocks = new Map<string, Promise<void>>();
  /** What faults of the kind `hold` have stopped. */
  readonly held = new HeldCommands();
  /** What clients write, and how it is healed. */
  readonly heals: SimulatedHeals;
  #commandsRun = 0;

  constructor(options: SimulatedHostsOptions) {
    this.#world = new SimulatedWorld(options.mode === 'lenient', options.deviceSizeGib);
    this.#latency = options.latency;
    this.heals = new SimulatedHeals(this.#world);
    for (const { manage, storage, dnsName, devices } of options.hosts ?? []) {
      const host = this.#world.addHost(manage, storage);
      if (dnsName !== undefined) this.#world.nameHost(host, dnsName);
      for (const { path, sizeKib } of devices)
        host.addDisk(path, sizeKib, [`/dev/disk/by-path/simulated-${path.replace('/dev/', '')}`]);
    }
  }

  /** How many commands have been run since the start; faults that answer in a command's place count. */
  get commandsRun(): number {
    return this.#commandsRun;
  }

  /** The Executor's `run`. */
  async run(name: string, batch: readonly Command[], signal?: AbortSignal): Promise<readonly CommandResult[]> {
    const host = this.#world.hostByManageName(name);
    if (!host?.isUp) throw new TransportError(name, `${name} can't be reached: connection refused`, false);
    if (signal?.aborted)
      throw new TransportError(name, `the commands for ${name} were given up before they began`, false);
    for (const command of batch) command.argv.forEach(refuseImpossibleArgument);
    if (this.#latency?.roundTripMs) await pause(this.#latency.roundTripMs);
    const results: CommandResult[] = [];
    for (const [i, command] of batch.entries()) {
      const result =
        this.#faults.isEmpty && !this.#latency
          ? this.#runNow(host, command)
          : await this.#runFaulty(host, name, batch.slice(i), signal);
      results.push(result);
      if (result.exitCode !== 0 && !command.mayFail) break;
    }
    return results;
  }

  /** The Executor's `awaitLeftovers`. A host that is down can't be asked about what it was left with. */
  async awaitLeftovers(name: string): Promise<void> {
    if (this.#leftovers.isEmpty(name)) return;
    if (!this.#world.hostByManageName(name)?.isUp)
      throw new TransportError(name, `${name} can't be reached: connection refused`, false);
    await this.#leftovers.ended(name);
  }

  #runNow(host: SimulatedHost, command: Command): CommandResult {
    this.#commandsRun++;
    const resolved = resolveCommand(command.argv);
    const refusal = resolved.name === 'gluster' ? this.#late.meet(host, resolved.args) : null;
    return refusal ?? runProgram(this.#world, host, resolved);
  }

  async #runFaulty(
    host: SimulatedHost,
    name: string,
    rest: readonly Command[],
    signal: AbortSignal | undefined,
  ): Promise<CommandResult> {
    const [command] = rest;
    if (!command) throw new Error('a batch without commands');
    const fault = this.#faults.next(name, command.argv);
    const lost = () => new TransportError(name, `connection to ${name} lost`, true);
    if (!fault) return this.#runSlow(host, command);
    if (fault.kind === 'late') return this.#beginLate(host, command);
    if (fault.kind === 'hold') {
      const result = fault.after ? await this.#runSlow(host, command) : null;
      if (!(await this.held.hold())) throw lost();
      return result ?? this.#runSlow(host, command);
    }
    if (fault.kind === 'cut-link') {
      this.#leftovers.add(name, this.#runOn(host, rest));
      throw lost();
    }
    if (fault.kind !== 'fail' && !fault.after) {
      this.#commandsRun++;
      if (fault.kind === 'lose-link') throw lost();
      throw await deadline(name, command.timeoutMs, signal);
    }
    if (fault.kind === 'fail' && !fault.after) {
      this.#commandsRun++;
      return faultResult(fault);
    }
    await this.#runSlow(host, command);
    if (fault.kind === 'lose-link') throw lost();
    if (fault.kind === 'hang') throw await deadline(name, command.timeoutMs, signal);
    return faultResult(fault);
  }

  /** gluster's client gives up at once, and the change is made later, at the latest with `endLateChanges`. */
  runLate(name: string, command: Command): CommandResult {
    const host = this.#world.hostByManageName(name);
    if (!host?.isUp) throw new TransportError(name, `${name} can't be reached: connection refused`, false);
    return this.#beginLate(host, command);
  }

  endLateChanges(): void {
    this.#late.endAll();
  }

  #beginLate(host: SimulatedHost, command: Command): CommandResult {
    const resolved = resolveCommand(command.argv);
    const refusal = this.#late.meet(host, resolved.args);
    if (refusal || !host.isGlusterdUp) return refusal ?? this.#runNow(host, command);
    this.#commandsRun++;
    this.#late.begin(host, resolved.args, () => void runProgram(this.#world, host, resolved));
    return REQUEST_TIMED_OUT;
  }

  /** What goes on after the connection was cut; it ends with its host. */
  async #runOn(host: SimulatedHost, batch: readonly Command[]): Promise<void> {
    for (const command of batch) {
      const result = host.isUp ? await this.#runSlow(host, command) : null;
      if (!result || (result.exitCode !== 0 && !command.mayFail)) return;
    }
  }

  async #runSlow(host: SimulatedHost, command: Command): Promise<CommandResult> {
    const resolved = resolveCommand(command.argv);
    const ms = this.#latencyOf(resolved);
    if (ms === 0) return this.#runNow(host, command);
    const volume = resolved.name === 'gluster' ? lockedVolume(host, resolved.args) : null;
    if (volume !== null && this.#lockedVolumes.has(volume)) return anotherTransaction(resolved.args, volume);
    if (volume !== null) this.#lockedVolumes.add(volume);
    const group = changedGroup(resolved);
    if (group !== null) await this.#inTurn(`${host.manage}/${group}`, () => pause(ms));
    else await pause(ms);
    if (volume !== null) this.#lockedVolumes.delete(volume);
    return this.#runNow(host, command);
  }

  async #inTurn(lock: string, work: () => Promise<void>): Promise<void> {
    const mine = (this.#groupLocks.get(lock) ?? Promise.resolve()).then(work);
    this.#groupLocks.set(lock, mine);
    await mine;
    if (this.#groupLocks.get(lock) === mine) this.#groupLocks.delete(lock);
  }

  #latencyOf(resolved: ResolvedCommand): number {
    const { programMs } = this.#latency ?? {};
    return programMs ? (programMs[latencyKey(resolved)] ?? programMs['other'] ?? 0) : 0;
  }

  setFaults(faults: readonly Fault[]): void {
    this.#faults.set(faults);
  }

  /** A host that is down refuses connections, and its bricks and glusterd are gone for the others. */
  setHostUp(name: string, isUp: boolean, boot: BootOptions = {}): void {
    const host = this.#world.hostByManageName(name);
    if (!host || host.isUp === isUp) return;
    host.isUp = isUp;
    this.#late.drop(host);
    for (const volume of host.pool.volumes.values()) volume.blockDaemons.delete(host.uuid);
    if (isUp) this.#boot(host, new Set(boot.inactiveGroups));
  }

  /** A host that burns down: it answers nobody any more, and nothing of what was on it is left. */
  destroyHost(name: string): void {
    this.setHostUp(name, false);
    this.#world.hostByManageName(name)?.zeroDisks();
  }

  /** Ends a brick's process; its volume goes on without it. */
  killBrick(name: string, path: string): void {
    const host = this.#world.hostByManageName(name);
    const brick = host?.brickPaths.get(path)?.bricks.find((found) => found.node === host && found.path === path);
    if (brick) brick.isDown = true;
  }

  setGlusterdUp(name: string, isUp: boolean): void {
    const host = this.#world.hostByManageName(name);
    if (!host) return;
    host.isGlusterdUp = isUp;
    if (isUp) beginGlusterd(host);
    else this.#late.drop(host);
  }

  /** Pulls all disks of a host, or gives them back as they were. */
  setDisksAway(name: string, areAway: boolean): void {
    const host = this.#world.hostByManageName(name);
    if (areAway) host?.pullDisks();
    else host?.plugDisks();
  }

  /** Reads and writes of one disk end with errors from now on; the processes of bricks on it end. Or the disk is well again. */
  setDiskDead(name: string, path: string, isDead: boolean): void {
    const host = this.#world.hostByManageName(name);
    if (!host) return;
    host.setDiskDead(path, isDead);
    endBricksOnDeadDisks(host.pool.volumes.values());
  }

  /** What is under a disk (a virtual one, an array) was made larger or smaller; lvm learns of it by pvresize. */
  setDiskSize(name: string, path: string, sizeKib: number): void {
    const disk = this.#world.hostByManageName(name)?.findDisk(path);
    if (disk) disk.sizeKib = sizeKib;
  }

  /** What lvm shows as used of a thin pool, `vg/pool`: percents, as it writes them. */
  setPoolUse(name: string, pool: string, data: string, metadata: string): void {
    const found = this.#world.hostByManageName(name)?.findLogicalVolume(pool);
    if (!found) throw new Error(`${name} has no thin pool ${pool}`);
    found.shownUse = { data, metadata };
  }

  /** A machine of the same name takes its place: only disks that are `kept` hold what they held. */
  reinstall(name: string, options: Reinstallation = {}): void {
    const host = this.#world.hostByManageName(name);
    if (!host) return;
    this.#late.drop(host);
    reinstall(host, options);
  }

  /** A host that was installed anew got into a pool of somebody else's. */
  befriend(name: string): void {
    const host = this.#world.hostByManageName(name);
    if (host) this.#world.joinPool(this.#world.addHost('', `stranger of ${name}`), host);
  }

  setNoise(name: string, noise: HostNoise | null): void {
    const host = this.#world.hostByManageName(name);
    if (host) host.noise = noise;
  }

  /** Files that each brick of a volume has to heal. */
  setHealEntries(volume: string, entries: number): void {
    for (const { pool } of this.#world.hosts) {
      const found = pool.volumes.get(volume);
      if (found) found.healEntries = entries;
    }
  }

  /** Mounts come back from the fstab, those of running clones from gluster. */
  #boot(host: SimulatedHost, inactiveGroups: ReadonlySet<string>): void {
    const before = [...host.mounts.values()];
    for (const mount of before) host.unmount(mount);
    for (const group of host.groups.values())
      for (const volume of group.volumes.values()) volume.isActive = !inactiveGroups.has(group.name);
    for (const line of host.file('/etc/fstab').lines()) {
      const [source = '', target = '', , options = ''] = line.split(/\s+/);
      mountOne(this.#world, host, source, target, options);
    }
    for (const mount of before)
      if (mount.target.startsWith('/run/gluster/') && !host.mounts.has(mount.target)) host.mount(mount);
    host.isGlusterdUp = true;
    beginGlusterd(host);
    host.isHealDaemonUp = true;
    host.isBlockDaemonUp = true;
    host.isBlockTargetUp = true;
    if (this.#world.isLenient) return;
    for (const volume of host.pool.volumes.values()) {
      if (volume.status !== 1) continue;
      for (const brick of volume.bricks) if (brick.node === host) startBrick(volume, brick, false);
    }
  }

  /** What a name service would say of a further name. */
  resolveName(name: string, host: string, by: 'manage' | 'storage'): void {
    const found = this.#world.hostByManageName(host);
    if (found) this.#world.resolve(found, name, by);
  }

  /** A node record says that both names mean one host. */
  linkNames(manage: string, storage: string): void {
    this.#world.linkNames(manage, storage);
  }

  /** Fills the hosts with what a store knows, so that a restarted server finds them as it left them. */
  seedFromRecords(records: RecordedPool): void {
    seedFromRecords(this.#world, records);
  }

  /** All that matters about the hosts, as plain data in a fixed order. */
  state(): HostsState {
    return stateOf(this.#world.hosts);
  }
}

/** Ends when the caller gives up or the command's time is over. */
async function deadline(host: string, timeoutMs: number, signal: AbortSignal | undefined): Promise<TransportError> {
  await new Promise<void>((done) => {
    const timer = startTimer(done, timeoutMs);
    timer.unref();
    signal?.addEventListener('abort', () => {
      clearTimeout(timer);
      done();
    });
  });
  return new TransportError(host, `no answer from ${host} in time`, true);
}
