#!/bin/sh
# The entry point under the name that manifests of Heketi give it.
exec heketi container-start "$@"
