// What people and failing machines do to hosts behind the server's back: nothing that lives is destroyed by it.
import { deepStrictEqual, ok, rejects, strictEqual } from 'node:assert';
import { pause, until } from './rig.mjs';

const ADMINS_LINE = 'tmpfs /mnt/admin tmpfs noauto 0 0';
const RESCUE = '/mnt/rescued';
/** Longer than any gluster command takes on hosts in good health, and much shorter than the default. */
const SHORT_CLI_SECONDS = 30;

/** `mounted`: a replicated volume with a file on node 2 whose checksum is known. */
export async function hands({ rig, server, step, nodes, volume, same, mounted }) {
  const context = { rig, server, step, nodes, volume, same, mounted };
  await administratorsFstab(context);
  await stoppedOnPurpose(context);
  await rescuedBricks(context);
  await pulledDisk(context);
  await lateGluster(context);
}

async function administratorsFstab({ rig, server, step, volume, same }) {
  await step("the administrator's fstab stays: a last line without a newline, a symbolic link", async () => {
    await rig.ssh(1, `mkdir -p /mnt/admin; printf '%s' '${ADMINS_LINE}' >>/etc/fstab`);
    await rig.ssh(2, 'mkdir -p /srv/etc; mv /etc/fstab /srv/etc/fstab; ln -s ../srv/etc/fstab /etc/fstab');
    const read = () => Promise.all([1, 2, 3].map((n) => rig.ssh(n, 'cat /etc/fstab')));
    const before = await read();
    ok(before[0].endsWith(ADMINS_LINE), before[0]);
    const id = await volume('--size=1', '--name=lines');
    const during = await read();
    const whole = (text) => (text.endsWith('\n') ? text : `${text}\n`);
    for (const [i, text] of during.entries()) {
      ok(text.startsWith(whole(before[i])), `fstab of node ${i + 1}:\n${text}`);
      strictEqual(text.split('\n').length, whole(before[i]).split('\n').length + 1, `fstab of node ${i + 1}:\n${text}`);
    }
    await rig.ssh(1, 'findmnt --verify && mount /mnt/admin && umount /mnt/admin');
    await same();
    await server.cli('volume', 'delete', id);
    deepStrictEqual(await read(), before.map(whole));
    strictEqual(
      (await rig.ssh(2, 'readlink /etc/fstab; stat -c %F /srv/etc/fstab')).trim(),
      '../srv/etc/fstab\nregular file',
    );
    await same();
  });
}

async function stoppedOnPurpose({ rig, server, step, volume, same }) {
  const gluster = (n, words) => rig.ssh(n, `gluster --mode=script ${words}`);
  const status = async () => /^Status: (\w+)$/m.exec(await gluster(1, 'volume info resting'))?.[1];
  let id = '';

  await step(
    'a volume that was stopped on purpose is still stopped after a delete that its snapshot forbids',
    async () => {
      id = await volume('--size=1', '--name=resting', '--snapshot-factor=2');
      await gluster(1, 'snapshot create kept resting no-timestamp');
      await gluster(1, 'volume stop resting');
      await rejects(server.cli('volume', 'delete', id), /snapshots/);
      strictEqual(await status(), 'Stopped');
      await gluster(1, 'snapshot delete kept');
      await same();
    },
  );

  await step(
    'gluster refuses a delete while a peer is down: what was stopped stays so, what ran runs again',
    async () => {
      await rig.ssh(3, 'systemctl stop glusterd');
      await until('node 3 is missed', async () => (await gluster(1, 'peer status')).includes('Disconnected'));
      await rejects(server.cli('volume', 'delete', id), /peers/);
      strictEqual(await status(), 'Stopped');
      await gluster(1, 'volume start resting');
      await rejects(server.cli('volume', 'delete', id), /peers/);
      strictEqual(await status(), 'Started');
      await rig.ssh(3, 'systemctl start glusterd');
      await until('node 3 is back', async () => !(await gluster(1, 'peer status')).includes('Disconnected'));
      await same();
      await server.cli('volume', 'delete', id);
      await same();
    },
  );
}

async function rescuedBricks({ rig, server, step, nodes, volume, same }) {
  const gluster = (words) => rig.ssh(1, `gluster --mode=script ${words}`);
  const content = () => rig.ssh(2, `cat ${RESCUE}/before ${RESCUE}/after`);

  await step('the bricks of a volume that was deleted by hand, and live in another one, are left alone', async () => {
    const id = await volume('--size=1', '--name=lost');
    await rig.ssh(2, `mkdir -p ${RESCUE} && mount -t glusterfs 10.77.0.1:/lost ${RESCUE}`);
    await rig.ssh(2, `echo before > ${RESCUE}/before; sync; umount ${RESCUE}`);
    const bricks = [...(await gluster('volume info lost')).matchAll(/^Brick\d+: (\S+)/gm)].map((match) => match[1]);
    await gluster('volume stop lost');
    await gluster('volume delete lost');
    for (const brick of bricks) {
      const [host, folder] = brick.split(':');
      const n = Number(host.split('.').at(-1));
      await rig.ssh(n, `setfattr -x trusted.glusterfs.volume-id ${folder}; setfattr -x trusted.gfid ${folder}`);
    }
    await gluster(`volume create rescued replica 3 ${bricks.join(' ')} force`);
    await gluster('volume start rescued');
    await rig.ssh(2, `mount -t glusterfs 10.77.0.1:/rescued ${RESCUE} && echo after > ${RESCUE}/after`);

    await rejects(server.cli('volume', 'delete', id), /gluster's volume rescued uses brick/);
    await server.cli('server', 'operations', 'cleanup');
    strictEqual(await content(), 'before\nafter\n');
    ok(!/ N\s+N\/A/.test(await gluster('volume status rescued')), 'all its bricks are online');
    const dump = await server.dump();
    const booked = Object.values(dump.brickentries).filter((brick) => brick.Info.volume === id);
    strictEqual(booked.length, bricks.length);
    strictEqual(new Set(booked.map((brick) => brick.Info.node)).size, nodes.length);

    await rig.ssh(2, `umount ${RESCUE}`);
    await gluster('volume stop rescued');
    await gluster('volume delete rescued');
    await server.cli('volume', 'delete', id);
    await same();
  });
}

async function pulledDisk({ rig, server, step, nodes, volume, same }) {
  await step('a disk is pulled during a delete: its brick is kept with its space until the disk is back', async () => {
    const id = await volume('--size=1', '--name=pulled');
    const before = await server.dump();
    const brick = Object.values(before.brickentries).find(
      ({ Info }) => Info.volume === id && Info.node === nodes[2].id,
    ).Info;
    const device = before.deviceentries[brick.device].Info;
    const label = `/root/label-${brick.id}`;
    // lvm does not see the group any more; its volumes are in use all the same.
    const dd = (from, to) => `dd if=${from} of=${to} bs=512 count=8 conv=notrunc,fsync 2>&1`;
    await rig.ssh(3, `${dd(device.name, label)} && ${dd('/dev/zero', device.name)}; sync; udevadm settle`);
    await rejects(rig.ssh(3, `vgs vg_${device.id}`), /not found/);

    await server.cli('volume', 'delete', id);
    for (const isCleanedUp of [false, true]) {
      if (isCleanedUp) await server.cli('server', 'operations', 'cleanup');
      const parked = await server.dump();
      deepStrictEqual(
        Object.values(parked.pendingoperations).map(({ Actions }) => Actions.map(({ Id }) => Id)),
        [[brick.id]],
      );
      ok(parked.brickentries[brick.id], 'the brick is in the books');
      deepStrictEqual(parked.deviceentries[device.id].Info.storage, device.storage);
      ok((await rig.ssh(3, 'dmsetup ls')).includes(`vg_${device.id}-brick_${brick.id}`), 'the brick is on the host');
      await same([3]);
    }

    // A disk that is put in is a new device, at which lvm forgets its hints; here the device itself was never away.
    await rig.ssh(3, `${dd(label, device.name)} && sync && rm -f /run/lvm/hints && vgs vg_${device.id}`);
    await server.cli('server', 'operations', 'cleanup');
    await server.settled();
    const after = await server.dump();
    strictEqual(after.brickentries[brick.id], undefined);
    await same();
  });
}

async function lateGluster({ rig, server, step, nodes, same, mounted }) {
  const adds = async (n) => (await rig.ssh(n, 'pgrep -f "volume [a]dd-brick rep" || true')) !== '';
  const numberOf = (nodeId) => nodes.findIndex(({ id }) => id === nodeId) + 1;
  const whatGlusterTells = (n) =>
    rig.ssh(n, 'gluster volume status rep >/dev/null && gluster volume info rep | grep -E "^(Brick|Status)"');

  /** Expands the volume while glusterd stands still on one node, and goes on after gluster's client has given up. */
  async function expandWhileFrozen(choose) {
    const { size } = await server.json('volume', 'info', mounted.id);
    const queue = await server.begin('POST', `/volumes/${mounted.id}/expand`, { expand_size: 1 });
    const { pendingoperations, brickentries } = await server.dump();
    const [{ Actions }] = Object.values(pendingoperations);
    const added = Actions.flatMap(({ Id }) => brickentries[Id]?.Info ?? []);
    // The server tells gluster from the host of the first brick.
    const sender = numberOf(added[0].node);
    const frozenBrick = choose(added);
    const frozen = numberOf(frozenBrick.node);
    await rig.ssh(frozen, 'pkill -STOP -x glusterd');
    try {
      await until("gluster's client waits", () => adds(sender), 120_000);
      await until("gluster's client has given up", async () => !(await adds(sender)), 120_000);
      // The time in which something would be concluded from that.
      await pause(15_000);
      if (sender !== frozen)
        await rig.ssh(frozen, `mountpoint ${frozenBrick.path.replace(/\/brick$/, '')}; ls -d ${frozenBrick.path}`);
    } finally {
      await rig.ssh(frozen, 'pkill -CONT -x glusterd');
    }
    const answer = await server.end(queue);
    await server.settled();
    await until('gluster tells the same on all hosts', async () => {
      const told = await Promise.all([1, 2, 3].map(whatGlusterTells));
      return new Set(told).size === 1;
    });
    await same();
    const isGrown = 'location' in answer;
    strictEqual((await server.json('volume', 'info', mounted.id)).size, size + (isGrown ? 1 : 0), answer.error);
    await mounted.check();
    console.log(`      answered: ${isGrown ? 'expanded' : answer.error}`);
  }

  await step(`the server starts with a time limit of ${SHORT_CLI_SECONDS} s for gluster's client`, async () => {
    await server.stop();
    await server.start({ gluster_cli_timeout: SHORT_CLI_SECONDS });
  });
  await step("gluster's client times out during an expansion, another node is late: the answer is true", () =>
    expandWhileFrozen((bricks) => bricks.at(-1)),
  );
  await step("gluster's client times out during an expansion, its own node is late: the answer is true", () =>
    expandWhileFrozen((bricks) => bricks[0]),
  );
  await step('the server starts with its usual time limits', async () => {
    await server.stop();
    await server.start();
    await same();
  });
}
