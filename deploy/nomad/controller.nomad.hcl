# The CSI driver's controller, for Nomad 1.4 and later: makes, expands, clones and deletes volumes. See docs/csi.md.

variable "datacenters" {
  type    = list(string)
  default = ["*"]
}

variable "image" {
  type    = string
  default = "mortar:0.1.0"
}

# The server for volumes that name none.
variable "server" {
  type    = string
  default = "http://heketi.example:8080"
}

variable "user" {
  type    = string
  default = "admin"
}

job "heketi-csi-controller" {
  datacenters = var.datacenters
  type        = "service"

  group "controller" {
    # Nomad would use two at once, which may give two volumes that have gidMin the same group.
    count = 1

    task "heketi-csi" {
      driver = "docker"

      # Longer than calls that run may take to end, 20 s.
      kill_timeout = "30s"

      config {
        image      = var.image
        entrypoint = ["/usr/bin/tini", "--", "/usr/bin/heketi-csi"]
        args = [
          "--controller",
          "--endpoint=/csi/csi.sock",
          "--server=${var.server}",
          "--user=${var.user}",
        ]
      }

      # The user's key: nomad var put nomad/jobs/heketi-csi-controller key=...
      template {
        destination = "${NOMAD_SECRETS_DIR}/key.env"
        env         = true
        data        = <<EOH
HEKETI_CSI_KEY={{ with nomadVar "nomad/jobs/heketi-csi-controller" }}{{ .key | toJSON }}{{ end }}
EOH
      }

      csi_plugin {
        id        = "glusterfs"
        type      = "controller"
        mount_dir = "/csi"
      }

      resources {
        cpu    = 100
        memory = 192
      }
    }
  }
}
