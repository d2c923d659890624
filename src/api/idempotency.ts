import type { FastifyRequest } from 'fastify'
import Type from 'typebox'

/** Header by which a sender names one attempt. */
export interface IdempotencyKey {
  readonly 'idempotency-key'?: string
}

export const IdempotencyHeader = Type.Object({
  'idempotency-key': Type.Optional(
    Type.String({
      minLength: 1,
      maxLength: 255,
      description:
        'The same key and body are done once and answered the same; another body gets 422 · 相同键与内容只办理一次、应答相同，内容不同返回 422',
    }),
  ),
})

/** The key of a request, if it has one. */
export const idempotencyKeyOf = ({
  headers,
}: FastifyRequest<{ Headers: IdempotencyKey }>): { idempotencyKey?: string } => {
  const key = headers['idempotency-key']
  return key === undefined ? {} : { idempotencyKey: key }
}
