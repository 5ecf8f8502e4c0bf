import { createServer } from 'node:net';

/** All addresses of both protocols; those of IPv4 alone on a host without IPv6. */
export function listenHost(): Promise<'::' | '0.0.0.0'> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', (error: NodeJS.ErrnoException) => {
      resolve(error.code === 'EAFNOSUPPORT' || error.code === 'EADDRNOTAVAIL' ? '0.0.0.0' : '::');
    });
    probe.listen({ port: 0, host: '::' }, () => probe.close(() => resolve('::')));
  });
}
