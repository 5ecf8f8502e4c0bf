import { expect, it } from 'vitest';
import type { Handler, Handlers } from '../../src/api/contract/handlers.js';
import { ROUTES } from '../../src/api/contract/routes.js';
import { allHandlers } from '../../src/api/handlers/all.js';
import type { HandlerDeps } from '../../src/api/handlers/deps.js';
import type { UserCreates } from '../../src/api/user-creates.js';

/* The compiler is the test here: an @ts-expect-error over a line without an error is an error. */

it('does not compile a handler that the contract does not describe', () => {
  const right: Handler<'clusterList'> = async () => ({ status: 200, json: { clusters: ['a'] } });
  // @ts-expect-error a member of the wrong type
  const wrongType: Handler<'clusterList'> = async () => ({ status: 200, json: { clusters: [1] } });
  // @ts-expect-error a required member is missing
  const missingMember: Handler<'adminState'> = async () => ({ status: 200, json: {} });
  // @ts-expect-error a status that is not declared
  const wrongStatus: Handler<'clusterList'> = async () => ({ status: 202, location: '/queue/1' });
  // @ts-expect-error a 202 needs a Location
  const noLocation: Handler<'volumeDelete'> = async () => ({ status: 202 });
  // @ts-expect-error the body has no such member
  const wrongMember: Handler<'volumeExpand'> = async ({ body }) => ({ status: 202, location: String(body.new_size) });
  // @ts-expect-error an optional body may be absent
  const absentBody: Handler<'deviceDelete'> = async ({ body }) => ({ status: 202, location: String(body.forceforget) });
  // @ts-expect-error all the others are missing
  const few: Handlers = { clusterList: right };

  const wrong = [wrongType, missingMember, wrongStatus, noLocation, wrongMember, absentBody];
  expect(wrong.every((handler) => typeof handler === 'function') && few.clusterList === right).toBe(true);
});

it('has exactly one handler for each operation of openapi.yaml', () => {
  const names = Object.keys(allHandlers({} as HandlerDeps, {} as UserCreates)).sort();
  expect(names).toEqual(ROUTES.map(({ operationId }) => operationId).sort());
});
