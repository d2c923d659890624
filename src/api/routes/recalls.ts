import type { FastifyPluginAsync } from 'fastify'
import Type from 'typebox'
import { instantOf } from '#api/day-or-time.ts'
import { rehearsalExample } from '#api/examples-recalls.ts'
import { answer, problems } from '#api/openapi.ts'
import type { RouteParts } from '#api/parts.ts'
import { sightOfCaller } from '#api/scopes.ts'
import { spokenIn } from '#api/spoken.ts'
import { HubError } from '#core/errors.ts'
import { tableWorkbook, WORKBOOK_TYPE } from '#core/mapping/backward/workbook.ts'
import { recallSheet } from '#core/recall/sheet.ts'
import { REHEARSAL_CONFIDENCE, rehearseRecall } from '#flow/recall/rehearse.ts'
import { systemsMeant } from '#flow/trace/systems-meant.ts'

const CODE = { minLength: 1, maxLength: 200 }
const RehearsalBody = Type.Object(
  {
    code: Type.Optional(
      Type.String({
        ...CODE,
        description: 'Any code of the goods, or a graph code · 货物的任一编码或图编码',
      }),
    ),
    document: Type.Optional(Type.String({ ...CODE, description: 'Number of a paper · 凭证编号' })),
    confidence: Type.Optional(
      Type.Number({
        minimum: 0,
        maximum: 1,
        default: REHEARSAL_CONFIDENCE,
        description: 'Least confidence of an edge · 关联的最低可信度',
      }),
    ),
    direction: Type.Optional(
      Type.Enum(['source', 'forward'], {
        default: 'source',
        description:
          'source: from the nearest dispatch that the goods came from; forward: only forward of the code · source 自最近的出场批次起；forward 仅自该编码向前',
      }),
    ),
    at: Type.Optional(
      Type.String({ format: 'day-or-time', description: 'What the hub knew then · 按该时刻平台已知的情况' }),
    ),
  },
  { additionalProperties: false },
)

interface Asked {
  readonly code?: string
  readonly document?: string
  readonly confidence?: number
  readonly direction?: 'source' | 'forward'
  readonly at?: string
}

const FORMS = [
  ['', 'rehearseRecall', 'Rehearse a recall · 召回演练'],
  ['.xlsx', 'rehearseRecallSheet', 'A rehearsal as a sheet · 召回演练表'],
] as const

/** `POST /v1/recalls/rehearse` and the same as a workbook. */
export const recallRoutes =
  ({ pool, clock, language }: RouteParts): FastifyPluginAsync =>
  async (app) => {
    for (const [ending, operationId, summary] of FORMS)
      app.route<{ Body: Asked }>({
        method: 'POST',
        url: `/v1/recalls/rehearse${ending}`,
        config: { scopes: ['read'], isSighted: true },
        schema: {
          operationId,
          tags: ['trace'],
          summary,
          description: [
            'What a recall of these goods would reach: lots, places, parties, systems and links, and how much of what was stated at the source is',
            'found. Each kilogram counts once; units are never added to each other. Nothing is written and nobody is told. A limited caller rehearses with the',
            'records that it may see (`part`).',
            '',
            '召回将涉及的批次、场所、主体、系统与链路，以及源头数量中已查明与未查明的部分；每公斤只计一次，不同单位不相加。不写入数据，不发出通知。仅见部分数据者按可见记录演练（part）。',
          ].join('\n'),
          body: RehearsalBody,
          response: {
            200:
              ending === ''
                ? answer('Rehearsal', 'The rehearsal · 演练结果', rehearsalExample)
                : { description: summary, content: { [WORKBOOK_TYPE]: { schema: { type: 'string' } } } },
            ...problems(400, 401, 403, 404, 429, 503),
          },
        },
        handler: async (request, reply) => {
          const { at, ...asked } = request.body
          if ((asked.code === undefined) === (asked.document === undefined))
            throw new HubError('invalid_request', { detail: 'give either code or document' })
          const found = await rehearseRecall(
            { pool, clock },
            {
              ...asked,
              ...(at === undefined ? {} : { at: instantOf(at, 'end') }),
              systems: await systemsMeant(pool, asked.code ?? ''),
            },
            sightOfCaller(request),
          )
          // Names that may be of persons are covered for everybody.
          reply.header('cache-control', 'no-store').header('hub-masked', 'personal')
          if (ending === '') return found
          reply.type(WORKBOOK_TYPE).header('content-disposition', 'attachment; filename="recall.xlsx"')
          return reply.send(Buffer.from(tableWorkbook(recallSheet(found, spokenIn(request, language)))))
        },
      })
  }
