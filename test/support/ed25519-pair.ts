import ssh2 from 'ssh2';

type Options = NonNullable<Parameters<typeof ssh2.utils.generateKeyPairSync>[1]> & { readonly passphrase?: string };

/** A new pair of keys. One in some two hundred that ssh2 makes is one that nobody can read, itself included. */
export function newEd25519Pair(options: Partial<Options> = {}): { readonly private: string; readonly public: string } {
  for (;;) {
    const pair = ssh2.utils.generateKeyPairSync('ed25519', options as Options);
    if (!(ssh2.utils.parseKey(pair.private, options.passphrase) instanceof Error)) return pair;
  }
}
