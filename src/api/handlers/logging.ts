import { DomainError } from '../../domain/errors.js';
import type { Handlers } from '../contract/handlers.js';
import type { components } from '../contract/openapi.js';
import type { HandlerDeps, LogLevelName } from './deps.js';

const LEVELS: readonly string[] = ['none', 'critical', 'error', 'warning', 'info', 'debug'] satisfies LogLevelName[];

export function loggingHandlers({ logLevels }: HandlerDeps): Pick<Handlers, 'logLevels' | 'logLevelsSet'> {
  const current = (): components['schemas']['LogLevels'] => ({ loglevel: { glusterfs: logLevels.get() } });
  return {
    async logLevels() {
      return { status: 200, json: current() };
    },

    async logLevelsSet({ body }) {
      const level = body.loglevel?.glusterfs;
      if (level === undefined) {
        throw new DomainError(
          'unparsable',
          'Only "glusterfs" logger may be modified: send {"loglevel":{"glusterfs":"info"}}',
        );
      }
      if (level !== '') {
        if (!isLevel(level)) {
          const shown = JSON.stringify(level.slice(0, 40)).slice(1, -1);
          throw new DomainError('unparsable', `invalid log level: ${shown}: it must be one of ${LEVELS.join(', ')}`);
        }
        logLevels.set(level);
      }
      return { status: 200, json: current() };
    },
  };
}

function isLevel(text: string): text is LogLevelName {
  return LEVELS.includes(text);
}
