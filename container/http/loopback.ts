import { isIP } from 'node:net';

/** Whether an address to listen on, or a host that a caller names, is this machine and nobody else. */
export function isLoopback(host: string): boolean {
  const name = host.replace(/^\[(.*)\]$/, '$1').toLowerCase();
  return name === 'localhost' || name === '::1' || (isIP(name) === 4 && name.startsWith('127.'));
}
