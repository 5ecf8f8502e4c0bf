#!/bin/bash
# Starts three simulated storage hosts and stays until it is told to end. What a server needs to reach them is in
# /hosts/cluster: the key id_ed25519, known_hosts and topology.json.
set -euo pipefail

hosts=${HOSTS_DIR:-/hosts}
program=${SIMCLUSTER:-$(dirname "${BASH_SOURCE[0]}")/simcluster.mjs}

end() {
  rm -f "$hosts/ready"
  node "$program" down --dir "$hosts/cluster"
}

# What a killed container left: its hosts died with it.
rm -rf "$hosts/ready" "$hosts/cluster"
node "$program" up --dir "$hosts/cluster" --nodes 3 --devices 2 --size-gib 200 ${HOSTS_OPTIONS:-} >/dev/null
trap end EXIT
trap 'exit 0' TERM INT
touch "$hosts/ready"
echo 'Three hosts are up.'
sleep infinity &
wait $!
