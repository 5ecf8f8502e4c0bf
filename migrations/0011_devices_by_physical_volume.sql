-- A device that is added is compared with those there are by LVM's UUID of its disk.
CREATE INDEX device_by_pv_uuid ON device (pv_uuid);
