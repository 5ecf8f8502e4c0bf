/** Who asked for a change, as far as the request tells. */
export interface Requester {
  /** `iss` of the token: `admin` or `user`; null when the server asks for none. */
  readonly issuer: string | null;
  /** Of the request, as in its log lines. */
  readonly requestId: string;
  /** Of the peer of the connection. */
  readonly address: string;
}
