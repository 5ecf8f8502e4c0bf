/* Generated from openapi.yaml by scripts/generate-contract.mjs; do not edit. */

import type { Route } from './route.js';

export const ROUTES: readonly Route[] = [
  {
    "operationId": "hello",
    "method": "GET",
    "path": "/hello",
    "isOpen": true
  },
  {
    "operationId": "healthz",
    "method": "GET",
    "path": "/healthz",
    "isOpen": true
  },
  {
    "operationId": "readyz",
    "method": "GET",
    "path": "/readyz",
    "isOpen": true
  },
  {
    "operationId": "metrics",
    "method": "GET",
    "path": "/metrics",
    "isOpen": true
  },
  {
    "operationId": "queueEntry",
    "method": "GET",
    "path": "/queue/{id}",
    "isOpen": false
  },
  {
    "operationId": "clusterList",
    "method": "GET",
    "path": "/clusters",
    "isOpen": false
  },
  {
    "operationId": "clusterCreate",
    "method": "POST",
    "path": "/clusters",
    "isOpen": false,
    "body": {
      "isRequired": true,
      "parseErrorStatus": 422,
      "schema": {
        "type": "object",
        "properties": {
          "block": {
            "type": "boolean"
          },
          "file": {
            "type": "boolean"
          }
        }
      }
    }
  },
  {
    "operationId": "topologyInfo",
    "method": "GET",
    "path": "/topology",
    "isOpen": false
  },
  {
    "operationId": "clusterInfo",
    "method": "GET",
    "path": "/clusters/{id}",
    "isOpen": false
  },
  {
    "operationId": "clusterDelete",
    "method": "DELETE",
    "path": "/clusters/{id}",
    "isOpen": false
  },
  {
    "operationId": "clusterSetFlags",
    "method": "POST",
    "path": "/clusters/{id}/flags",
    "isOpen": false,
    "body": {
      "isRequired": true,
      "parseErrorStatus": 422,
      "schema": {
        "type": "object",
        "properties": {
          "block": {
            "type": "boolean"
          },
          "file": {
            "type": "boolean"
          }
        }
      }
    }
  },
  {
    "operationId": "nodeAdd",
    "method": "POST",
    "path": "/nodes",
    "isOpen": false,
    "body": {
      "isRequired": true,
      "parseErrorStatus": 422,
      "schema": {
        "type": "object",
        "required": [
          "zone",
          "hostnames",
          "cluster"
        ],
        "properties": {
          "zone": {
            "type": "integer",
            "format": "int64",
            "minimum": 1
          },
          "hostnames": {
            "type": "object",
            "required": [
              "manage",
              "storage"
            ],
            "properties": {
              "manage": {
                "type": "array",
                "minItems": 1,
                "items": {
                  "type": "string",
                  "format": "host"
                }
              },
              "storage": {
                "type": "array",
                "minItems": 1,
                "items": {
                  "type": "string",
                  "format": "host"
                }
              }
            }
          },
          "cluster": {
            "type": "string",
            "pattern": "^[A-Fa-f0-9]{32}$"
          },
          "tags": {
            "type": "object",
            "maxProperties": 32,
            "propertyNames": {
              "type": "string",
              "pattern": "^[a-zA-Z0-9_.-]{1,32}$"
            },
            "additionalProperties": {
              "type": "string",
              "maxLength": 64
            }
          }
        }
      }
    }
  },
  {
    "operationId": "nodeInfo",
    "method": "GET",
    "path": "/nodes/{id}",
    "isOpen": false
  },
  {
    "operationId": "nodeDelete",
    "method": "DELETE",
    "path": "/nodes/{id}",
    "isOpen": false
  },
  {
    "operationId": "nodeSetState",
    "method": "POST",
    "path": "/nodes/{id}/state",
    "isOpen": false,
    "body": {
      "isRequired": true,
      "parseErrorStatus": 422,
      "schema": {
        "type": "object",
        "required": [
          "state"
        ],
        "properties": {
          "state": {
            "type": "string",
            "enum": [
              "online",
              "offline",
              "failed"
            ]
          },
          "healcheck": {
            "type": "string",
            "enum": [
              "",
              "enable",
              "disable"
            ]
          }
        }
      }
    }
  },
  {
    "operationId": "nodeSetHostnames",
    "method": "POST",
    "path": "/nodes/{id}/hostnames",
    "isOpen": false,
    "body": {
      "isRequired": true,
      "parseErrorStatus": 422,
      "schema": {
        "type": "object",
        "properties": {
          "manage": {
            "type": "array",
            "minItems": 1,
            "items": {
              "type": "string",
              "format": "host"
            }
          },
          "storage": {
            "type": "array",
            "minItems": 1,
            "items": {
              "type": "string",
              "format": "host"
            }
          }
        }
      }
    }
  },
  {
    "operationId": "nodeLost",
    "method": "POST",
    "path": "/nodes/{id}/lost",
    "isOpen": false,
    "body": {
      "isRequired": false,
      "parseErrorStatus": 422,
      "schema": {
        "type": "object",
        "properties": {
          "healcheck": {
            "type": "string",
            "enum": [
              "",
              "enable",
              "disable"
            ]
          },
          "hostanswers": {
            "type": "boolean"
          }
        }
      }
    }
  },
  {
    "operationId": "nodeLastRepair",
    "method": "GET",
    "path": "/nodes/{id}/repair",
    "isOpen": false
  },
  {
    "operationId": "nodeRepair",
    "method": "POST",
    "path": "/nodes/{id}/repair",
    "isOpen": false,
    "body": {
      "isRequired": false,
      "parseErrorStatus": 422,
      "schema": {
        "type": "object",
        "properties": {
          "dryrun": {
            "type": "boolean"
          }
        }
      }
    }
  },
  {
    "operationId": "nodeReinstate",
    "method": "POST",
    "path": "/nodes/{id}/reinstate",
    "isOpen": false,
    "body": {
      "isRequired": false,
      "parseErrorStatus": 422,
      "schema": {
        "type": "object",
        "properties": {
          "disks": {
            "type": "object",
            "maxProperties": 256,
            "propertyNames": {
              "type": "string",
              "pattern": "^[A-Fa-f0-9]{32}$"
            },
            "additionalProperties": {
              "type": "string",
              "pattern": "^/[a-zA-Z0-9_.:/-]+$",
              "maxLength": 4096
            }
          }
        }
      }
    }
  },
  {
    "operationId": "repairReport",
    "method": "GET",
    "path": "/repairs/{id}",
    "isOpen": false
  },
  {
    "operationId": "nodeSetTags",
    "method": "POST",
    "path": "/nodes/{id}/tags",
    "isOpen": false,
    "body": {
      "isRequired": true,
      "parseErrorStatus": 422,
      "schema": {
        "type": "object",
        "required": [
          "change_type"
        ],
        "properties": {
          "change_type": {
            "type": "string",
            "enum": [
              "set",
              "update",
              "delete"
            ]
          },
          "tags": {
            "type": "object",
            "maxProperties": 32,
            "propertyNames": {
              "type": "string",
              "pattern": "^[a-zA-Z0-9_.-]{1,32}$"
            },
            "additionalProperties": {
              "type": "string",
              "maxLength": 64
            }
          }
        }
      }
    }
  },
  {
    "operationId": "hostKeyForget",
    "method": "POST",
    "path": "/hostkeys/forget",
    "isOpen": false,
    "whileHeld": "answered",
    "body": {
      "isRequired": true,
      "parseErrorStatus": 422,
      "schema": {
        "type": "object",
        "required": [
          "host"
        ],
        "properties": {
          "host": {
            "type": "string",
            "format": "host"
          }
        }
      }
    }
  },
  {
    "operationId": "deviceAdd",
    "method": "POST",
    "path": "/devices",
    "isOpen": false,
    "body": {
      "isRequired": true,
      "parseErrorStatus": 422,
      "schema": {
        "type": "object",
        "required": [
          "name",
          "node"
        ],
        "properties": {
          "name": {
            "type": "string",
            "pattern": "^/[a-zA-Z0-9_.:/-]+$",
            "maxLength": 4096
          },
          "node": {
            "type": "string",
            "pattern": "^[A-Fa-f0-9]{32}$"
          },
          "destroydata": {
            "type": "boolean"
          },
          "tags": {
            "type": "object",
            "maxProperties": 32,
            "propertyNames": {
              "type": "string",
              "pattern": "^[a-zA-Z0-9_.-]{1,32}$"
            },
            "additionalProperties": {
              "type": "string",
              "maxLength": 64
            }
          }
        }
      }
    }
  },
  {
    "operationId": "devicePreflight",
    "method": "POST",
    "path": "/devices/preflight",
    "isOpen": false,
    "changesNothing": true,
    "body": {
      "isRequired": true,
      "parseErrorStatus": 422,
      "schema": {
        "type": "object",
        "required": [
          "node",
          "name"
        ],
        "properties": {
          "node": {
            "type": "string",
            "pattern": "^[A-Fa-f0-9]{32}$"
          },
          "name": {
            "type": "string",
            "pattern": "^/[a-zA-Z0-9_.:/-]+$",
            "maxLength": 4096
          }
        }
      }
    }
  },
  {
    "operationId": "deviceHealthList",
    "method": "GET",
    "path": "/devices/health",
    "isOpen": false
  },
  {
    "operationId": "deviceHealth",
    "method": "GET",
    "path": "/devices/{id}/health",
    "isOpen": false
  },
  {
    "operationId": "deviceHealthCheck",
    "method": "POST",
    "path": "/devices/{id}/health",
    "isOpen": false,
    "changesNothing": true
  },
  {
    "operationId": "deviceInfo",
    "method": "GET",
    "path": "/devices/{id}",
    "isOpen": false
  },
  {
    "operationId": "deviceDelete",
    "method": "DELETE",
    "path": "/devices/{id}",
    "isOpen": false,
    "body": {
      "isRequired": false,
      "parseErrorStatus": 422,
      "schema": {
        "type": "object",
        "properties": {
          "forceforget": {
            "type": "boolean"
          }
        }
      }
    }
  },
  {
    "operationId": "deviceSetState",
    "method": "POST",
    "path": "/devices/{id}/state",
    "isOpen": false,
    "body": {
      "isRequired": true,
      "parseErrorStatus": 422,
      "schema": {
        "type": "object",
        "required": [
          "state"
        ],
        "properties": {
          "state": {
            "type": "string",
            "enum": [
              "online",
              "offline",
              "failed"
            ]
          },
          "healcheck": {
            "type": "string",
            "enum": [
              "",
              "enable",
              "disable"
            ]
          }
        }
      }
    }
  },
  {
    "operationId": "deviceResync",
    "method": "GET",
    "path": "/devices/{id}/resync",
    "isOpen": false,
    "whileHeld": "refused",
    "changesSomething": true
  },
  {
    "operationId": "deviceSetTags",
    "method": "POST",
    "path": "/devices/{id}/tags",
    "isOpen": false,
    "body": {
      "isRequired": true,
      "parseErrorStatus": 422,
      "schema": {
        "type": "object",
        "required": [
          "change_type"
        ],
        "properties": {
          "change_type": {
            "type": "string",
            "enum": [
              "set",
              "update",
              "delete"
            ]
          },
          "tags": {
            "type": "object",
            "maxProperties": 32,
            "propertyNames": {
              "type": "string",
              "pattern": "^[a-zA-Z0-9_.-]{1,32}$"
            },
            "additionalProperties": {
              "type": "string",
              "maxLength": 64
            }
          }
        }
      }
    }
  },
  {
    "operationId": "volumeList",
    "method": "GET",
    "path": "/volumes",
    "isOpen": false
  },
  {
    "operationId": "volumeCreate",
    "method": "POST",
    "path": "/volumes",
    "isOpen": false,
    "body": {
      "isRequired": true,
      "parseErrorStatus": 422,
      "schema": {
        "type": "object",
        "required": [
          "size"
        ],
        "properties": {
          "size": {
            "type": "integer",
            "format": "int64",
            "minimum": 1
          },
          "clusters": {
            "type": "array",
            "items": {
              "type": "string"
            }
          },
          "name": {
            "type": "string",
            "pattern": "^(-?[a-zA-Z0-9_][a-zA-Z0-9_-]*)?$",
            "maxLength": 1000
          },
          "durability": {
            "type": "object",
            "properties": {
              "type": {
                "type": "string",
                "enum": [
                  "",
                  "none",
                  "replicate",
                  "disperse"
                ]
              },
              "replicate": {
                "type": "object",
                "properties": {
                  "replica": {
                    "type": "integer",
                    "format": "int64",
                    "minimum": -2147483648,
                    "maximum": 2147483647
                  }
                }
              },
              "disperse": {
                "type": "object",
                "properties": {
                  "data": {
                    "type": "integer",
                    "format": "int64",
                    "minimum": -2147483648,
                    "maximum": 2147483647
                  },
                  "redundancy": {
                    "type": "integer",
                    "format": "int64",
                    "minimum": -2147483648,
                    "maximum": 2147483647
                  }
                }
              }
            }
          },
          "gid": {
            "type": "integer",
            "format": "int64",
            "minimum": 0,
            "maximum": 2147483646
          },
          "glustervolumeoptions": {
            "type": "array",
            "maxItems": 512,
            "items": {
              "type": "string",
              "maxLength": 4096
            }
          },
          "block": {
            "type": "boolean"
          },
          "snapshot": {
            "type": "object",
            "properties": {
              "enable": {
                "type": "boolean"
              },
              "factor": {
                "type": "number",
                "format": "float"
              }
            }
          },
          "client_name": {
            "type": "string",
            "maxLength": 128,
            "pattern": "^[^\\u0000-\\u0008\\u000b\\u000c\\u000e-\\u001f\\u007f-\\u009f]+$"
          }
        }
      }
    }
  },
  {
    "operationId": "volumeListUnclaimed",
    "method": "GET",
    "path": "/volumes/unclaimed",
    "isOpen": false
  },
  {
    "operationId": "volumeClaim",
    "method": "POST",
    "path": "/volumes/{id}/claim",
    "isOpen": false
  },
  {
    "operationId": "placementPlan",
    "method": "POST",
    "path": "/placements",
    "isOpen": false,
    "changesNothing": true,
    "body": {
      "isRequired": true,
      "parseErrorStatus": 422,
      "schema": {
        "type": "object",
        "required": [
          "size"
        ],
        "properties": {
          "size": {
            "type": "integer",
            "format": "int64",
            "minimum": 1
          },
          "clusters": {
            "type": "array",
            "items": {
              "type": "string"
            }
          },
          "name": {
            "type": "string",
            "pattern": "^(-?[a-zA-Z0-9_][a-zA-Z0-9_-]*)?$",
            "maxLength": 1000
          },
          "durability": {
            "type": "object",
            "properties": {
              "type": {
                "type": "string",
                "enum": [
                  "",
                  "none",
                  "replicate",
                  "disperse"
                ]
              },
              "replicate": {
                "type": "object",
                "properties": {
                  "replica": {
                    "type": "integer",
                    "format": "int64",
                    "minimum": -2147483648,
                    "maximum": 2147483647
                  }
                }
              },
              "disperse": {
                "type": "object",
                "properties": {
                  "data": {
                    "type": "integer",
                    "format": "int64",
                    "minimum": -2147483648,
                    "maximum": 2147483647
                  },
                  "redundancy": {
                    "type": "integer",
                    "format": "int64",
                    "minimum": -2147483648,
                    "maximum": 2147483647
                  }
                }
              }
            }
          },
          "gid": {
            "type": "integer",
            "format": "int64",
            "minimum": 0,
            "maximum": 2147483646
          },
          "glustervolumeoptions": {
            "type": "array",
            "maxItems": 512,
            "items": {
              "type": "string",
              "maxLength": 4096
            }
          },
          "block": {
            "type": "boolean"
          },
          "snapshot": {
            "type": "object",
            "properties": {
              "enable": {
                "type": "boolean"
              },
              "factor": {
                "type": "number",
                "format": "float"
              }
            }
          },
          "client_name": {
            "type": "string",
            "maxLength": 128,
            "pattern": "^[^\\u0000-\\u0008\\u000b\\u000c\\u000e-\\u001f\\u007f-\\u009f]+$"
          }
        }
      }
    }
  },
  {
    "operationId": "placementPlanBlockVolume",
    "method": "POST",
    "path": "/placements/blockvolumes",
    "isOpen": false,
    "changesNothing": true,
    "body": {
      "isRequired": true,
      "parseErrorStatus": 422,
      "schema": {
        "type": "object",
        "required": [
          "size"
        ],
        "properties": {
          "size": {
            "type": "integer",
            "format": "int64",
            "minimum": 1
          },
          "clusters": {
            "type": "array",
            "items": {
              "type": "string"
            }
          },
          "name": {
            "type": "string",
            "pattern": "^(-?[a-zA-Z0-9_][a-zA-Z0-9_-]*)?$",
            "maxLength": 1000
          },
          "hacount": {
            "type": "integer",
            "format": "int64",
            "minimum": 0
          },
          "auth": {
            "type": "boolean"
          }
        }
      }
    }
  },
  {
    "operationId": "placementPlanEvictions",
    "method": "POST",
    "path": "/placements/evictions",
    "isOpen": false,
    "changesNothing": true,
    "body": {
      "isRequired": true,
      "parseErrorStatus": 422,
      "schema": {
        "type": "object",
        "required": [
          "change",
          "id"
        ],
        "properties": {
          "change": {
            "type": "string",
            "enum": [
              "remove-device",
              "remove-node",
              "lose-node",
              "reinstate-node",
              "evict-brick"
            ]
          },
          "id": {
            "type": "string",
            "pattern": "^[A-Fa-f0-9]{32}$"
          },
          "healcheck": {
            "type": "string",
            "enum": [
              "",
              "enable",
              "disable"
            ]
          },
          "hostanswers": {
            "type": "boolean"
          },
          "disks": {
            "type": "object",
            "maxProperties": 256,
            "propertyNames": {
              "type": "string",
              "pattern": "^[A-Fa-f0-9]{32}$"
            },
            "additionalProperties": {
              "type": "string",
              "pattern": "^/[a-zA-Z0-9_.:/-]+$",
              "maxLength": 4096
            }
          }
        }
      }
    }
  },
  {
    "operationId": "placementPlanExpansion",
    "method": "POST",
    "path": "/placements/expansions",
    "isOpen": false,
    "changesNothing": true,
    "body": {
      "isRequired": true,
      "parseErrorStatus": 422,
      "schema": {
        "type": "object",
        "required": [
          "id",
          "expand_size"
        ],
        "properties": {
          "id": {
            "type": "string",
            "pattern": "^[A-Fa-f0-9]{32}$"
          },
          "expand_size": {
            "type": "integer",
            "format": "int64",
            "minimum": 1
          }
        }
      }
    }
  },
  {
    "operationId": "volumeInfo",
    "method": "GET",
    "path": "/volumes/{id}",
    "isOpen": false
  },
  {
    "operationId": "volumeDelete",
    "method": "DELETE",
    "path": "/volumes/{id}",
    "isOpen": false
  },
  {
    "operationId": "volumeExpand",
    "method": "POST",
    "path": "/volumes/{id}/expand",
    "isOpen": false,
    "body": {
      "isRequired": true,
      "parseErrorStatus": 422,
      "schema": {
        "type": "object",
        "required": [
          "expand_size"
        ],
        "properties": {
          "expand_size": {
            "type": "integer",
            "format": "int64",
            "minimum": 1
          },
          "from_size": {
            "type": "integer",
            "format": "int64",
            "minimum": 0
          }
        }
      }
    }
  },
  {
    "operationId": "volumeClone",
    "method": "POST",
    "path": "/volumes/{id}/clone",
    "isOpen": false,
    "body": {
      "isRequired": true,
      "parseErrorStatus": 422,
      "schema": {
        "type": "object",
        "properties": {
          "name": {
            "type": "string",
            "pattern": "^(-?[a-zA-Z0-9_][a-zA-Z0-9_-]*)?$",
            "maxLength": 1000
          },
          "client_name": {
            "type": "string",
            "maxLength": 128,
            "pattern": "^[^\\u0000-\\u0008\\u000b\\u000c\\u000e-\\u001f\\u007f-\\u009f]+$"
          }
        }
      }
    }
  },
  {
    "operationId": "volumeHealthCheck",
    "method": "POST",
    "path": "/volumes/{id}/health",
    "isOpen": false,
    "changesNothing": true
  },
  {
    "operationId": "volumeAdoptBricks",
    "method": "POST",
    "path": "/volumes/{id}/adopt-bricks",
    "isOpen": false
  },
  {
    "operationId": "volumeSetBlockRestriction",
    "method": "POST",
    "path": "/volumes/{id}/block-restriction",
    "isOpen": false,
    "body": {
      "isRequired": true,
      "parseErrorStatus": 422,
      "schema": {
        "type": "object",
        "properties": {
          "restriction": {
            "type": "string",
            "enum": [
              "",
              "locked"
            ]
          }
        }
      }
    }
  },
  {
    "operationId": "blockVolumeList",
    "method": "GET",
    "path": "/blockvolumes",
    "isOpen": false
  },
  {
    "operationId": "blockVolumeCreate",
    "method": "POST",
    "path": "/blockvolumes",
    "isOpen": false,
    "body": {
      "isRequired": true,
      "parseErrorStatus": 422,
      "schema": {
        "type": "object",
        "required": [
          "size"
        ],
        "properties": {
          "size": {
            "type": "integer",
            "format": "int64",
            "minimum": 1
          },
          "clusters": {
            "type": "array",
            "items": {
              "type": "string"
            }
          },
          "name": {
            "type": "string",
            "pattern": "^(-?[a-zA-Z0-9_][a-zA-Z0-9_-]*)?$",
            "maxLength": 1000
          },
          "hacount": {
            "type": "integer",
            "format": "int64",
            "minimum": 0
          },
          "auth": {
            "type": "boolean"
          }
        }
      }
    }
  },
  {
    "operationId": "blockVolumeInfo",
    "method": "GET",
    "path": "/blockvolumes/{id}",
    "isOpen": false
  },
  {
    "operationId": "blockVolumeDelete",
    "method": "DELETE",
    "path": "/blockvolumes/{id}",
    "isOpen": false
  },
  {
    "operationId": "blockVolumeExpand",
    "method": "POST",
    "path": "/blockvolumes/{id}/expand",
    "isOpen": false,
    "body": {
      "isRequired": true,
      "parseErrorStatus": 422,
      "schema": {
        "type": "object",
        "required": [
          "new_size"
        ],
        "properties": {
          "new_size": {
            "type": "integer",
            "format": "int64",
            "minimum": 1
          }
        }
      }
    }
  },
  {
    "operationId": "brickEvict",
    "method": "POST",
    "path": "/bricks/to-evict/{id}",
    "isOpen": false,
    "body": {
      "isRequired": false,
      "parseErrorStatus": 422,
      "schema": {
        "type": "object",
        "properties": {
          "healcheck": {
            "type": "string",
            "enum": [
              "",
              "enable",
              "disable"
            ]
          }
        }
      }
    }
  },
  {
    "operationId": "operationCounts",
    "method": "GET",
    "path": "/operations",
    "isOpen": false
  },
  {
    "operationId": "pendingOperationList",
    "method": "GET",
    "path": "/operations/pending",
    "isOpen": false
  },
  {
    "operationId": "pendingOperationInfo",
    "method": "GET",
    "path": "/operations/pending/{id}",
    "isOpen": false
  },
  {
    "operationId": "pendingOperationCancel",
    "method": "POST",
    "path": "/operations/pending/{id}/cancel",
    "isOpen": false
  },
  {
    "operationId": "pendingOperationCleanup",
    "method": "POST",
    "path": "/operations/pending/cleanup",
    "isOpen": false,
    "body": {
      "isRequired": true,
      "parseErrorStatus": 422,
      "schema": {
        "type": "object",
        "properties": {
          "operations": {
            "type": "array",
            "maxItems": 32,
            "items": {
              "type": "string",
              "pattern": "^([A-Fa-f0-9]{32})?$"
            }
          }
        }
      }
    }
  },
  {
    "operationId": "eventList",
    "method": "GET",
    "path": "/events",
    "isOpen": false
  },
  {
    "operationId": "eventStream",
    "method": "GET",
    "path": "/events/stream",
    "isOpen": false,
    "isStream": true
  },
  {
    "operationId": "usage",
    "method": "GET",
    "path": "/usage",
    "isOpen": false
  },
  {
    "operationId": "auditList",
    "method": "GET",
    "path": "/audit",
    "isOpen": false
  },
  {
    "operationId": "databaseBackup",
    "method": "GET",
    "path": "/backup/db",
    "isOpen": false
  },
  {
    "operationId": "databaseDump",
    "method": "GET",
    "path": "/db/dump",
    "isOpen": false
  },
  {
    "operationId": "databaseCheck",
    "method": "GET",
    "path": "/db/check",
    "isOpen": false
  },
  {
    "operationId": "examineGluster",
    "method": "GET",
    "path": "/internal/state/examine/gluster",
    "isOpen": false
  },
  {
    "operationId": "examineDifferences",
    "method": "GET",
    "path": "/internal/state/examine/differences",
    "isOpen": false
  },
  {
    "operationId": "comparisonBegin",
    "method": "POST",
    "path": "/internal/state/examine/differences",
    "isOpen": false,
    "changesNothing": true
  },
  {
    "operationId": "comparisonResult",
    "method": "GET",
    "path": "/internal/state/examine/differences/{id}",
    "isOpen": false
  },
  {
    "operationId": "stateRepair",
    "method": "POST",
    "path": "/internal/state/repair",
    "isOpen": false,
    "body": {
      "isRequired": false,
      "parseErrorStatus": 422,
      "schema": {
        "type": "object",
        "properties": {
          "start": {
            "type": "array",
            "maxItems": 1000,
            "items": {
              "type": "string",
              "pattern": "^[a-zA-Z0-9_-]{1,255}$"
            }
          },
          "destroy": {
            "type": "array",
            "maxItems": 1000,
            "items": {
              "type": "string",
              "pattern": "^vg_[0-9a-f]{32}/[a-zA-Z0-9_.+-]{1,128}$"
            }
          }
        }
      }
    }
  },
  {
    "operationId": "stateRepairPlan",
    "method": "POST",
    "path": "/internal/state/repair/plan",
    "isOpen": false,
    "changesNothing": true,
    "body": {
      "isRequired": false,
      "parseErrorStatus": 422,
      "schema": {
        "type": "object",
        "properties": {
          "start": {
            "type": "array",
            "maxItems": 1000,
            "items": {
              "type": "string",
              "pattern": "^[a-zA-Z0-9_-]{1,255}$"
            }
          },
          "destroy": {
            "type": "array",
            "maxItems": 1000,
            "items": {
              "type": "string",
              "pattern": "^vg_[0-9a-f]{32}/[a-zA-Z0-9_.+-]{1,128}$"
            }
          }
        }
      }
    }
  },
  {
    "operationId": "restoreState",
    "method": "GET",
    "path": "/restore",
    "isOpen": false
  },
  {
    "operationId": "restoreConfirm",
    "method": "POST",
    "path": "/restore/confirm",
    "isOpen": false,
    "whileHeld": "answered"
  },
  {
    "operationId": "logLevels",
    "method": "GET",
    "path": "/internal/logging",
    "isOpen": false
  },
  {
    "operationId": "logLevelsSet",
    "method": "POST",
    "path": "/internal/logging",
    "isOpen": false,
    "whileHeld": "answered",
    "body": {
      "isRequired": true,
      "parseErrorStatus": 400,
      "schema": {
        "type": "object",
        "properties": {
          "loglevel": {
            "type": "object",
            "additionalProperties": {
              "type": "string"
            }
          }
        }
      }
    }
  },
  {
    "operationId": "adminState",
    "method": "GET",
    "path": "/admin",
    "isOpen": false
  },
  {
    "operationId": "adminStateSet",
    "method": "POST",
    "path": "/admin",
    "isOpen": false,
    "whileHeld": "answered",
    "body": {
      "isRequired": true,
      "parseErrorStatus": 400,
      "schema": {
        "type": "object",
        "required": [
          "state"
        ],
        "additionalProperties": false,
        "properties": {
          "state": {
            "type": "string",
            "enum": [
              "normal",
              "read-only",
              "local-client"
            ]
          }
        }
      }
    }
  }
];
