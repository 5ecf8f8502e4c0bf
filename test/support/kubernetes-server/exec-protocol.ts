import type { WebSocket } from 'ws';
import { type ExecStatus, goJson } from './exec-answers.js';

/** How messages of channels are put into frames. */
export interface ExecProtocol {
  readonly name: string;
  /** Null: nothing is said of how the program ended. */
  statusText(status: ExecStatus): string | null;
  send(socket: WebSocket, channel: number, message: Buffer): void;
}

function binary(socket: WebSocket, channel: number, message: Buffer): void {
  socket.send(Buffer.concat([Buffer.of(channel), message]));
}

const asJson = ({ object }: ExecStatus): string => goJson(object);
const asText = ({ plain }: ExecStatus): string | null => plain;

const V4: ExecProtocol = { name: 'v4.channel.k8s.io', statusText: asJson, send: binary };
const V4_BASE64: ExecProtocol = {
  name: 'v4.base64.channel.k8s.io',
  statusText: asJson,
  send: (socket, channel, message) => socket.send(`${channel}${message.toString('base64')}`),
};
const V1: ExecProtocol = { name: 'channel.k8s.io', statusText: asText, send: binary };
/** Nothing was offered, and nothing is named in return. */
const UNNAMED: ExecProtocol = { ...V1, name: '' };
const SPOKEN: readonly ExecProtocol[] = [V4, V4_BASE64, V1];

/** Null: none of those offered is spoken here. The client's order decides. */
export function chooseProtocol(offered: string | undefined): ExecProtocol | null {
  if (offered === undefined) return UNNAMED;
  for (const name of offered.split(',')) {
    const found = SPOKEN.find((protocol) => protocol.name === name.trim());
    if (found) return found;
  }
  return null;
}
