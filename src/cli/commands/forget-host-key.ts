import { CliCommand } from '../command.js';
import type { CliContext } from '../context.js';
import { requireArgument } from './arguments.js';

export function buildForgetHostKeyCommand(context: CliContext): CliCommand {
  return new CliCommand('forget-host-key', {
    summary: 'Accept a new SSH key of a host that was installed anew',
    long:
      'Forgets the SSH key that the server keeps of a host, known by its management host name. The next connection ' +
      'keeps the key that the host shows then: compare the fingerprint in the error message with what "ssh-keygen -lf ' +
      '/etc/ssh/ssh_host_ed25519_key.pub" says on the host before.',
    example: '    $ heketi-cli node forget-host-key node1-manage.gluster.lab.com',
    args: 'HOST',
  }).runs(async (args, flags) => {
    const host = requireArgument(args, 'Host name missing');
    const client = await context.connect(flags);
    await client.send('POST', '/hostkeys/forget', { host }, [204]);
    context.print(`The key of ${host} is forgotten; the next connection takes the one it shows then.\n`);
  });
}
