import type { KubernetesServer } from '../../../support/kubernetes-server/kubernetes-server.js';
import { WireClient } from '../../../support/kubernetes-server/wire-client.js';

interface Exec {
  readonly argv: readonly string[];
  readonly stdin?: boolean;
  readonly nodeName?: string;
  readonly pod?: string;
}

/** An exec that the server's own account asks for, in the pod of a node or in a named one. */
export function execOver(server: KubernetesServer, { argv, stdin, nodeName, pod }: Exec): WireClient {
  const name = pod ?? server.pods.on(nodeName ?? '10.20.0.11').identity.name;
  return new WireClient(server.port, {
    method: 'GET',
    path: execPath(name, argv, stdin),
    headers: {
      Host: 'stand-in',
      Authorization: `Bearer ${server.token}`,
      Connection: 'Upgrade',
      Upgrade: 'websocket',
      'Sec-WebSocket-Version': '13',
      'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ==',
      'Sec-WebSocket-Protocol': 'v4.channel.k8s.io',
    },
  });
}

export function execPath(pod: string, argv: readonly string[], stdin = false): string {
  const command = argv.map((word) => `command=${encodeURIComponent(word)}`).join('&');
  const streams = `stdin=${stdin}&stdout=true&stderr=true`;
  return `/api/v1/namespaces/default/pods/${pod}/exec?container=glusterfs&${command}&${streams}`;
}
