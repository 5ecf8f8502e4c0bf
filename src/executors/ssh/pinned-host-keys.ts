import { fingerprint, type HostKeyCheck, keyType } from './host-key-check.js';

/** Where the keys of hosts that were once reached are kept. Keys in SSH's wire format, as base64. */
export interface HostKeyPins {
  find(host: string, port: number): Promise<string | null>;
  /** Answers the key that is kept now: another one when somebody else was first. */
  pin(host: string, port: number, key: string): Promise<string>;
}

/** Accepts the key a host shows at the first connection that it lets in, and from then on only that one. */
export class PinnedHostKeys implements HostKeyCheck {
  readonly #pins: HostKeyPins;
  readonly #onPinned: (host: string, fingerprint: string) => void;

  constructor(pins: HostKeyPins, onPinned: (host: string, fingerprint: string) => void) {
    this.#pins = pins;
    this.#onPinned = onPinned;
  }

  async refusal(host: string, port: number, key: Buffer): Promise<string | null> {
    const pinned = await this.#pins.find(host, port);
    return pinned === null ? null : differenceFrom(pinned, host, key);
  }

  async admitted(host: string, port: number, key: Buffer): Promise<string | null> {
    if ((await this.#pins.find(host, port)) !== null) return this.refusal(host, port, key);
    const encoded = key.toString('base64');
    const pinned = await this.#pins.pin(host, port, encoded);
    if (pinned === encoded) this.#onPinned(host, fingerprint(key));
    return differenceFrom(pinned, host, key);
  }

  async knownTypes(host: string, port: number): Promise<readonly string[]> {
    const pinned = await this.#pins.find(host, port);
    return pinned === null ? [] : [keyType(Buffer.from(pinned, 'base64'))];
  }
}

/** Null when the keys are the same. */
function differenceFrom(pinned: string, host: string, key: Buffer): string | null {
  const known = Buffer.from(pinned, 'base64');
  if (known.equals(key)) return null;
  return (
    `its host key is ${keyType(key)} ${fingerprint(key)}, but at the first connection it was ${keyType(known)} ` +
    `${fingerprint(known)}; either the host was installed anew or something else answers in its place: compare with ` +
    `"ssh-keygen -lf /etc/ssh/ssh_host_*.pub" on the host itself; if the new key is right, run: ` +
    `heketi-cli node forget-host-key ${host}`
  );
}
