import { DomainError } from '../../domain/errors.js';
import type { Id } from '../../domain/ids.js';
import type { Requester } from '../../domain/requester.js';
import type { IdempotencyRequest } from '../../operations/ports/requests.js';
import type { ContractRequest, Handlers } from '../contract/handlers.js';
import { JsonText } from '../json-text.js';
import type { UserCreates } from '../user-creates.js';
import { volumeRequest } from '../wire/volume-request.js';
import { accepted, found, isSameList } from './answers.js';
import type { HandlerDeps } from './deps.js';
import { readVolumeInfo } from './infos.js';

type VolumeHandlers = Pick<
  Handlers,
  | 'volumeList'
  | 'volumeListUnclaimed'
  | 'volumeClaim'
  | 'volumeCreate'
  | 'volumeInfo'
  | 'volumeHealthCheck'
  | 'volumeDelete'
  | 'volumeExpand'
  | 'volumeClone'
  | 'volumeAdoptBricks'
  | 'volumeSetBlockRestriction'
>;

export function volumeHandlers({ store, operations }: HandlerDeps, userCreates: UserCreates): VolumeHandlers {
  /** The last answer. */
  let list = volumeList([]);

  /** The name is in the answer, too: servers that know no such names answer with all volumes. */
  async function namedByClient(clientName: string) {
    const volumes = await store.read(async (tx) => {
      const id = await tx.volumes.findIdByClientName(clientName);
      const isComplete = id !== null && (await tx.volumes.find(id))?.pendingId === null;
      return isComplete ? [id] : [];
    });
    return { volumes, client_name: clientName };
  }

  return {
    async volumeList({ query }) {
      const clientName = query().get('client_name');
      if (clientName !== null) return { status: 200, json: await namedByClient(clientName) };
      const volumes = await store.read((tx) => tx.volumes.listVisibleIds());
      if (!isSameList(list.volumes, volumes)) list = volumeList(volumes);
      return { status: 200, jsonText: list.text };
    },

    async volumeListUnclaimed() {
      const volumes = (await store.read((tx) => tx.volumes.listUnclaimed())).map(
        ({ id, name, clusterId, sizeGib, since }) => ({
          id,
          name,
          cluster: clusterId,
          size: sizeGib,
          since: new Date(since).toISOString(),
        }),
      );
      return { status: 200, json: { volumes } };
    },

    async volumeClaim({ by, id }) {
      await operations.claimVolume(by, id);
      return { status: 204 };
    },

    async volumeCreate(request) {
      const earlier = isUser(request.by) ? await userCreates.earlier(request.fingerprint()) : null;
      if (earlier !== null) return { status: 202, location: `/queue/${earlier}` };
      const ticket = await operations.createVolume(request.by, volumeRequest(request.body), idempotency(request));
      if (isUser(request.by)) userCreates.accepted(ticket.queueId, request.fingerprint());
      return accepted(ticket);
    },

    async volumeInfo({ id }) {
      return { status: 200, json: found(await store.read((tx) => readVolumeInfo(tx, id))) };
    },

    volumeHealthCheck: async ({ id }) => ({ status: 200, json: await operations.checkVolumeHealth(id) }),

    volumeDelete: ({ by, id }) => accepted(operations.deleteVolume(by, id)),

    volumeExpand({ by, id, body }) {
      const fromGib = body.from_size === undefined ? undefined : Number(body.from_size);
      return accepted(operations.expandVolume(by, id, Number(body.expand_size), fromGib));
    },

    volumeClone: ({ by, id, body }) => accepted(operations.cloneVolume(by, id, body.name ?? '', body.client_name)),

    volumeAdoptBricks: ({ by, id }) => accepted(operations.adoptBricks(by, id)),

    volumeSetBlockRestriction: ({ by, id, body }) =>
      accepted(operations.setBlockRestriction(by, id, body.restriction ?? '')),
  };
}

function volumeList(volumes: readonly Id[]) {
  return { volumes, text: JsonText.of({ volumes }) };
}

const MAX_KEY_CHARACTERS = 255;
const PRINTABLE = /^[\x20-\x7e]+$/;

function isUser({ issuer }: Requester): boolean {
  return issuer === 'user';
}

function idempotency(request: ContractRequest<'volumeCreate'>): IdempotencyRequest | undefined {
  const key = request.headers['idempotency-key'];
  if (key === undefined) return undefined;
  if (typeof key !== 'string' || key.length > MAX_KEY_CHARACTERS || !PRINTABLE.test(key)) {
    throw new DomainError('invalid', 'Idempotency-Key must be 1 to 255 printable ASCII characters');
  }
  // Keys of one issuer are not answered to another; no key can hold a line end.
  return { key: isUser(request.by) ? `user\n${key}` : key, requestHash: request.fingerprint() };
}
