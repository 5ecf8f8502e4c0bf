import { expect, it } from 'vitest';
import { mountLines } from '../../console/src/pages/volumes/mount-lines.js';

function linesOf(name: string, host: string, options: Record<string, string>) {
  return mountLines({ name, mount: { glusterfs: { hosts: [host], device: `${host}:${name}`, options } } });
}

it('names the other hosts, for the day on which the first one is down', () => {
  expect(linesOf('vol_1', '10.0.0.1', { 'backup-volfile-servers': '10.0.0.2,10.0.0.3' })).toEqual({
    command: 'mount -t glusterfs -o backup-volfile-servers=10.0.0.2,10.0.0.3 10.0.0.1:vol_1 /mnt/vol_1',
    fstab: '10.0.0.1:vol_1 /mnt/vol_1 glusterfs defaults,_netdev,backup-volfile-servers=10.0.0.2,10.0.0.3 0 0',
  });
});

it('needs no options where there is one host', () => {
  expect(linesOf('v', 'h', { 'backup-volfile-servers': '' }).command).toBe(
    'mount -t glusterfs -o backup-volfile-servers h:v /mnt/v',
  );
  expect(linesOf('v', 'h', {}).command).toBe('mount -t glusterfs h:v /mnt/v');
});

it('what a shell or fstab would take for something else stays one word', () => {
  const { command, fstab } = linesOf("a'; reboot #", 'h', {});
  expect(command).toBe(`mount -t glusterfs 'h:a'\\''; reboot #' '/mnt/a'\\''; reboot #'`);
  expect(fstab).toBe("h:a';\\040reboot\\040\\043 /mnt/a';\\040reboot\\040\\043 glusterfs defaults,_netdev 0 0");
});
