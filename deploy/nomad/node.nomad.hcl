# What mounts volumes, on each client, for Nomad 1.4 and later. Mounts live on the host, and outlive the task: that needs
# systemd and gluster's client there, and of Nomad's docker plugin allow_privileged and volumes. See docs/csi.md.

variable "datacenters" {
  type    = list(string)
  default = ["*"]
}

variable "image" {
  type    = string
  default = "mortar:0.1.0"
}

# The folder data_dir of Nomad's clients.
variable "data_dir" {
  type    = string
  default = "/opt/nomad/data"
}

job "heketi-csi-node" {
  datacenters = var.datacenters
  type        = "system"

  # Before tasks that have volumes
  priority = 90

  group "node" {
    task "heketi-csi" {
      driver = "docker"

      kill_timeout = "30s"

      config {
        image      = var.image
        entrypoint = ["/usr/bin/tini", "-s", "--", "/usr/bin/heketi-csi"]
        args = [
          "--node",
          "--node-id=${node.unique.name}",
          "--endpoint=/csi/csi.sock",
          "--mounts=host",
          "--log-dir=/var/log/glusterfs",
        ]
        privileged = true
        # The process that mounts is started in the namespaces of the host's first one.
        pid_mode = "host"
        # Written on the host by gluster's client, and read here for why a mount failed.
        volumes = ["/var/log/glusterfs:/var/log/glusterfs"]
      }

      csi_plugin {
        id        = "glusterfs"
        type      = "node"
        mount_dir = "/csi"
        # Where Nomad has this folder on the host: what is mounted there has the same path here.
        stage_publish_base_dir = "${var.data_dir}/client/csi/node/glusterfs"
      }

      resources {
        cpu    = 100
        memory = 192
      }
    }
  }
}
