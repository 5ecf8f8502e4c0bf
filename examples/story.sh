#!/usr/bin/env bash
# A first deployment, told with the client: load the topology, make the volume for the server's own database,
# look around, make a volume for Kubernetes.
# HEKETI_CLI_SERVER, HEKETI_CLI_USER and HEKETI_CLI_KEY say where the server is; heketi-cli is in the PATH.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

tell() {
  printf '\n$ heketi-cli %s\n' "$*"
  heketi-cli "$@"
}

tell topology load --json=examples/topology.json
tell volume create --name=heketidbstorage --size=32
tell topology info
tell volume list
id=$(heketi-cli volume list | sed -n 's/^Id:\([0-9a-f]*\) .*Name:heketidbstorage$/\1/p')
tell volume info "$id"
tell volume create --size=200 --persistent-volume --persistent-volume-endpoint=heketi-storage-endpoints
