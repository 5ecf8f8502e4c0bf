import { register } from 'tsx/esm/api';

// A thread does not have the loader of its process.
register();
await import('./hosts-thread.ts');
