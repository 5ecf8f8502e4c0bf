# A volume for Nomad. The parameters are those of StorageClasses; without resturl the controller's own server makes it.
id        = "data"
name      = "data"
type      = "csi"
plugin_id = "glusterfs"

capacity_min = "10GiB"
capacity_max = "10GiB"

capability {
  access_mode     = "multi-node-multi-writer"
  attachment_mode = "file-system"
}

parameters {
  volumetype = "replicate:3"
}
