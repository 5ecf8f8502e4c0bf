/** A Kubernetes API server, and how to be admitted by it. */
export interface Cluster {
  /** Where its API is; the path is put before that of each request. */
  readonly server: URL;
  /** The namespace that the credentials belong to; null when they name none. */
  readonly namespace: string | null;
  /** Where the credentials come from, for what people are told. */
  readonly source: string;
  /**
   * Asked for each request, since tokens and authorities are replaced while the server runs. `areRefused`: those that
   * were answered last are not accepted (401). Throws KubernetesError when they can't be read.
   */
  credentials(areRefused?: boolean): Promise<Credentials>;
}

/** What a request or a WebSocket to the API server is opened with. */
export interface Credentials {
  readonly headers: Readonly<Record<string, string>>;
  readonly connection: ConnectionOptions;
}

/** In the words of node:tls and node:https. */
export interface ConnectionOptions {
  readonly ca?: string | Buffer;
  readonly cert?: string | Buffer;
  readonly key?: string | Buffer;
  readonly passphrase?: string;
  readonly servername?: string;
  readonly rejectUnauthorized?: boolean;
  /** A proxy on the way. */
  readonly agent?: import('node:http').Agent;
}
