/* Generated from openapi.yaml by scripts/generate-contract.mjs; do not edit. */

export interface paths {
    readonly "/hello": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** Tell that the server is alive */
        readonly get: operations["hello"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/healthz": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /**
         * Whether the process and its database answer, for a liveness probe. Not in Heketi
         * @description The database is asked for a row, and has 2 s to answer. That it takes no change at the moment (its disk is full, or
         *     failed at a commit) does not make the server unhealthy: reads go on, and a restart would end them; `changes` tells.
         */
        readonly get: operations["healthz"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/readyz": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /**
         * Whether requests may be sent here, for a readiness probe. Not in Heketi
         * @description Ready is a server that has looked at the operations an earlier process left (it does not listen before), and has
         *     reached a storage host since its start, or has no online node to reach, or is held on a restored database. Once
         *     ready it stays so until it ends: clients that wait at /queue must not lose their way to it. While no host was
         *     reached, a request has them asked, at most every 15 s, and waits up to 1 s for an answer.
         */
        readonly get: operations["readyz"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/metrics": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** Metrics in the text format of Prometheus */
        readonly get: operations["metrics"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/queue/{id}": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly id: components["parameters"]["Id"];
            };
            readonly cookie?: never;
        };
        /**
         * How asynchronous work stands; the final answer is given once
         * @description While the work runs, the answer is held back for up to 4 s, or until the work ends.
         */
        readonly get: operations["queueEntry"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/clusters": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** Ids of all clusters */
        readonly get: operations["clusterList"];
        readonly put?: never;
        /**
         * Create an empty cluster
         * @description With neither flag given, the cluster takes file and block volumes.
         */
        readonly post: operations["clusterCreate"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/topology": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** All clusters with their volumes and nodes, each of which begins with its own members, then the volumes, then the nodes. Sent while it is read, so that a change may be in one part and not in another. Not in Heketi */
        readonly get: operations["topologyInfo"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/clusters/{id}": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly id: components["parameters"]["Id"];
            };
            readonly cookie?: never;
        };
        /** One cluster */
        readonly get: operations["clusterInfo"];
        readonly put?: never;
        readonly post?: never;
        /** Delete a cluster without nodes and volumes */
        readonly delete: operations["clusterDelete"];
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/clusters/{id}/flags": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly id: components["parameters"]["Id"];
            };
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /** Set both flags; a missing one becomes false */
        readonly post: operations["clusterSetFlags"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/nodes": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /** Add a host to a cluster */
        readonly post: operations["nodeAdd"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/nodes/{id}": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly id: components["parameters"]["Id"];
            };
            readonly cookie?: never;
        };
        /** One node with its devices and their bricks */
        readonly get: operations["nodeInfo"];
        readonly put?: never;
        readonly post?: never;
        /** Delete a node without devices */
        readonly delete: operations["nodeDelete"];
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/nodes/{id}/state": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly id: components["parameters"]["Id"];
            };
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /** Take a node offline, back online, or out of service */
        readonly post: operations["nodeSetState"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/nodes/{id}/hostnames": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly id: components["parameters"]["Id"];
            };
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /**
         * Give a node other names; the queue entry leads to the node. Each new name must be known to lead to the same host, and
         *     the first storage name stays while gluster's volumes have bricks under it. Not in Heketi.
         */
        readonly post: operations["nodeSetHostnames"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/nodes/{id}/lost": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly id: components["parameters"]["Id"];
            };
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /**
         * Give up a node that never returns: its bricks are made anew on others, from their healthy partners and without a
         *     question to the node, and when all is healed it leaves gluster's pool and the database, with its devices. 409
         *     when it lives. Not in Heketi.
         */
        readonly post: operations["nodeLost"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/nodes/{id}/repair": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly id: components["parameters"]["Id"];
            };
            readonly cookie?: never;
        };
        /** Report of the node's last comparison with the store, whoever asked for it. Not in Heketi. */
        readonly get: operations["nodeLastRepair"];
        readonly put?: never;
        /**
         * Compare a node with the store and restore logical volumes, fstab lines, mounts and brick processes. The queue
         *     entry leads to the report under /repairs. Not in Heketi.
         */
        readonly post: operations["nodeRepair"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/nodes/{id}/reinstate": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly id: components["parameters"]["Id"];
            };
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /**
         * Bring a node back under its name whose machine was installed anew, or whose disks were exchanged for empty ones:
         *     devices are set up under their ids, bricks made at their paths, given back to their volumes and healed. What the
         *     disks still hold is kept. The node is offline meanwhile. Not in Heketi.
         */
        readonly post: operations["nodeReinstate"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/repairs/{id}": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly id: components["parameters"]["Id"];
            };
            readonly cookie?: never;
        };
        /** Report of one comparison; the last 200 since the server started are kept. Not in Heketi. */
        readonly get: operations["repairReport"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/nodes/{id}/tags": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly id: components["parameters"]["Id"];
            };
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /** Change the tags of a node */
        readonly post: operations["nodeSetTags"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/hostkeys/forget": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /**
         * Forget the SSH key that is kept of a host which was installed anew: the next connection keeps the one it shows
         *     then. Not in Heketi.
         */
        readonly post: operations["hostKeyForget"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/devices": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /** Make a block device of a node a volume group; the new id is found in the node's info */
        readonly post: operations["deviceAdd"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/devices/preflight": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /**
         * Look at a device of a node as adding it does first: what it is, what is on it, and whether its host has what
         *     bricks need. Changes nothing. Not in Heketi.
         */
        readonly post: operations["devicePreflight"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/devices/health": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** How all devices were last seen by the check of devices. Asks no host. Not in Heketi. */
        readonly get: operations["deviceHealthList"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/devices/{id}/health": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly id: components["parameters"]["Id"];
            };
            readonly cookie?: never;
        };
        /** How a device was last seen by the check of devices. Asks no host. Not in Heketi. */
        readonly get: operations["deviceHealth"];
        readonly put?: never;
        /**
         * Look at all devices of this device's node now. Changes nothing, the recorded sizes neither. A host that can't be
         *     asked makes its devices `unknown`. Not in Heketi.
         */
        readonly post: operations["deviceHealthCheck"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/devices/{id}": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly id: components["parameters"]["Id"];
            };
            readonly cookie?: never;
        };
        /** One device with its bricks */
        readonly get: operations["deviceInfo"];
        readonly put?: never;
        readonly post?: never;
        /** Delete a failed device that holds no bricks */
        readonly delete: operations["deviceDelete"];
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/devices/{id}/state": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly id: components["parameters"]["Id"];
            };
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /** Take a device offline, back online, or out of service */
        readonly post: operations["deviceSetState"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/devices/{id}/resync": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly id: components["parameters"]["Id"];
            };
            readonly cookie?: never;
        };
        /** Read the device's sizes from its host again */
        readonly get: operations["deviceResync"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/devices/{id}/tags": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly id: components["parameters"]["Id"];
            };
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /** Change the tags of a device */
        readonly post: operations["deviceSetTags"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/volumes": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** Ids of all volumes that are complete; the role `user` may ask this */
        readonly get: operations["volumeList"];
        readonly put?: never;
        /** Create a volume; the role `user` may ask this */
        readonly post: operations["volumeCreate"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/volumes/unclaimed": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /**
         * Volumes whose creation's result no client has fetched. Not in Heketi.
         * @description They may be left behind by clients that gave up. A change of the volume by its id, or a claim, takes it off the
         *     list; nothing on it is ever deleted by itself.
         */
        readonly get: operations["volumeListUnclaimed"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/volumes/{id}/claim": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly id: components["parameters"]["Id"];
            };
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /** Say that an unclaimed volume is in use. Not in Heketi. */
        readonly post: operations["volumeClaim"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/placements": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /** Where a volume would be placed, or why nowhere; changes nothing. Not in Heketi. */
        readonly post: operations["placementPlan"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/placements/blockvolumes": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /** Which hosting volume would take a block volume, or why none; changes nothing. Not in Heketi. */
        readonly post: operations["placementPlanBlockVolume"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/placements/evictions": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /** What a removal, an eviction, a loss or a reinstatement would do with each brick, or why not; changes nothing. Not in Heketi. */
        readonly post: operations["placementPlanEvictions"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/placements/expansions": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /**
         * Where an expansion would put its bricks, or why nowhere; changes nothing. Not in Heketi.
         * @description Refuses what `POST /volumes/{id}/expand` would refuse (404, 409).
         */
        readonly post: operations["placementPlanExpansion"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/volumes/{id}": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly id: components["parameters"]["Id"];
            };
            readonly cookie?: never;
        };
        /** One volume; 404 also while it is being created or deleted */
        readonly get: operations["volumeInfo"];
        readonly put?: never;
        readonly post?: never;
        /** Delete a volume and its bricks */
        readonly delete: operations["volumeDelete"];
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/volumes/{id}/expand": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly id: components["parameters"]["Id"];
            };
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /** Add space to a volume */
        readonly post: operations["volumeExpand"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/volumes/{id}/clone": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly id: components["parameters"]["Id"];
            };
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /** Make a new volume from a snapshot of this one */
        readonly post: operations["volumeClone"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/volumes/{id}/health": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly id: components["parameters"]["Id"];
            };
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /**
         * Ask gluster now for a volume's brick sets, which of its bricks run, and what waits to be healed. Changes nothing. Not in
         *     Heketi.
         */
        readonly post: operations["volumeHealthCheck"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/volumes/{id}/adopt-bricks": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly id: components["parameters"]["Id"];
            };
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /**
         * Take over bricks that were moved by hand. Not in Heketi.
         * @description After `gluster volume replace-brick` on known nodes and devices. What does not fit is refused. Nothing on hosts
         *     is changed; bricks that gave their place up are parked, and removed later, when no volume of gluster's has them.
         */
        readonly post: operations["volumeAdoptBricks"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/volumes/{id}/block-restriction": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly id: components["parameters"]["Id"];
            };
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /** Stop or allow placing new block volumes on a block hosting volume */
        readonly post: operations["volumeSetBlockRestriction"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/blockvolumes": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** Ids of all block volumes that are complete */
        readonly get: operations["blockVolumeList"];
        readonly put?: never;
        /** Create a block volume */
        readonly post: operations["blockVolumeCreate"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/blockvolumes/{id}": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly id: components["parameters"]["Id"];
            };
            readonly cookie?: never;
        };
        /** One block volume; 404 also while it is being created or deleted */
        readonly get: operations["blockVolumeInfo"];
        readonly put?: never;
        readonly post?: never;
        /** Delete a block volume */
        readonly delete: operations["blockVolumeDelete"];
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/blockvolumes/{id}/expand": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly id: components["parameters"]["Id"];
            };
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /** Give a block volume a new size */
        readonly post: operations["blockVolumeExpand"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/bricks/to-evict/{id}": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly id: components["parameters"]["Id"];
            };
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /** Move one brick to another device */
        readonly post: operations["brickEvict"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/operations": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** Numbers of recorded and of running operations */
        readonly get: operations["operationCounts"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/operations/pending": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** All recorded operations */
        readonly get: operations["pendingOperationList"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/operations/pending/{id}": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly id: components["parameters"]["Id"];
            };
            readonly cookie?: never;
        };
        /** One recorded operation and its changes */
        readonly get: operations["pendingOperationInfo"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/operations/pending/{id}/cancel": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly id: components["parameters"]["Id"];
            };
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /**
         * End work of many parts after the part that runs. Not in Heketi
         * @description What its parts have done stays. The client that asked for the work is answered at /queue that it was cancelled; until then `progress.cancelled` says so. Asked again meanwhile, it is answered in the same way. Work without parts is finished or taken back as a whole, and refused with 409.
         */
        readonly post: operations["pendingOperationCancel"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/operations/pending/cleanup": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /** Finish or undo stale and failed operations */
        readonly post: operations["pendingOperationCleanup"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/events": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /**
         * What has happened. Not in Heketi
         * @description Each change writes its event in the unit that makes it true: whatever dies, there is exactly one, and none of what
         *     is taken back. Ids grow in the order in which changes are made; nothing ever comes behind an id that was read.
         *     How long events are kept is configured (`events` in heketi.json).
         *
         *     With `since`, events behind that id are listed, the oldest first; without it the newest ones, of which `before`
         *     lists those that came earlier. Both answers are in ascending order.
         */
        readonly get: operations["eventList"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/events/stream": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /**
         * What happens, as it happens (Server-Sent Events). Not in Heketi
         * @description Begins with what is behind the id in the header `Last-Event-ID`, or without it with what happens from now on. The
         *     data of each message is one Event, and its id is that of the event. Where events behind `Last-Event-ID` are not
         *     there any more, a message of the type `gap` comes first. A message without data is a sign of life, sent at
         *     least every 15 s; its id, if it has one, counts.
         *
         *     The stream ends after an hour, and when the server does; a client that takes nothing for a minute is cut off. Each
         *     comes back with the last id it has seen and misses nothing. Of 500 clients that listen at once, the next one is
         *     refused with 429.
         */
        readonly get: operations["eventStream"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/usage": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /**
         * How full devices, volumes and bricks really are. Not in Heketi
         * @description What hosts were last seen to hold, beside what is booked for it. The hosts are asked in the background, one after the
         *     other (`usage_survey` in heketi.json); this asks nobody. What nobody could tell is null, never 0, and `unknown` says why.
         *
         *     A volume has the figures that `df` shows on a mount of it: of each brick set the fullest copy (of dispersed sets as
         *     many times as there are data bricks), all sets added up. The answer is sent while it is made. Of `cluster`, `node`,
         *     `device` and `volume` at most one may be given.
         */
        readonly get: operations["usage"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/audit": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /**
         * Who has asked for which change, and what was answered. Not in Heketi
         * @description Every request that would change something, refused ones included, and every request without a good token, of which
         *     more than 20 in a minute are only counted (`repeats`); while more keep coming, 20 in up to an hour. Bodies are not
         *     kept, but for the ids in them. What became of an accepted request, the events with the same request id tell.
         *
         *     Pages are as in /events.
         */
        readonly get: operations["auditList"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/backup/db": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /**
         * A complete and consistent copy of the database file
         * @description A server that is started on the copy is held (see /restore), unless the header X-Backup-Purpose says that the copy
         *     is for the server that goes on in place of this one. A server that is held hands out nothing but copies of a copy.
         *
         *     Also where the database is on a PostgreSQL: the file is then made of all its rows, of one state, in TMPDIR. One copy is
         *     made, and taken, at a time: up to eight more wait for it, for a minute each. One that has not been taken after ten
         *     minutes is cut off.
         */
        readonly get: operations["databaseBackup"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/db/dump": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /**
         * The whole database as JSON, indented
         * @description Of one state, sent while it is read from a copy. One answer of this kind, or of /db/check, is made at a time: up to
         *     eight more wait for it, for a minute each. One that has not been taken after ten minutes is cut off.
         */
        readonly get: operations["databaseDump"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/db/check": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /**
         * Contradictions within the database, indented
         * @description As /db/dump. Of more than 50 hosts that differ, a text names the first ten.
         */
        readonly get: operations["databaseCheck"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/internal/state/examine/gluster": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** Differences between the database and the hosts, indented; takes long */
        readonly get: operations["examineGluster"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/internal/state/examine/differences": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** What the database and the hosts disagree about, and what to do; takes long, changes nothing. Not in Heketi */
        readonly get: operations["examineDifferences"];
        readonly put?: never;
        /** Begin the same comparison; while it runs, /queue/{id} tells in X-Progress how many hosts have been asked. Not in Heketi */
        readonly post: operations["comparisonBegin"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/internal/state/examine/differences/{id}": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly id: components["parameters"]["Id"];
            };
            readonly cookie?: never;
        };
        /** What came of a comparison that was begun so; for five minutes, and as long as the server runs. Not in Heketi */
        readonly get: operations["comparisonResult"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/internal/state/repair": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /**
         * Repair what the database and the hosts disagree about: what is safe by itself, and what is named. Each step
         *     looks itself at what it changes. Work of many parts, which can be cancelled; what is left to a person is left. Not in Heketi.
         */
        readonly post: operations["stateRepair"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/internal/state/repair/plan": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /** What a repair would do with each difference, or why not; takes long, changes nothing. Not in Heketi. */
        readonly post: operations["stateRepairPlan"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/restore": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /**
         * Whether the server is held on a restored database, and the differences to the hosts then; takes long. Not in Heketi
         * @description While a server is held, hosts are only read. What is answered in read-only mode is answered, and so are operations with
         *     `x-while-held: answered`; all others are refused with 503.
         */
        readonly get: operations["restoreState"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/restore/confirm": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /** Let a server that is held work on its hosts from now on. Not in Heketi */
        readonly post: operations["restoreConfirm"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/internal/logging": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** The log level */
        readonly get: operations["logLevels"];
        readonly put?: never;
        /** Change the log level until the next start */
        readonly post: operations["logLevelsSet"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/admin": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** Who may change things */
        readonly get: operations["adminState"];
        readonly put?: never;
        /** Allow changes to all, to clients on this host only, or to nobody, until the next start */
        readonly post: operations["adminStateSet"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        readonly Id: string;
        readonly Uuid: string;
        readonly Name: string;
        readonly ClientName: string;
        /** Format: host */
        readonly Host: string;
        /** @enum {string} */
        readonly EntryState: "online" | "offline" | "failed";
        /** @enum {string} */
        readonly HealCheck: "" | "enable" | "disable";
        readonly Tags: {
            readonly [key: string]: string;
        };
        readonly RequestedTags: {
            readonly [key: string]: string;
        };
        readonly ClusterFlags: {
            readonly block?: boolean;
            readonly file?: boolean;
        };
        readonly ClusterList: {
            readonly clusters: readonly components["schemas"]["Id"][];
        };
        readonly ClusterInfo: {
            readonly id: components["schemas"]["Id"];
            readonly nodes: readonly components["schemas"]["Id"][];
            readonly volumes: readonly components["schemas"]["Id"][];
            readonly block: boolean;
            readonly file: boolean;
            readonly blockvolumes: readonly components["schemas"]["Id"][];
        };
        readonly TopologyInfo: {
            readonly clusters: readonly {
                readonly id: components["schemas"]["Id"];
                readonly block: boolean;
                readonly file: boolean;
                readonly volumes: readonly components["schemas"]["VolumeInfo"][];
                readonly nodes: readonly components["schemas"]["NodeInfo"][];
            }[];
        };
        readonly NodeAdd: {
            /** Format: int64 */
            readonly zone: number | bigint;
            readonly hostnames: {
                readonly manage: readonly components["schemas"]["Host"][];
                readonly storage: readonly components["schemas"]["Host"][];
            };
            readonly cluster: components["schemas"]["Uuid"];
            readonly tags?: components["schemas"]["RequestedTags"];
        };
        readonly NodeInfo: {
            /** Format: int64 */
            readonly zone: number | bigint;
            readonly hostnames: {
                readonly manage: readonly string[];
                readonly storage: readonly string[];
            };
            readonly cluster: string;
            readonly tags?: components["schemas"]["Tags"];
            readonly id: components["schemas"]["Id"];
            readonly state: components["schemas"]["EntryState"];
            readonly devices: readonly components["schemas"]["DeviceInfo"][];
        };
        readonly StateChange: {
            readonly state: components["schemas"]["EntryState"];
            readonly healcheck?: components["schemas"]["HealCheck"];
        };
        readonly TagsChange: {
            /** @enum {string} */
            readonly change_type: "set" | "update" | "delete";
            readonly tags?: components["schemas"]["RequestedTags"];
        };
        readonly DeviceAdd: {
            readonly name: string;
            readonly node: components["schemas"]["Uuid"];
            readonly destroydata?: boolean;
            readonly tags?: components["schemas"]["RequestedTags"];
        };
        readonly DeviceDelete: {
            readonly forceforget?: boolean;
        };
        readonly DeviceInfo: {
            readonly name: string;
            readonly tags?: components["schemas"]["Tags"];
            readonly storage: components["schemas"]["StorageSize"];
            readonly id: components["schemas"]["Id"];
            readonly paths?: readonly string[];
            readonly pv_uuid?: string;
            readonly state: components["schemas"]["EntryState"];
            readonly bricks: readonly components["schemas"]["BrickInfo"][];
        };
        readonly StorageSize: {
            /** Format: int64 */
            readonly total: number | bigint;
            /** Format: int64 */
            readonly free: number | bigint;
            /** Format: int64 */
            readonly used: number | bigint;
        };
        readonly BrickInfo: {
            readonly id: string;
            readonly path: string;
            readonly device: string;
            readonly node: string;
            readonly volume: string;
            /** Format: int64 */
            readonly size: number | bigint;
        };
        readonly VolumeCreate: {
            /** Format: int64 */
            readonly size: number | bigint;
            readonly clusters?: readonly string[];
            readonly name?: components["schemas"]["Name"];
            readonly durability?: {
                /** @enum {string} */
                readonly type?: "" | "none" | "replicate" | "disperse";
                readonly replicate?: {
                    /** Format: int64 */
                    readonly replica?: number | bigint;
                };
                readonly disperse?: {
                    /** Format: int64 */
                    readonly data?: number | bigint;
                    /** Format: int64 */
                    readonly redundancy?: number | bigint;
                };
            };
            /** Format: int64 */
            readonly gid?: number | bigint;
            readonly glustervolumeoptions?: readonly string[];
            readonly block?: boolean;
            readonly snapshot?: {
                readonly enable?: boolean;
                /** Format: float */
                readonly factor?: number;
            };
            readonly client_name?: components["schemas"]["ClientName"];
        };
        readonly VolumeList: {
            readonly volumes: readonly components["schemas"]["Id"][];
            readonly client_name?: string;
        };
        readonly UnclaimedVolumes: {
            readonly volumes: readonly components["schemas"]["UnclaimedVolume"][];
        };
        readonly UnclaimedVolume: {
            readonly id: components["schemas"]["Id"];
            readonly name: string;
            readonly cluster: components["schemas"]["Id"];
            /** @description GiB */
            readonly size: number;
            /** @description When it was there, in ISO 8601 */
            readonly since: string;
        };
        readonly VolumeInfo: {
            /** Format: int64 */
            readonly size: number | bigint;
            readonly name: string;
            readonly durability: {
                /** @enum {string} */
                readonly type: "none" | "replicate" | "disperse";
                readonly replicate: {
                    /** Format: int64 */
                    readonly replica?: number | bigint;
                };
                readonly disperse: {
                    /** Format: int64 */
                    readonly data?: number | bigint;
                    /** Format: int64 */
                    readonly redundancy?: number | bigint;
                };
            };
            /** Format: int64 */
            readonly gid?: number | bigint;
            readonly glustervolumeoptions?: readonly string[];
            readonly block?: boolean;
            readonly snapshot: {
                readonly enable: boolean;
                /** Format: float */
                readonly factor: number;
            };
            readonly id: components["schemas"]["Id"];
            readonly cluster: string;
            readonly mount: {
                readonly glusterfs: {
                    readonly hosts: readonly string[];
                    readonly device: string;
                    readonly options: {
                        readonly [key: string]: string;
                    };
                };
            };
            readonly blockinfo: {
                /** Format: int64 */
                readonly freesize?: number | bigint;
                /** Format: int64 */
                readonly reservedsize?: number | bigint;
                readonly blockvolume?: readonly string[];
                readonly restriction?: string;
            };
            readonly bricks: readonly components["schemas"]["BrickInfo"][];
            readonly client_name?: string;
            readonly cloned_from?: components["schemas"]["Id"];
        };
        readonly VolumeExpand: {
            /** Format: int64 */
            readonly expand_size: number | bigint;
            /** Format: int64 */
            readonly from_size?: number | bigint;
        };
        readonly VolumeClone: {
            readonly name?: components["schemas"]["Name"];
            readonly client_name?: components["schemas"]["ClientName"];
        };
        readonly BlockRestriction: {
            /** @enum {string} */
            readonly restriction?: "" | "locked";
        };
        readonly VolumeHealth: {
            readonly volumeId: components["schemas"]["Id"];
            /** @enum {string} */
            readonly state: "started" | "stopped" | "missing" | "unknown";
            readonly sets: readonly (readonly components["schemas"]["BrickHealth"][])[];
            readonly unknown: readonly string[];
        };
        readonly BrickHealth: {
            readonly brickId: string | null;
            readonly name: string;
            readonly isArbiter: boolean;
            readonly isRunning: boolean | null;
            readonly healEntries: number | null;
        };
        readonly HostKeyForget: {
            readonly host: components["schemas"]["Host"];
        };
        readonly DevicePreflightRequest: {
            readonly node: components["schemas"]["Uuid"];
            readonly name: string;
        };
        readonly DevicePreflight: {
            readonly nodeId: string;
            readonly host: string;
            readonly device: string;
            readonly sizeKib: number | null;
            readonly isUsable: boolean;
            readonly isUsableIfWiped: boolean;
            readonly checks: readonly {
                readonly name: string;
                /** @enum {string} */
                readonly result: "ok" | "warning" | "problem" | "unknown";
                readonly detail: string;
                readonly advice: string | null;
                readonly isMendedByWiping: boolean;
            }[];
        };
        readonly NodeHostnames: {
            readonly manage?: readonly components["schemas"]["Host"][];
            readonly storage?: readonly components["schemas"]["Host"][];
        };
        readonly NodeLoss: {
            readonly healcheck?: components["schemas"]["HealCheck"];
            readonly hostanswers?: boolean;
        };
        readonly DeviceHealthList: {
            readonly devices: readonly components["schemas"]["DeviceHealth"][];
        };
        readonly DeviceHealth: {
            readonly deviceId: string;
            readonly deviceName: string;
            readonly nodeId: string;
            readonly host: string;
            /** @enum {string} */
            readonly condition: "ok" | "bricks-down" | "doubtful" | "broken" | "unknown";
            readonly reason: string;
            readonly bricksDown: readonly string[];
            readonly notes: readonly string[];
            readonly checkedAt: string | null;
            readonly command: string | null;
        };
        readonly NodeRepair: {
            readonly dryrun?: boolean;
        };
        readonly NodeReinstate: {
            readonly disks?: components["schemas"]["NamedDisks"];
        };
        readonly NamedDisks: {
            readonly [key: string]: string;
        };
        readonly RepairReport: {
            readonly id: string;
            readonly nodeId: string;
            readonly host: string;
            readonly isDryRun: boolean;
            readonly startedAt: string;
            readonly finishedAt: string;
            readonly isHealthy: boolean;
            readonly findings: readonly {
                readonly kind: string;
                readonly volumeId: string;
                readonly volumeName: string;
                readonly brickId: string | null;
                /** @enum {string} */
                readonly outcome: "repairable" | "repaired" | "failed" | "left alone";
                readonly detail: string;
            }[];
            readonly unreadable: readonly string[];
        };
        readonly VolumePlan: {
            readonly fits: boolean;
            readonly clusterId: string | null;
            readonly bricks: readonly components["schemas"]["PlannedBrick"][];
            readonly refusals: readonly components["schemas"]["ClusterRefusal"][];
            readonly largestGib: number;
        };
        readonly PlannedExpansionRequest: {
            readonly id: string;
            /** Format: int64 */
            readonly expand_size: number | bigint;
        };
        readonly PlannedRemovalRequest: {
            /** @enum {string} */
            readonly change: "remove-device" | "remove-node" | "lose-node" | "reinstate-node" | "evict-brick";
            readonly id: string;
            readonly healcheck?: components["schemas"]["HealCheck"];
            readonly hostanswers?: boolean;
            readonly disks?: components["schemas"]["NamedDisks"];
        };
        readonly PlannedRemoval: {
            readonly isPossible: boolean;
            readonly obstacle: string | null;
            readonly movable: number;
            readonly healKib: number;
            readonly unknownHeals: number;
            readonly bricks: readonly components["schemas"]["PlannedEviction"][];
            readonly healing: readonly {
                readonly brickId: string;
                readonly volumeId: string;
                readonly entriesLeft: number | null;
            }[];
        };
        readonly PlannedEviction: {
            readonly brickId: string;
            readonly volumeId: string;
            readonly volumeName: string;
            readonly sizeKib: number;
            readonly from: {
                readonly nodeId: string;
                readonly nodeName: string;
                readonly zone: number;
                readonly deviceId: string;
                readonly deviceName: string;
            };
            readonly healKib: number | null;
            readonly to: null | {
                readonly nodeId: string;
                readonly nodeName: string;
                readonly zone: number;
                readonly deviceId: string;
                readonly deviceName: string;
                readonly takesKib: number;
                readonly freeAfterKib: number;
            };
            readonly obstacle: string | null;
            readonly counts: components["schemas"]["RefusalCounts"];
            readonly devices: readonly components["schemas"]["RefusingDevice"][];
        };
        readonly PlannedBrick: {
            readonly set: number;
            readonly nodeId: string;
            readonly nodeName: string;
            readonly zone: number;
            readonly deviceId: string;
            readonly deviceName: string;
            readonly isArbiter: boolean;
            readonly sizeKib: number;
            readonly takesKib: number;
            readonly freeAfterKib: number;
        };
        readonly ClusterRefusal: {
            readonly clusterId: string;
            readonly text: string;
            readonly explanation: string;
            readonly counts: components["schemas"]["RefusalCounts"];
            readonly devices: readonly components["schemas"]["RefusingDevice"][];
        };
        readonly RefusalCounts: {
            readonly [key: string]: number;
        };
        readonly RefusingDevice: {
            readonly nodeId: string;
            readonly nodeName: string;
            readonly deviceId: string;
            readonly deviceName: string;
            readonly zone: number;
            readonly freeKib: number;
            readonly refusal: string;
            readonly detail: string;
        };
        readonly BlockVolumePlan: {
            readonly fits: boolean;
            readonly hosting: null | {
                readonly id: string;
                readonly name: string;
                readonly clusterId: string;
                readonly freeGib: number;
            };
            readonly newHosting: null | components["schemas"]["VolumePlan"];
            readonly reason: string;
            readonly refusals: readonly {
                readonly volumeId: string;
                readonly name: string;
                readonly freeGib: number;
                readonly text: string;
            }[];
            readonly largestGib: number;
        };
        readonly BlockVolumeCreate: {
            /** Format: int64 */
            readonly size: number | bigint;
            readonly clusters?: readonly string[];
            readonly name?: components["schemas"]["Name"];
            /** Format: int64 */
            readonly hacount?: number | bigint;
            readonly auth?: boolean;
        };
        readonly BlockVolumeExpand: {
            /** Format: int64 */
            readonly new_size: number | bigint;
        };
        readonly BlockVolumeList: {
            readonly blockvolumes: readonly components["schemas"]["Id"][];
        };
        readonly BlockVolumeInfo: {
            /** Format: int64 */
            readonly size: number | bigint;
            readonly name: string;
            /** Format: int64 */
            readonly hacount?: number | bigint;
            readonly id: components["schemas"]["Id"];
            readonly blockvolume: {
                readonly hosts: readonly string[];
                readonly iqn: string;
                /** Format: int64 */
                readonly lun: number | bigint;
                readonly username: string;
                readonly password: string;
            };
            readonly cluster?: string;
            readonly blockhostingvolume?: string;
            /** Format: int64 */
            readonly usablesize?: number | bigint;
        };
        readonly BrickEvict: {
            readonly healcheck?: components["schemas"]["HealCheck"];
        };
        readonly OperationCounts: {
            readonly total: number;
            readonly in_flight: number;
            readonly stale: number;
            readonly failed: number;
            readonly new: number;
        };
        readonly PendingOperation: {
            readonly id: components["schemas"]["Id"];
            readonly type_name: string;
            /** @enum {string} */
            readonly status: "" | "stale" | "failed";
            /** @enum {string} */
            readonly sub_status: "" | "in-flight";
            readonly progress?: components["schemas"]["OperationProgress"];
        };
        readonly PendingOperationList: {
            readonly pendingoperations: readonly components["schemas"]["PendingOperation"][];
        };
        readonly PendingOperationInfo: {
            readonly id: components["schemas"]["Id"];
            readonly type_name: string;
            /** @enum {string} */
            readonly status: "" | "stale" | "failed";
            /** @enum {string} */
            readonly sub_status: "" | "in-flight";
            readonly changes: readonly {
                readonly id: string;
                readonly description: string;
            }[];
            readonly last_error?: string;
            readonly tries?: number;
            readonly next_try?: string;
            readonly progress?: components["schemas"]["OperationProgress"];
            readonly copied_at?: string;
        };
        readonly AuditList: {
            readonly entries: readonly components["schemas"]["AuditEntry"][];
            readonly since: number;
            readonly before?: number;
            readonly more: boolean;
            readonly missing?: boolean;
        };
        readonly AuditEntry: {
            readonly id: number;
            readonly time: string;
            readonly issuer?: string;
            readonly address: string;
            readonly request: string;
            readonly method: string;
            readonly path: string;
            readonly action?: string;
            readonly ids: readonly string[];
            readonly status: number;
            /** @enum {string} */
            readonly outcome: "done" | "accepted" | "refused" | "failed";
            readonly reason?: string;
            readonly duration_ms: number;
            readonly repeats?: number;
        };
        readonly Usage: {
            readonly devices: readonly components["schemas"]["DeviceUsage"][];
            readonly volumes: readonly components["schemas"]["VolumeUsage"][];
            readonly bricks: readonly components["schemas"]["BrickUsage"][];
        };
        readonly DeviceUsage: {
            readonly id: string;
            readonly name: string;
            readonly node: string;
            readonly cluster: string;
            readonly sizeKib: number;
            readonly bookedKib: number;
            readonly usedKib: number | null;
            readonly dataPercent: number | null;
            readonly metadataPercent: number | null;
            readonly healEntries: number | null;
            readonly checkedAt: string | null;
            readonly unknown: readonly string[];
        };
        readonly VolumeUsage: {
            readonly id: string;
            readonly name: string;
            readonly cluster: string;
            readonly sizeGib: number;
            readonly totalKib: number | null;
            readonly usedKib: number | null;
            readonly freeKib: number | null;
            readonly healEntries: number | null;
            readonly checkedAt: string | null;
            readonly unknown: readonly string[];
        };
        readonly BrickUsage: {
            readonly id: string;
            readonly volume: string;
            readonly device: string;
            readonly node: string;
            readonly sizeKib: number;
            readonly totalKib: number | null;
            readonly usedKib: number | null;
            readonly freeKib: number | null;
            readonly pool: {
                readonly name: string;
                readonly sizeKib: number | null;
                readonly dataPercent: number | null;
                readonly metadataPercent: number | null;
            } | null;
            readonly healEntries: number | null;
            readonly checkedAt: string | null;
            readonly unknown: readonly string[];
        };
        readonly EventList: {
            readonly events: readonly components["schemas"]["Event"][];
            readonly since: number;
            readonly before?: number;
            readonly more: boolean;
            readonly missing?: boolean;
        };
        readonly Event: {
            readonly id: number;
            readonly time: string;
            readonly type: components["schemas"]["EventType"];
            readonly subject: components["schemas"]["EventSubject"];
            readonly cluster?: string;
            readonly operation?: {
                readonly id: string;
                readonly type: string;
            };
            readonly by?: {
                readonly issuer?: string;
                readonly request: string;
            };
            readonly reason?: string;
            readonly details?: components["schemas"]["EventDetails"];
        };
        readonly EventSubject: {
            /** @enum {string} */
            readonly kind: "cluster" | "node" | "device" | "volume" | "brick" | "block-volume" | "operation" | "server";
            readonly id: string;
            readonly name?: string;
        };
        readonly EventDetails: {
            readonly size?: number;
            readonly complete?: boolean;
            /** @enum {string} */
            readonly state?: "online" | "offline" | "failed";
            /** @enum {string} */
            readonly condition?: "ok" | "bricks-down" | "doubtful" | "broken" | "unknown";
            readonly source?: string;
            readonly volume?: string;
            readonly replaced_by?: string;
            readonly node?: string;
            readonly request?: string;
            readonly count?: number;
            readonly changes?: number;
            readonly device?: string;
            readonly pool?: string;
            /** @enum {string} */
            readonly part?: "data" | "metadata";
            readonly percent?: number;
        };
        /**
         * @description Of what was done: `cluster.created`, `cluster.changed` (its flags), `cluster.deleted`; `node.added`, `node.deleted`,
         *     `node.state-changed`, `node.changed` (tags, names), `node.removed` (emptied, as are all its devices), `node.lost`
         *     (rebuilt elsewhere), `node.forgotten` (out of the pool and the database, with its devices), `node.rejoined`,
         *     `node.reinstated` (back, and online); `device.added`, `device.deleted`, `device.state-changed`, `device.changed`
         *     (tags), `device.removed` (emptied), `device.reinstated`, `device.resynced` (other sizes were read);
         *     `volume.created`, `volume.expanded`, `volume.cloned` (the subject is the clone), `volume.deleted`, `volume.changed`
         *     (its block restriction), `volume.claimed`, `volume.adopted` (it was known to gluster only), `volume.started`,
         *     `volume.bricks-adopted`; `brick.replaced`, `brick.reinstated` and, once its set is healed, `brick.healed`;
         *     `block-volume.created`, `block-volume.expanded`, `block-volume.deleted`; `state.repaired`, `node.mounts-restored`,
         *     `node.fstab-line-deleted`, `device.unclaimed-removed` (parts of a state repair); `database.restored` (a restored
         *     copy was confirmed).
         *
         *     Of what failed: `operation.failed` with its reason, whatever the operation was; with `complete: false` its record
         *     stays, and `operation.undone`, or what it was to do, follows. `operation.superseded`: another request took its place.
         *     `request.failed`: the same of a request without an operation.
         *
         *     Of what was left: `leftovers.removed` (bricks on hosts that could not be reached), `leftovers.dropped` (their device
         *     or node was given up), `operation.ended` (a record of Heketi's).
         *
         *     Of what was seen: `node.down`, `node.up` (glusterd answers or not), `node.repaired` (mounts and brick processes),
         *     `device.condition-changed`, `brick.pool-filling` (data or metadata of its thin pool passed 80 %), `brick.pool-relieved`
         *     (it is below 75 % again), `state.compared` (differences between hosts and database were found), `backup.made`,
         *     `backup.failed`. The same thing seen again is not told again; of what changes all the time (a node whose link flaps)
         *     no more than six changes an hour are; what it is when the hour is over is told then, with `changes` that were not.
         * @enum {string}
         */
        readonly EventType: "cluster.created" | "cluster.changed" | "cluster.deleted" | "node.added" | "node.deleted" | "node.state-changed" | "node.changed" | "node.removed" | "node.lost" | "node.forgotten" | "node.rejoined" | "node.reinstated" | "node.down" | "node.up" | "node.repaired" | "node.mounts-restored" | "node.fstab-line-deleted" | "device.added" | "device.deleted" | "device.state-changed" | "device.changed" | "device.removed" | "device.reinstated" | "device.resynced" | "device.condition-changed" | "device.unclaimed-removed" | "volume.created" | "volume.expanded" | "volume.cloned" | "volume.deleted" | "volume.changed" | "volume.claimed" | "volume.adopted" | "volume.started" | "volume.bricks-adopted" | "brick.replaced" | "brick.reinstated" | "brick.healed" | "brick.pool-filling" | "brick.pool-relieved" | "block-volume.created" | "block-volume.expanded" | "block-volume.deleted" | "state.repaired" | "state.compared" | "operation.failed" | "operation.undone" | "operation.superseded" | "operation.ended" | "leftovers.removed" | "leftovers.dropped" | "request.failed" | "backup.made" | "backup.failed" | "database.restored";
        readonly OperationProgress: {
            readonly done: number;
            readonly total?: number;
            readonly current: string;
            readonly failure?: string;
            readonly cancelled?: boolean;
            readonly healing?: readonly {
                readonly id: string;
                readonly volume: string;
                readonly entries?: number;
            }[];
            readonly refused?: readonly {
                readonly id: string;
                readonly reason: string;
            }[];
        };
        readonly OperationsCleanup: {
            readonly operations?: readonly string[];
        };
        readonly DatabaseDump: {
            readonly clusterentries: components["schemas"]["DumpEntries"];
            readonly volumeentries: components["schemas"]["DumpEntries"];
            readonly brickentries: components["schemas"]["DumpEntries"];
            readonly nodeentries: components["schemas"]["DumpEntries"];
            readonly deviceentries: components["schemas"]["DumpEntries"];
            readonly blockvolumeentries: components["schemas"]["DumpEntries"];
            readonly dbattributeentries: components["schemas"]["DumpEntries"];
            readonly pendingoperations: components["schemas"]["DumpEntries"];
        };
        readonly DumpEntries: {
            readonly [key: string]: unknown;
        };
        readonly DatabaseCheck: {
            readonly clusters: components["schemas"]["KindCheck"];
            readonly volumes: components["schemas"]["KindCheck"];
            readonly bricks: components["schemas"]["KindCheck"];
            readonly nodes: components["schemas"]["KindCheck"];
            readonly devices: components["schemas"]["KindCheck"];
            readonly blockvolumes: components["schemas"]["KindCheck"];
            readonly dbattributes: components["schemas"]["KindCheck"];
            readonly pendingoperations: components["schemas"]["KindCheck"];
            readonly totalinconsistencies: number;
        };
        readonly KindCheck: {
            readonly total: number;
            readonly pending: number;
            readonly ok: number;
            readonly notok: number;
            readonly inconsistencies: readonly string[] | null;
        };
        readonly Examination: {
            readonly heketidb: components["schemas"]["DatabaseDump"];
            readonly report: readonly string[];
            readonly clusters: readonly components["schemas"]["ExaminedCluster"][] | null;
        };
        readonly ExaminedCluster: {
            readonly ClusterHeketiID: string;
            readonly NodesData: readonly {
                readonly NodeHeketiID: string;
                readonly VolumeInfo?: unknown;
                readonly LVMPVInfo?: unknown;
                readonly LVMVGInfo?: unknown;
                readonly LVMLVInfo?: unknown;
                readonly BricksMountStatus?: unknown;
                readonly BlockVolumeNames?: readonly string[] | null;
            }[] | null;
        };
        readonly PoolDifferences: {
            readonly differences: readonly {
                readonly kind: string;
                readonly cluster: string;
                readonly host: string;
                readonly subject: string;
                readonly text: string;
                readonly remedy: string;
            }[];
            readonly notcompared: readonly {
                readonly cluster: string;
                readonly host: string;
                readonly reason: string;
            }[];
            readonly pendingoperations: readonly string[];
        };
        readonly StateRepair: {
            readonly start?: readonly string[];
            readonly destroy?: readonly string[];
        };
        readonly PlannedStateRepair: {
            readonly isPossible: boolean;
            readonly obstacle: string | null;
            readonly repairable: number;
            readonly steps: readonly {
                readonly step: string;
                readonly clusterId: string;
                readonly host: string;
                readonly text: string;
            }[];
            readonly differences: readonly {
                readonly kind: string;
                readonly clusterId: string;
                readonly host: string;
                readonly subject: string;
                readonly text: string;
                readonly remedy: string;
                readonly step: string | null;
                readonly obstacle: string | null;
            }[];
            readonly notCompared: readonly {
                readonly clusterId: string;
                readonly host: string;
                readonly reason: string;
            }[];
            readonly pendingOperations: readonly string[];
        };
        readonly LogLevels: {
            readonly loglevel: {
                /** @enum {string} */
                readonly glusterfs: "none" | "critical" | "error" | "warning" | "info" | "debug";
            };
        };
        readonly LogLevelsChange: {
            readonly loglevel?: {
                readonly [key: string]: string;
            };
        };
        readonly RestoreState: {
            readonly held: boolean;
            readonly started_at: string;
            readonly copied_at?: string;
            readonly differences?: components["schemas"]["PoolDifferences"];
        };
        readonly Health: {
            /** @constant */
            readonly healthy: true;
            /** @enum {string} */
            readonly changes: "accepted" | "refused";
            readonly reason?: string;
        };
        readonly Readiness: {
            /** @constant */
            readonly ready: true;
        };
        readonly AdminState: {
            /** @enum {string} */
            readonly state: "normal" | "read-only" | "local-client";
        };
    };
    responses: {
        /** @description Begun; `Location` names the queue entry to poll */
        readonly Accepted: {
            headers: {
                readonly Location: string;
                readonly [name: string]: unknown;
            };
            content?: never;
        };
        /** @description Done; `Location` names the resulting resource */
        readonly Done: {
            headers: {
                readonly Location: string;
                readonly [name: string]: unknown;
            };
            content?: never;
        };
        /** @description What was found, and what came of it */
        readonly RepairReport: {
            headers: {
                readonly [name: string]: unknown;
            };
            content: {
                readonly "application/json": components["schemas"]["RepairReport"];
            };
        };
        /** @description All tags as they are now */
        readonly Tags: {
            headers: {
                readonly [name: string]: unknown;
            };
            content: {
                readonly "application/json": components["schemas"]["Tags"];
            };
        };
        /**
         * @description A value breaks a rule (`validation failed: field: reason.`), something it refers to is not as it must be, or
         *     the Authorization header is not `bearer <token>`
         */
        readonly BadRequest: {
            headers: {
                readonly [name: string]: unknown;
            };
            content: {
                readonly "text/plain": string;
            };
        };
        /** @description No valid token, or not of the role this needs */
        readonly Unauthorized: {
            headers: {
                readonly [name: string]: unknown;
            };
            content: {
                readonly "text/plain": string;
            };
        };
        /** @description No such object */
        readonly NotFound: {
            headers: {
                readonly [name: string]: unknown;
            };
            content: {
                readonly "text/plain": string;
            };
        };
        /** @description The object exists, is in use, or is being changed */
        readonly Conflict: {
            headers: {
                readonly [name: string]: unknown;
            };
            content: {
                readonly "text/plain": string;
            };
        };
        /** @description The request body is larger than 1 MiB */
        readonly TooLarge: {
            headers: {
                readonly [name: string]: unknown;
            };
            content: {
                readonly "text/plain": string;
            };
        };
        /** @description The body is not the JSON this route reads, or contradicts an earlier request with the same key */
        readonly Unparsable: {
            headers: {
                readonly [name: string]: unknown;
            };
            content: {
                readonly "text/plain": string;
            };
        };
        /** @description Too much is going on; try later, in `Retry-After` seconds where it is sent */
        readonly Busy: {
            headers: {
                readonly [name: string]: unknown;
            };
            content: {
                readonly "text/plain": string;
            };
        };
        /** @description No place was found for it, or the work did not succeed */
        readonly Failed: {
            headers: {
                readonly [name: string]: unknown;
            };
            content: {
                readonly "text/plain": string;
            };
        };
        /** @description Closed for maintenance, or shutting down */
        readonly Unavailable: {
            headers: {
                readonly [name: string]: unknown;
            };
            content: {
                readonly "text/plain": string;
            };
        };
        /** @description The reason, in a sentence */
        readonly NotWell: {
            headers: {
                readonly [name: string]: unknown;
            };
            content: {
                readonly "text/plain": string;
            };
        };
    };
    parameters: {
        readonly Id: string;
        /** @description Tell of every device that takes no brick, not only of the nearest */
        readonly All: boolean;
    };
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    readonly hello: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Exactly `Hello from Heketi`, without a line end */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "text/plain": "Hello from Heketi";
                };
            };
        };
    };
    readonly healthz: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Both answer */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Health"];
                };
            };
            readonly 503: components["responses"]["NotWell"];
        };
    };
    readonly readyz: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Ready */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Readiness"];
                };
            };
            readonly 503: components["responses"]["NotWell"];
        };
    };
    readonly metrics: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Metrics named heketi_* are the original's, those named mortar_* are ours */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "text/plain": string;
                };
            };
        };
    };
    readonly queueEntry: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /**
                 * @description `none`: in place of 303, 204 with the same Location. A browser would follow a redirect by itself, with the token
                 *     that was made for this path, and not tell its page where to. Not in Heketi.
                 */
                readonly "X-Redirect"?: "none";
            };
            readonly path: {
                readonly id: components["parameters"]["Id"];
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Still running, after some seconds */
            readonly 200: {
                headers: {
                    readonly "X-Pending": "true";
                    readonly "X-Progress"?: string;
                    readonly [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Done, without a resulting resource */
            readonly 204: {
                headers: {
                    readonly Location?: string;
                    readonly [name: string]: unknown;
                };
                content?: never;
            };
            readonly 303: components["responses"]["Done"];
            readonly 400: components["responses"]["BadRequest"];
            readonly 401: components["responses"]["Unauthorized"];
            readonly 404: components["responses"]["NotFound"];
            readonly 500: components["responses"]["Failed"];
        };
    };
    readonly clusterList: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description In ascending order */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["ClusterList"];
                };
            };
            readonly 400: components["responses"]["BadRequest"];
            readonly 401: components["responses"]["Unauthorized"];
        };
    };
    readonly clusterCreate: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": components["schemas"]["ClusterFlags"];
            };
        };
        readonly responses: {
            /** @description Created */
            readonly 201: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["ClusterInfo"];
                };
            };
            readonly 400: components["responses"]["BadRequest"];
            readonly 401: components["responses"]["Unauthorized"];
            readonly 413: components["responses"]["TooLarge"];
            readonly 422: components["responses"]["Unparsable"];
            readonly 503: components["responses"]["Unavailable"];
        };
    };
    readonly topologyInfo: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description As heketi-cli topology info --json prints it */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["TopologyInfo"];
                };
            };
            readonly 400: components["responses"]["BadRequest"];
            readonly 401: components["responses"]["Unauthorized"];
        };
    };
    readonly clusterInfo: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly id: components["parameters"]["Id"];
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description The cluster */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["ClusterInfo"];
                };
            };
            readonly 400: components["responses"]["BadRequest"];
            readonly 401: components["responses"]["Unauthorized"];
            readonly 404: components["responses"]["NotFound"];
        };
    };
    readonly clusterDelete: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly id: components["parameters"]["Id"];
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Deleted */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content?: never;
            };
            readonly 400: components["responses"]["BadRequest"];
            readonly 401: components["responses"]["Unauthorized"];
            readonly 404: components["responses"]["NotFound"];
            readonly 409: components["responses"]["Conflict"];
            readonly 413: components["responses"]["TooLarge"];
            readonly 503: components["responses"]["Unavailable"];
        };
    };
    readonly clusterSetFlags: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly id: components["parameters"]["Id"];
            };
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": components["schemas"]["ClusterFlags"];
            };
        };
        readonly responses: {
            /** @description Set */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content?: never;
            };
            readonly 400: components["responses"]["BadRequest"];
            readonly 401: components["responses"]["Unauthorized"];
            readonly 404: components["responses"]["NotFound"];
            readonly 413: components["responses"]["TooLarge"];
            readonly 422: components["responses"]["Unparsable"];
            readonly 503: components["responses"]["Unavailable"];
        };
    };
    readonly nodeAdd: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": components["schemas"]["NodeAdd"];
            };
        };
        readonly responses: {
            readonly 202: components["responses"]["Accepted"];
            readonly 400: components["responses"]["BadRequest"];
            readonly 401: components["responses"]["Unauthorized"];
            readonly 404: components["responses"]["NotFound"];
            readonly 409: components["responses"]["Conflict"];
            readonly 413: components["responses"]["TooLarge"];
            readonly 422: components["responses"]["Unparsable"];
            readonly 503: components["responses"]["Unavailable"];
        };
    };
    readonly nodeInfo: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly id: components["parameters"]["Id"];
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description The node */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["NodeInfo"];
                };
            };
            readonly 400: components["responses"]["BadRequest"];
            readonly 401: components["responses"]["Unauthorized"];
            readonly 404: components["responses"]["NotFound"];
        };
    };
    readonly nodeDelete: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly id: components["parameters"]["Id"];
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            readonly 202: components["responses"]["Accepted"];
            readonly 400: components["responses"]["BadRequest"];
            readonly 401: components["responses"]["Unauthorized"];
            readonly 404: components["responses"]["NotFound"];
            readonly 409: components["responses"]["Conflict"];
            readonly 413: components["responses"]["TooLarge"];
            readonly 503: components["responses"]["Unavailable"];
        };
    };
    readonly nodeSetState: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly id: components["parameters"]["Id"];
            };
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": components["schemas"]["StateChange"];
            };
        };
        readonly responses: {
            readonly 202: components["responses"]["Accepted"];
            readonly 400: components["responses"]["BadRequest"];
            readonly 401: components["responses"]["Unauthorized"];
            readonly 404: components["responses"]["NotFound"];
            readonly 413: components["responses"]["TooLarge"];
            readonly 422: components["responses"]["Unparsable"];
            readonly 429: components["responses"]["Busy"];
            readonly 503: components["responses"]["Unavailable"];
        };
    };
    readonly nodeSetHostnames: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly id: components["parameters"]["Id"];
            };
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": components["schemas"]["NodeHostnames"];
            };
        };
        readonly responses: {
            readonly 202: components["responses"]["Accepted"];
            readonly 400: components["responses"]["BadRequest"];
            readonly 401: components["responses"]["Unauthorized"];
            readonly 404: components["responses"]["NotFound"];
            readonly 409: components["responses"]["Conflict"];
            readonly 413: components["responses"]["TooLarge"];
            readonly 422: components["responses"]["Unparsable"];
            readonly 503: components["responses"]["Unavailable"];
        };
    };
    readonly nodeLost: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly id: components["parameters"]["Id"];
            };
            readonly cookie?: never;
        };
        readonly requestBody?: {
            readonly content: {
                readonly "application/json": components["schemas"]["NodeLoss"];
            };
        };
        readonly responses: {
            readonly 202: components["responses"]["Accepted"];
            readonly 400: components["responses"]["BadRequest"];
            readonly 401: components["responses"]["Unauthorized"];
            readonly 404: components["responses"]["NotFound"];
            readonly 409: components["responses"]["Conflict"];
            readonly 413: components["responses"]["TooLarge"];
            readonly 422: components["responses"]["Unparsable"];
            readonly 500: components["responses"]["Failed"];
            readonly 503: components["responses"]["Unavailable"];
        };
    };
    readonly nodeLastRepair: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly id: components["parameters"]["Id"];
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            readonly 200: components["responses"]["RepairReport"];
            readonly 400: components["responses"]["BadRequest"];
            readonly 401: components["responses"]["Unauthorized"];
            readonly 404: components["responses"]["NotFound"];
        };
    };
    readonly nodeRepair: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly id: components["parameters"]["Id"];
            };
            readonly cookie?: never;
        };
        readonly requestBody?: {
            readonly content: {
                readonly "application/json": components["schemas"]["NodeRepair"];
            };
        };
        readonly responses: {
            readonly 202: components["responses"]["Accepted"];
            readonly 400: components["responses"]["BadRequest"];
            readonly 401: components["responses"]["Unauthorized"];
            readonly 404: components["responses"]["NotFound"];
            readonly 413: components["responses"]["TooLarge"];
            readonly 422: components["responses"]["Unparsable"];
            readonly 503: components["responses"]["Unavailable"];
        };
    };
    readonly nodeReinstate: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly id: components["parameters"]["Id"];
            };
            readonly cookie?: never;
        };
        readonly requestBody?: {
            readonly content: {
                readonly "application/json": components["schemas"]["NodeReinstate"];
            };
        };
        readonly responses: {
            readonly 202: components["responses"]["Accepted"];
            readonly 400: components["responses"]["BadRequest"];
            readonly 401: components["responses"]["Unauthorized"];
            readonly 404: components["responses"]["NotFound"];
            readonly 409: components["responses"]["Conflict"];
            readonly 413: components["responses"]["TooLarge"];
            readonly 422: components["responses"]["Unparsable"];
            readonly 503: components["responses"]["Unavailable"];
        };
    };
    readonly repairReport: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly id: components["parameters"]["Id"];
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            readonly 200: components["responses"]["RepairReport"];
            readonly 400: components["responses"]["BadRequest"];
            readonly 401: components["responses"]["Unauthorized"];
            readonly 404: components["responses"]["NotFound"];
        };
    };
    readonly nodeSetTags: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly id: components["parameters"]["Id"];
            };
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": components["schemas"]["TagsChange"];
            };
        };
        readonly responses: {
            readonly 200: components["responses"]["Tags"];
            readonly 400: components["responses"]["BadRequest"];
            readonly 401: components["responses"]["Unauthorized"];
            readonly 404: components["responses"]["NotFound"];
            readonly 413: components["responses"]["TooLarge"];
            readonly 422: components["responses"]["Unparsable"];
            readonly 503: components["responses"]["Unavailable"];
        };
    };
    readonly hostKeyForget: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": components["schemas"]["HostKeyForget"];
            };
        };
        readonly responses: {
            /** @description Forgotten */
            readonly 204: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content?: never;
            };
            readonly 400: components["responses"]["BadRequest"];
            readonly 401: components["responses"]["Unauthorized"];
            readonly 404: components["responses"]["NotFound"];
            readonly 413: components["responses"]["TooLarge"];
            readonly 422: components["responses"]["Unparsable"];
            readonly 503: components["responses"]["Unavailable"];
        };
    };
    readonly deviceAdd: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": components["schemas"]["DeviceAdd"];
            };
        };
        readonly responses: {
            readonly 202: components["responses"]["Accepted"];
            readonly 400: components["responses"]["BadRequest"];
            readonly 401: components["responses"]["Unauthorized"];
            readonly 404: components["responses"]["NotFound"];
            readonly 409: components["responses"]["Conflict"];
            readonly 413: components["responses"]["TooLarge"];
            readonly 422: components["responses"]["Unparsable"];
            readonly 503: components["responses"]["Unavailable"];
        };
    };
    readonly devicePreflight: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": components["schemas"]["DevicePreflightRequest"];
            };
        };
        readonly responses: {
            /** @description What was found */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["DevicePreflight"];
                };
            };
            readonly 400: components["responses"]["BadRequest"];
            readonly 401: components["responses"]["Unauthorized"];
            readonly 404: components["responses"]["NotFound"];
            readonly 413: components["responses"]["TooLarge"];
            readonly 422: components["responses"]["Unparsable"];
            readonly 500: components["responses"]["Failed"];
            readonly 503: components["responses"]["Unavailable"];
        };
    };
    readonly deviceHealthList: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description All devices */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["DeviceHealthList"];
                };
            };
            readonly 401: components["responses"]["Unauthorized"];
        };
    };
    readonly deviceHealth: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly id: components["parameters"]["Id"];
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description The device */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["DeviceHealth"];
                };
            };
            readonly 400: components["responses"]["BadRequest"];
            readonly 401: components["responses"]["Unauthorized"];
            readonly 404: components["responses"]["NotFound"];
        };
    };
    readonly deviceHealthCheck: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly id: components["parameters"]["Id"];
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description The device */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["DeviceHealth"];
                };
            };
            readonly 400: components["responses"]["BadRequest"];
            readonly 401: components["responses"]["Unauthorized"];
            readonly 404: components["responses"]["NotFound"];
            readonly 413: components["responses"]["TooLarge"];
            readonly 422: components["responses"]["Unparsable"];
            readonly 503: components["responses"]["Unavailable"];
        };
    };
    readonly deviceInfo: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly id: components["parameters"]["Id"];
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description The device */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["DeviceInfo"];
                };
            };
            readonly 400: components["responses"]["BadRequest"];
            readonly 401: components["responses"]["Unauthorized"];
            readonly 404: components["responses"]["NotFound"];
        };
    };
    readonly deviceDelete: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly id: components["parameters"]["Id"];
            };
            readonly cookie?: never;
        };
        readonly requestBody?: {
            readonly content: {
                readonly "application/json": components["schemas"]["DeviceDelete"];
            };
        };
        readonly responses: {
            readonly 202: components["responses"]["Accepted"];
            readonly 400: components["responses"]["BadRequest"];
            readonly 401: components["responses"]["Unauthorized"];
            readonly 404: components["responses"]["NotFound"];
            readonly 409: components["responses"]["Conflict"];
            readonly 413: components["responses"]["TooLarge"];
            readonly 422: components["responses"]["Unparsable"];
            readonly 503: components["responses"]["Unavailable"];
        };
    };
    readonly deviceSetState: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly id: components["parameters"]["Id"];
            };
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": components["schemas"]["StateChange"];
            };
        };
        readonly responses: {
            readonly 202: components["responses"]["Accepted"];
            readonly 400: components["responses"]["BadRequest"];
            readonly 401: components["responses"]["Unauthorized"];
            readonly 404: components["responses"]["NotFound"];
            readonly 413: components["responses"]["TooLarge"];
            readonly 422: components["responses"]["Unparsable"];
            readonly 429: components["responses"]["Busy"];
            readonly 503: components["responses"]["Unavailable"];
        };
    };
    readonly deviceResync: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly id: components["parameters"]["Id"];
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            readonly 202: components["responses"]["Accepted"];
            readonly 400: components["responses"]["BadRequest"];
            readonly 401: components["responses"]["Unauthorized"];
            readonly 404: components["responses"]["NotFound"];
            readonly 503: components["responses"]["Unavailable"];
        };
    };
    readonly deviceSetTags: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly id: components["parameters"]["Id"];
            };
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": components["schemas"]["TagsChange"];
            };
        };
        readonly responses: {
            readonly 200: components["responses"]["Tags"];
            readonly 400: components["responses"]["BadRequest"];
            readonly 401: components["responses"]["Unauthorized"];
            readonly 404: components["responses"]["NotFound"];
            readonly 413: components["responses"]["TooLarge"];
            readonly 422: components["responses"]["Unparsable"];
            readonly 503: components["responses"]["Unavailable"];
        };
    };
    readonly volumeList: {
        readonly parameters: {
            readonly query?: {
                /** @description Only the volume that its client calls so; the answer repeats the name. Not in Heketi. */
                readonly client_name?: string;
            };
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description In ascending order */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["VolumeList"];
                };
            };
            readonly 400: components["responses"]["BadRequest"];
            readonly 401: components["responses"]["Unauthorized"];
        };
    };
    readonly volumeCreate: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /**
                 * @description Repeats of a request with the same key are answered with the first one's queue id for 24 hours. The same
                 *     key with another body is refused (422).
                 */
                readonly "Idempotency-Key"?: string;
            };
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": components["schemas"]["VolumeCreate"];
            };
        };
        readonly responses: {
            readonly 202: components["responses"]["Accepted"];
            readonly 400: components["responses"]["BadRequest"];
            readonly 401: components["responses"]["Unauthorized"];
            readonly 409: components["responses"]["Conflict"];
            readonly 413: components["responses"]["TooLarge"];
            readonly 422: components["responses"]["Unparsable"];
            readonly 429: components["responses"]["Busy"];
            readonly 500: components["responses"]["Failed"];
            readonly 503: components["responses"]["Unavailable"];
        };
    };
    readonly volumeListUnclaimed: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description The oldest first */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["UnclaimedVolumes"];
                };
            };
            readonly 400: components["responses"]["BadRequest"];
            readonly 401: components["responses"]["Unauthorized"];
        };
    };
    readonly volumeClaim: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly id: components["parameters"]["Id"];
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description It is no longer listed */
            readonly 204: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content?: never;
            };
            readonly 400: components["responses"]["BadRequest"];
            readonly 401: components["responses"]["Unauthorized"];
            readonly 404: components["responses"]["NotFound"];
            readonly 503: components["responses"]["Unavailable"];
        };
    };
    readonly placementPlan: {
        readonly parameters: {
            readonly query?: {
                /** @description Tell of every device that takes no brick, not only of the nearest */
                readonly all?: components["parameters"]["All"];
            };
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": components["schemas"]["VolumeCreate"];
            };
        };
        readonly responses: {
            /** @description The plan */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["VolumePlan"];
                };
            };
            readonly 400: components["responses"]["BadRequest"];
            readonly 401: components["responses"]["Unauthorized"];
            readonly 413: components["responses"]["TooLarge"];
            readonly 422: components["responses"]["Unparsable"];
            readonly 503: components["responses"]["Unavailable"];
        };
    };
    readonly placementPlanBlockVolume: {
        readonly parameters: {
            readonly query?: {
                /** @description Tell of every device that takes no brick, not only of the nearest */
                readonly all?: components["parameters"]["All"];
            };
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": components["schemas"]["BlockVolumeCreate"];
            };
        };
        readonly responses: {
            /** @description The plan */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["BlockVolumePlan"];
                };
            };
            readonly 400: components["responses"]["BadRequest"];
            readonly 401: components["responses"]["Unauthorized"];
            readonly 413: components["responses"]["TooLarge"];
            readonly 422: components["responses"]["Unparsable"];
            readonly 503: components["responses"]["Unavailable"];
        };
    };
    readonly placementPlanEvictions: {
        readonly parameters: {
            readonly query?: {
                /** @description Tell of every device that takes no brick, not only of the nearest */
                readonly all?: components["parameters"]["All"];
            };
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": components["schemas"]["PlannedRemovalRequest"];
            };
        };
        readonly responses: {
            /** @description The plan */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["PlannedRemoval"];
                };
            };
            readonly 400: components["responses"]["BadRequest"];
            readonly 401: components["responses"]["Unauthorized"];
            readonly 404: components["responses"]["NotFound"];
            readonly 413: components["responses"]["TooLarge"];
            readonly 422: components["responses"]["Unparsable"];
            readonly 503: components["responses"]["Unavailable"];
        };
    };
    readonly placementPlanExpansion: {
        readonly parameters: {
            readonly query?: {
                /** @description Tell of every device that takes no brick, not only of the nearest */
                readonly all?: components["parameters"]["All"];
            };
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": components["schemas"]["PlannedExpansionRequest"];
            };
        };
        readonly responses: {
            /** @description The plan; `largestGib` is the most that could be added */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["VolumePlan"];
                };
            };
            readonly 400: components["responses"]["BadRequest"];
            readonly 401: components["responses"]["Unauthorized"];
            readonly 404: components["responses"]["NotFound"];
            readonly 409: components["responses"]["Conflict"];
            readonly 413: components["responses"]["TooLarge"];
            readonly 422: components["responses"]["Unparsable"];
            readonly 503: components["responses"]["Unavailable"];
        };
    };
    readonly volumeInfo: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly id: components["parameters"]["Id"];
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description The volume */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["VolumeInfo"];
                };
            };
            readonly 400: components["responses"]["BadRequest"];
            readonly 401: components["responses"]["Unauthorized"];
            readonly 404: components["responses"]["NotFound"];
        };
    };
    readonly volumeDelete: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly id: components["parameters"]["Id"];
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            readonly 202: components["responses"]["Accepted"];
            readonly 400: components["responses"]["BadRequest"];
            readonly 401: components["responses"]["Unauthorized"];
            readonly 404: components["responses"]["NotFound"];
            readonly 409: components["responses"]["Conflict"];
            readonly 413: components["responses"]["TooLarge"];
            readonly 429: components["responses"]["Busy"];
            readonly 500: components["responses"]["Failed"];
            readonly 503: components["responses"]["Unavailable"];
        };
    };
    readonly volumeExpand: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly id: components["parameters"]["Id"];
            };
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": components["schemas"]["VolumeExpand"];
            };
        };
        readonly responses: {
            readonly 202: components["responses"]["Accepted"];
            readonly 400: components["responses"]["BadRequest"];
            readonly 401: components["responses"]["Unauthorized"];
            readonly 404: components["responses"]["NotFound"];
            readonly 409: components["responses"]["Conflict"];
            readonly 413: components["responses"]["TooLarge"];
            readonly 422: components["responses"]["Unparsable"];
            readonly 429: components["responses"]["Busy"];
            readonly 500: components["responses"]["Failed"];
            readonly 503: components["responses"]["Unavailable"];
        };
    };
    readonly volumeClone: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly id: components["parameters"]["Id"];
            };
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": components["schemas"]["VolumeClone"];
            };
        };
        readonly responses: {
            readonly 202: components["responses"]["Accepted"];
            readonly 400: components["responses"]["BadRequest"];
            readonly 401: components["responses"]["Unauthorized"];
            readonly 404: components["responses"]["NotFound"];
            readonly 409: components["responses"]["Conflict"];
            readonly 413: components["responses"]["TooLarge"];
            readonly 422: components["responses"]["Unparsable"];
            readonly 429: components["responses"]["Busy"];
            readonly 500: components["responses"]["Failed"];
            readonly 503: components["responses"]["Unavailable"];
        };
    };
    readonly volumeHealthCheck: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly id: components["parameters"]["Id"];
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description What gluster tells; what nobody could tell is null, and `unknown` says why */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["VolumeHealth"];
                };
            };
            readonly 400: components["responses"]["BadRequest"];
            readonly 401: components["responses"]["Unauthorized"];
            readonly 404: components["responses"]["NotFound"];
            readonly 413: components["responses"]["TooLarge"];
            readonly 422: components["responses"]["Unparsable"];
            readonly 503: components["responses"]["Unavailable"];
        };
    };
    readonly volumeAdoptBricks: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly id: components["parameters"]["Id"];
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            readonly 202: components["responses"]["Accepted"];
            readonly 400: components["responses"]["BadRequest"];
            readonly 401: components["responses"]["Unauthorized"];
            readonly 404: components["responses"]["NotFound"];
            readonly 409: components["responses"]["Conflict"];
            readonly 413: components["responses"]["TooLarge"];
            readonly 503: components["responses"]["Unavailable"];
        };
    };
    readonly volumeSetBlockRestriction: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly id: components["parameters"]["Id"];
            };
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": components["schemas"]["BlockRestriction"];
            };
        };
        readonly responses: {
            readonly 202: components["responses"]["Accepted"];
            readonly 400: components["responses"]["BadRequest"];
            readonly 401: components["responses"]["Unauthorized"];
            readonly 404: components["responses"]["NotFound"];
            readonly 413: components["responses"]["TooLarge"];
            readonly 422: components["responses"]["Unparsable"];
            readonly 429: components["responses"]["Busy"];
            readonly 500: components["responses"]["Failed"];
            readonly 503: components["responses"]["Unavailable"];
        };
    };
    readonly blockVolumeList: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description In ascending order */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["BlockVolumeList"];
                };
            };
            readonly 400: components["responses"]["BadRequest"];
            readonly 401: components["responses"]["Unauthorized"];
        };
    };
    readonly blockVolumeCreate: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": components["schemas"]["BlockVolumeCreate"];
            };
        };
        readonly responses: {
            readonly 202: components["responses"]["Accepted"];
            readonly 400: components["responses"]["BadRequest"];
            readonly 401: components["responses"]["Unauthorized"];
            readonly 413: components["responses"]["TooLarge"];
            readonly 422: components["responses"]["Unparsable"];
            readonly 429: components["responses"]["Busy"];
            readonly 500: components["responses"]["Failed"];
            readonly 503: components["responses"]["Unavailable"];
        };
    };
    readonly blockVolumeInfo: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly id: components["parameters"]["Id"];
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description The block volume */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["BlockVolumeInfo"];
                };
            };
            readonly 400: components["responses"]["BadRequest"];
            readonly 401: components["responses"]["Unauthorized"];
            readonly 404: components["responses"]["NotFound"];
        };
    };
    readonly blockVolumeDelete: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly id: components["parameters"]["Id"];
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            readonly 202: components["responses"]["Accepted"];
            readonly 400: components["responses"]["BadRequest"];
            readonly 401: components["responses"]["Unauthorized"];
            readonly 404: components["responses"]["NotFound"];
            readonly 413: components["responses"]["TooLarge"];
            readonly 429: components["responses"]["Busy"];
            readonly 500: components["responses"]["Failed"];
            readonly 503: components["responses"]["Unavailable"];
        };
    };
    readonly blockVolumeExpand: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly id: components["parameters"]["Id"];
            };
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": components["schemas"]["BlockVolumeExpand"];
            };
        };
        readonly responses: {
            readonly 202: components["responses"]["Accepted"];
            readonly 400: components["responses"]["BadRequest"];
            readonly 401: components["responses"]["Unauthorized"];
            readonly 404: components["responses"]["NotFound"];
            readonly 413: components["responses"]["TooLarge"];
            readonly 422: components["responses"]["Unparsable"];
            readonly 429: components["responses"]["Busy"];
            readonly 500: components["responses"]["Failed"];
            readonly 503: components["responses"]["Unavailable"];
        };
    };
    readonly brickEvict: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly id: components["parameters"]["Id"];
            };
            readonly cookie?: never;
        };
        readonly requestBody?: {
            readonly content: {
                readonly "application/json": components["schemas"]["BrickEvict"];
            };
        };
        readonly responses: {
            readonly 202: components["responses"]["Accepted"];
            readonly 400: components["responses"]["BadRequest"];
            readonly 401: components["responses"]["Unauthorized"];
            readonly 404: components["responses"]["NotFound"];
            readonly 413: components["responses"]["TooLarge"];
            readonly 422: components["responses"]["Unparsable"];
            readonly 429: components["responses"]["Busy"];
            readonly 500: components["responses"]["Failed"];
            readonly 503: components["responses"]["Unavailable"];
        };
    };
    readonly operationCounts: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description The numbers */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["OperationCounts"];
                };
            };
            readonly 400: components["responses"]["BadRequest"];
            readonly 401: components["responses"]["Unauthorized"];
        };
    };
    readonly pendingOperationList: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description In ascending order of their ids */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["PendingOperationList"];
                };
            };
            readonly 400: components["responses"]["BadRequest"];
            readonly 401: components["responses"]["Unauthorized"];
        };
    };
    readonly pendingOperationInfo: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly id: components["parameters"]["Id"];
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description The operation */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["PendingOperationInfo"];
                };
            };
            readonly 400: components["responses"]["BadRequest"];
            readonly 401: components["responses"]["Unauthorized"];
            readonly 404: components["responses"]["NotFound"];
        };
    };
    readonly pendingOperationCancel: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly id: components["parameters"]["Id"];
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description No further part of it begins */
            readonly 204: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content?: never;
            };
            readonly 400: components["responses"]["BadRequest"];
            readonly 401: components["responses"]["Unauthorized"];
            readonly 404: components["responses"]["NotFound"];
            readonly 409: components["responses"]["Conflict"];
            readonly 413: components["responses"]["TooLarge"];
            readonly 503: components["responses"]["Unavailable"];
        };
    };
    readonly pendingOperationCleanup: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": components["schemas"]["OperationsCleanup"];
            };
        };
        readonly responses: {
            readonly 202: components["responses"]["Accepted"];
            readonly 400: components["responses"]["BadRequest"];
            readonly 401: components["responses"]["Unauthorized"];
            readonly 413: components["responses"]["TooLarge"];
            readonly 422: components["responses"]["Unparsable"];
            readonly 503: components["responses"]["Unavailable"];
        };
    };
    readonly eventList: {
        readonly parameters: {
            readonly query?: {
                /** @description An id; events behind it */
                readonly since?: number;
                /** @description An id; the newest events before it. Not with `since` */
                readonly before?: number;
                /** @description Only events of these types, separated by commas; `volume` stands for all types that begin with `volume.` */
                readonly type?: string;
                /** @description Only events about the object with this id */
                readonly subject?: components["schemas"]["Id"];
                readonly limit?: number;
            };
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description At most `limit` events */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["EventList"];
                };
            };
            readonly 400: components["responses"]["BadRequest"];
            readonly 401: components["responses"]["Unauthorized"];
        };
    };
    readonly eventStream: {
        readonly parameters: {
            readonly query?: {
                /** @description As in /events */
                readonly type?: string;
                /** @description As in /events */
                readonly subject?: components["schemas"]["Id"];
            };
            readonly header?: {
                readonly "Last-Event-ID"?: string;
            };
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description The stream */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "text/event-stream": string;
                };
            };
            readonly 400: components["responses"]["BadRequest"];
            readonly 401: components["responses"]["Unauthorized"];
            readonly 429: components["responses"]["Busy"];
            readonly 503: components["responses"]["Unavailable"];
        };
    };
    readonly usage: {
        readonly parameters: {
            readonly query?: {
                /** @description What is listed, separated by commas: `devices`, `volumes`, `bricks`; all of them when not given */
                readonly of?: string;
                /** @description Only what is in this cluster */
                readonly cluster?: components["schemas"]["Id"];
                /** @description Only the devices and bricks of this node, and the volumes that have bricks there */
                readonly node?: components["schemas"]["Id"];
                /** @description Only this device, its bricks, and the volumes that have bricks there */
                readonly device?: components["schemas"]["Id"];
                /** @description Only this volume, its bricks, and the devices that these are on */
                readonly volume?: components["schemas"]["Id"];
            };
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Devices, volumes and bricks, each by their ids */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Usage"];
                };
            };
            readonly 400: components["responses"]["BadRequest"];
            readonly 401: components["responses"]["Unauthorized"];
            readonly 404: components["responses"]["NotFound"];
            readonly 503: components["responses"]["Unavailable"];
        };
    };
    readonly auditList: {
        readonly parameters: {
            readonly query?: {
                readonly since?: number;
                readonly before?: number;
                readonly limit?: number;
            };
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description At most `limit` entries */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["AuditList"];
                };
            };
            readonly 400: components["responses"]["BadRequest"];
            readonly 401: components["responses"]["Unauthorized"];
        };
    };
    readonly databaseBackup: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                readonly "X-Backup-Purpose"?: "archive" | "deployment";
            };
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description The file */
            readonly 200: {
                headers: {
                    readonly "Content-Disposition": string;
                    readonly "Content-Length": number;
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/octet-stream": Uint8Array;
                };
            };
            readonly 400: components["responses"]["BadRequest"];
            readonly 401: components["responses"]["Unauthorized"];
            readonly 429: components["responses"]["Busy"];
            readonly 503: components["responses"]["Unavailable"];
        };
    };
    readonly databaseDump: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Entities by their ids */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["DatabaseDump"];
                };
            };
            readonly 400: components["responses"]["BadRequest"];
            readonly 401: components["responses"]["Unauthorized"];
            readonly 429: components["responses"]["Busy"];
            readonly 503: components["responses"]["Unavailable"];
        };
    };
    readonly databaseCheck: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description The report */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["DatabaseCheck"];
                };
            };
            readonly 400: components["responses"]["BadRequest"];
            readonly 401: components["responses"]["Unauthorized"];
            readonly 429: components["responses"]["Busy"];
            readonly 503: components["responses"]["Unavailable"];
        };
    };
    readonly examineGluster: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description The report */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Examination"];
                };
            };
            readonly 400: components["responses"]["BadRequest"];
            readonly 401: components["responses"]["Unauthorized"];
        };
    };
    readonly examineDifferences: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description The list */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["PoolDifferences"];
                };
            };
            readonly 400: components["responses"]["BadRequest"];
            readonly 401: components["responses"]["Unauthorized"];
        };
    };
    readonly comparisonBegin: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            readonly 202: components["responses"]["Accepted"];
            readonly 400: components["responses"]["BadRequest"];
            readonly 401: components["responses"]["Unauthorized"];
            readonly 429: components["responses"]["Busy"];
        };
    };
    readonly comparisonResult: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly id: components["parameters"]["Id"];
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description The list */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["PoolDifferences"];
                };
            };
            readonly 400: components["responses"]["BadRequest"];
            readonly 401: components["responses"]["Unauthorized"];
            readonly 404: components["responses"]["NotFound"];
        };
    };
    readonly stateRepair: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: {
            readonly content: {
                readonly "application/json": components["schemas"]["StateRepair"];
            };
        };
        readonly responses: {
            readonly 202: components["responses"]["Accepted"];
            readonly 400: components["responses"]["BadRequest"];
            readonly 401: components["responses"]["Unauthorized"];
            readonly 409: components["responses"]["Conflict"];
            readonly 413: components["responses"]["TooLarge"];
            readonly 422: components["responses"]["Unparsable"];
            readonly 503: components["responses"]["Unavailable"];
        };
    };
    readonly stateRepairPlan: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: {
            readonly content: {
                readonly "application/json": components["schemas"]["StateRepair"];
            };
        };
        readonly responses: {
            /** @description The plan */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["PlannedStateRepair"];
                };
            };
            readonly 400: components["responses"]["BadRequest"];
            readonly 401: components["responses"]["Unauthorized"];
            readonly 413: components["responses"]["TooLarge"];
            readonly 422: components["responses"]["Unparsable"];
            readonly 503: components["responses"]["Unavailable"];
        };
    };
    readonly restoreState: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description The state */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["RestoreState"];
                };
            };
            readonly 400: components["responses"]["BadRequest"];
            readonly 401: components["responses"]["Unauthorized"];
        };
    };
    readonly restoreConfirm: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description It does */
            readonly 204: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content?: never;
            };
            readonly 400: components["responses"]["BadRequest"];
            readonly 401: components["responses"]["Unauthorized"];
            readonly 409: components["responses"]["Conflict"];
            readonly 413: components["responses"]["TooLarge"];
            readonly 503: components["responses"]["Unavailable"];
        };
    };
    readonly logLevels: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description The level of the one logger there is */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["LogLevels"];
                };
            };
            readonly 400: components["responses"]["BadRequest"];
            readonly 401: components["responses"]["Unauthorized"];
        };
    };
    readonly logLevelsSet: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": components["schemas"]["LogLevelsChange"];
            };
        };
        readonly responses: {
            /** @description The level as it is now */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["LogLevels"];
                };
            };
            readonly 400: components["responses"]["BadRequest"];
            readonly 401: components["responses"]["Unauthorized"];
            readonly 413: components["responses"]["TooLarge"];
            readonly 422: components["responses"]["Unparsable"];
            readonly 503: components["responses"]["Unavailable"];
        };
    };
    readonly adminState: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description The state */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["AdminState"];
                };
            };
            readonly 400: components["responses"]["BadRequest"];
            readonly 401: components["responses"]["Unauthorized"];
        };
    };
    readonly adminStateSet: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": components["schemas"]["AdminState"];
            };
        };
        readonly responses: {
            /** @description Set */
            readonly 204: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content?: never;
            };
            readonly 400: components["responses"]["BadRequest"];
            readonly 401: components["responses"]["Unauthorized"];
            readonly 413: components["responses"]["TooLarge"];
            readonly 503: components["responses"]["Unavailable"];
        };
    };
}
