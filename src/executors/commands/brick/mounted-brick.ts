import { type Answer, runAll } from '../../executor.js';
import { type MountLine, parseMounts } from '../host/block-devices.js';
import { lvm, program, SHORT_TIMEOUT_MS } from '../host/command-lines.js';
import type { Hosts } from '../host/hosts.js';
import { parseThinVolumes, type ThinVolumeRow } from '../lvm/lvm-report.js';

/** All mounts of a host; of several at one place the last is the one that is seen. */
export async function listMounts({ executor }: Hosts, host: string): Promise<readonly MountLine[]> {
  const [result] = (await runAll(executor, host, [program(['mount'], SHORT_TIMEOUT_MS, { isReading: true })])) as [
    Answer,
  ];
  return parseMounts(result.stdout);
}

/** The thin volumes of a volume group, with the sizes that lvm gave them. */
export async function listThinVolumes(
  { settings, executor }: Hosts,
  host: string,
  vg: string,
): Promise<readonly ThinVolumeRow[]> {
  const options = '--options=vg_name,lv_name,lv_attr,lv_size,pool_lv,lv_metadata_size';
  const command = lvm(settings, ['lvs', '--reportformat=json', '--units=k', options, vg], SHORT_TIMEOUT_MS, {
    isReading: true,
  });
  const [result] = (await runAll(executor, host, [command])) as [Answer];
  return parseThinVolumes(result.stdout, vg);
}
