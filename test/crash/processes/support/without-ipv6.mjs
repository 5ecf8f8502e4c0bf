// A host whose kernel has no IPv6, as net.Server sees it.
import { Server } from 'node:net';

const { listen } = Server.prototype;

Server.prototype.listen = function listenWithoutIpv6(...args) {
  const { host } = typeof args[0] === 'object' && args[0] !== null ? args[0] : { host: args[1] };
  if (typeof host !== 'string' || !host.includes(':')) return listen.apply(this, args);
  const error = Object.assign(new Error('listen EAFNOSUPPORT: address family not supported ::'), {
    code: 'EAFNOSUPPORT',
  });
  process.nextTick(() => this.emit('error', error));
  return this;
};
