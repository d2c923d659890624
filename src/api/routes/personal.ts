import type { FastifyPluginAsync } from 'fastify'
import Type from 'typebox'
import { answer, problems } from '#api/openapi.ts'
import type { RouteParts } from '#api/parts.ts'
import { whoOf } from '#api/scopes.ts'
import { erasePersonal } from '#flow/personal/erase.ts'

const EraseBody = Type.Object(
  {
    records: Type.Optional(
      Type.Array(Type.String({ minLength: 1, maxLength: 2000 }), {
        maxItems: 500,
        description: 'Identifiers of records · 记录标识',
      }),
    ),
    code: Type.Optional(
      Type.String({
        minLength: 3,
        maxLength: 200,
        description: 'A code of the person, `<scheme>:<code>` · 该主体的代码',
      }),
    ),
    reason: Type.String({ minLength: 1, maxLength: 500, pattern: '\\S', description: 'Why · 理由' }),
  },
  {
    additionalProperties: false,
    title: 'Erasure · 删除请求',
    examples: [{ records: ['urn:cnft:sale:jiaxing-wholesale:trade:1'], reason: 'request of the person' }],
  },
)

/** `POST /v1/personal/erasures`. */
export const personalRoutes =
  ({ pool }: RouteParts): FastifyPluginAsync =>
  async (app) => {
    app.route<{ Body: { records?: string[]; code?: string; reason: string } }>({
      method: 'POST',
      url: '/v1/personal/erasures',
      config: { scopes: [] },
      schema: {
        operationId: 'erasePersonal',
        tags: ['operation'],
        summary: 'Erase what is of a person · 删除个人信息',
        description: [
          'From all versions of the records, the bytes of the messages that brought them, what waits, what was rejected, papers and cards. Goods, masses and businesses stay. Hashes stay too, and',
          'the log of evidence is verified as before. A legal hold refuses it. What receivers were given is not called back: `links` names who must be told.',
          '',
          '自相关记录的全部版本、原始报文、等待与待处理数据、凭证与主体卡中删除个人信息；货物、数量与经营主体保留，存证日志仍可核验。法律保全期间不可删除；已同步给接收方的须另行通知。',
        ].join('\n'),
        body: EraseBody,
        response: {
          200: answer('Erased', 'What was erased · 结果'),
          ...problems(400, 401, 403, 409, 413, 415, 429, 503),
        },
      },
      handler: (request) => erasePersonal(pool, { ...request.body, who: whoOf(request) }),
    })
  }
