import { Command, InvalidArgumentError, Option } from 'commander';
import { parseServer } from '../client/server-address.js';
import { migrateCommand } from './migrate-pvs/command-line.js';
import type { Migration } from './migrate-pvs/options.js';

export interface CsiOptions {
  readonly controller: boolean;
  readonly node: boolean;
  /** Path of the unix socket. */
  readonly endpoint: string;
  readonly driverName: string;
  /** URLs. */
  readonly server: readonly string[];
  readonly user: string;
  readonly keyFile?: string;
  /** Files. */
  readonly tlsCert: readonly string[];
  readonly kubernetes: boolean;
  readonly nodeId?: string;
  readonly mounts: 'auto' | 'host' | 'container';
  readonly logDir: string;
  readonly logLevel: 'debug' | 'info' | 'warning' | 'error';
}

const DEFAULT_NAME = 'glusterfs.csi.mortar';
/** The specification's form of a driver's name. */
const NAME = /^[a-zA-Z0-9](?:[a-zA-Z0-9.-]{0,61}[a-zA-Z0-9])?$/;
/** The specification's limit. */
const MOST_NODE_ID_BYTES = 256;

export interface CsiActions {
  readonly serve: (options: CsiOptions) => Promise<void>;
  readonly migrate: (migration: Migration) => Promise<void>;
}

/** Actions are given options that fit together; what is wrong with others is printed, and ends the program. */
export function csiCommand(version: string, { serve, migrate }: CsiActions): Command {
  return new Command('heketi-csi')
    .enablePositionalOptions()
    .description('CSI driver for volumes of a Mortar server: give --controller, --node, or both')
    .version(version, '-v, --version')
    .option('--controller', 'serve the Controller service: volumes are made, expanded and deleted', false)
    .option('--node', 'serve the Node service: volumes are mounted on this machine', false)
    .option('--endpoint <path>', 'unix socket to listen on', socketPath, '/csi/csi.sock')
    .option('--driver-name <name>', 'the provisioner of StorageClasses', driverName, DEFAULT_NAME)
    .option(
      '--server <url>',
      'server of classes without resturl, and of volumes whose class is gone (repeatable)',
      eachServer,
      [],
    )
    .option('--user <name>', 'user for these servers', '')
    .option('--key-file <file>', "file with that user's key; HEKETI_CSI_KEY otherwise")
    .option('--tls-cert <file>', 'PEM file with authorities to trust in place of the system’s (repeatable)', each, [])
    .option('--kubernetes', 'read StorageClasses, and Secrets that they name, from the cluster this runs in', false)
    .option('--node-id <id>', 'name of this node; that of the machine when not given', nodeId)
    .addOption(
      new Option(
        '--mounts <where>',
        'where the processes of mounts live: on the host, so that they outlive this program, or in its container',
      )
        .choices(['auto', 'host', 'container'])
        .default('auto'),
    )
    .option('--log-dir <folder>', 'where the clients of mounts write their logs', '/var/log/glusterfs')
    .addOption(new Option('--log-level <level>').choices(['debug', 'info', 'warning', 'error']).default('info'))
    .action(async (options: CsiOptions, command: Command) => {
      if (!options.controller && !options.node) command.error('error: give --controller, --node, or both');
      await serve(options);
    })
    .addCommand(migrateCommand(DEFAULT_NAME, { driverName, each, eachServer }, migrate));
}

function each(value: string, all: readonly string[]): readonly string[] {
  return [...all, value];
}

function eachServer(value: string, all: readonly string[]): readonly string[] {
  return each(serverAddress(value), all);
}

function socketPath(value: string): string {
  const path = value.replace(/^unix:(\/\/(?=\/))?/, '');
  if (path === '' || /^[a-z]+:/i.test(path)) throw new InvalidArgumentError('it must be a path, or unix://PATH');
  return path;
}

function serverAddress(value: string): string {
  try {
    parseServer(value, '--server');
    return value;
  } catch (error) {
    throw new InvalidArgumentError((error as Error).message);
  }
}

function nodeId(value: string): string {
  const bytes = Buffer.byteLength(value);
  if (bytes === 0 || bytes > MOST_NODE_ID_BYTES) {
    throw new InvalidArgumentError(`it must have 1 to ${MOST_NODE_ID_BYTES} bytes`);
  }
  return value;
}

function driverName(value: string): string {
  if (!NAME.test(value)) throw new InvalidArgumentError('it must be like a domain name of at most 63 characters');
  return value;
}
