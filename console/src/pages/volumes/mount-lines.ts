import type { Volume } from '../../api/contract.js';

/** What a machine types to mount a volume, and what its fstab says to do so at each start. */
export interface MountLines {
  readonly command: string;
  readonly fstab: string;
}

const PLAIN = /^[\w@%+=:,./-]+$/;

/** Names of adopted volumes and hosts are whatever hosts had: a shell must take each as one word. */
export function mountLines({ name, mount }: Pick<Volume, 'name' | 'mount'>): MountLines {
  const { device, options } = mount.glusterfs;
  const listed = Object.entries(options).map(([option, value]) => (value === '' ? option : `${option}=${value}`));
  const folder = `/mnt/${name}`;
  const words = ['mount', '-t', 'glusterfs', ...(listed.length > 0 ? ['-o', listed.join(',')] : []), device, folder];
  return {
    command: words.map(shellWord).join(' '),
    fstab:
      [device, folder].map(fstabWord).join(' ') +
      ` glusterfs ${fstabWord(['defaults', '_netdev', ...listed].join(','))} 0 0`,
  };
}

function shellWord(word: string): string {
  return PLAIN.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

/** As fstab(5) has it: spaces and line ends as octal numbers. */
function fstabWord(word: string): string {
  return word.replace(/[\s\\#]/g, (sign) => `\\${sign.charCodeAt(0).toString(8).padStart(3, '0')}`);
}
