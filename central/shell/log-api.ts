import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import { Compile } from 'typebox/compile';
import { CosignatureDelivery, type CertificateName } from '@mingjing/protocol';
import { Refused } from '../core/errors.ts';
import { Slots } from './slots.ts';
import type { WitnessedLog } from './witnessed-log.ts';

const MAX_DELIVERY_BYTES = 96 * 1024;
/** A proof from long ago hashes all that came since. */
const PROOFS_AT_ONCE = { total: 4, perPeer: 2 };

const checkSize = Compile(Type.String({ pattern: '^(?:0|[1-9][0-9]{0,14})$' }));
const checkDelivery = Compile(CosignatureDelivery);

/** The custody log for its witnesses. They are behind other people's routers, so it is they who ask. */
export function addLogRoutes(
  app: FastifyInstance,
  witnessed: WitnessedLog,
  peerOf: (request: FastifyRequest) => CertificateName,
): void {
  const proofs = new Slots(PROOFS_AT_ONCE, 'proofs');

  app.get('/v1/log', async () => await witnessed.latest());

  app.get(
    '/v1/log/add-checkpoint',
    {
      onRequest: (request: FastifyRequest, reply: FastifyReply) =>
        proofs.take(dockOf(peerOf(request)), reply.raw),
    },
    async (request, reply) => {
      const { old, size } = request.query as { old?: unknown; size?: unknown };
      if (!checkSize.Check(old) || !checkSize.Check(size))
        throw new Refused('bad-request', 'the old size or the size is missing or is no number');
      const body = await witnessed.growth(Number(old), Number(size));
      return await reply.type('text/plain; charset=utf-8').send(body);
    },
  );

  app.post('/v1/log/cosignatures', { bodyLimit: MAX_DELIVERY_BYTES }, async (request, reply) => {
    const dock = dockOf(peerOf(request));
    const delivery = request.body;
    if (!checkDelivery.Check(delivery)) throw new Refused('bad-request', 'the body brings no cosignature');
    await witnessed.take(dock, delivery);
    return await reply.code(200).send({});
  });
}

function dockOf({ role, id }: CertificateName): string {
  if (role !== 'dock') throw new Refused('not-allowed', `only docks are witnesses, not a ${role}`);
  return id;
}
