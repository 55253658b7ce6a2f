import { ok } from '@pes/kernel';
import { republishRegistry } from '../../republish-registry.ts';
import { platform, route, type Route } from '../route.ts';
import { answer, count, object, uuid } from '../schemas.ts';

export const registryRoutes: readonly Route[] = [
  route<{ query: { subscriberId?: string } }>({
    operationId: 'republishRegistry', method: 'post', path: '/api/v1/registry/republish', tag: 'Registry', summary: 'Announce all accounts, sites and settings again', tenancy: 'platform', roles: platform,
    description: 'For a stream that was emptied. Readers that have a version ignore it. Of one subscriber when subscriberId is given.', idempotencyKey: false, query: { subscriberId: uuid },
    responses: { 200: answer('On their way', object({ subscribers: count, events: count })) },
    handle: async ({ api, actor, query: { subscriberId } }) => ok({ status: 200, body: await republishRegistry(api, actor, subscriberId) }),
  }),
];
