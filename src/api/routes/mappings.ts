import type { FastifyPluginAsync } from 'fastify'
import Type from 'typebox'
import type { DecodeOutcome } from '#adapters/push/decode.ts'
import { decodeMessage } from '#adapters/push/decode-message.ts'
import { DecodeRefusal } from '#adapters/push/refusal.ts'
import { mappingExample } from '#api/examples.ts'
import type { Language } from '#api/language.ts'
import { type MistakeView, mistakeView } from '#api/mistake-view.ts'
import { answer, problems } from '#api/openapi.ts'
import type { RouteParts } from '#api/parts.ts'
import { spokenIn, spokenIssues } from '#api/spoken.ts'
import { HubError } from '#core/errors.ts'
import { compileMapping } from '#core/mapping/compile.ts'
import type { CodeRow, CodeTable, CompiledMapping } from '#core/mapping/mapping.ts'

const RESULTS_MAX = 100
const FILE = 'mapping.yaml'

const text = (most: number, description: string) =>
  Type.String({ minLength: 1, maxLength: most, description })
const TryBody = Type.Object(
  {
    mapping: text(200_000, 'Text of the mapping file · 映射文件内容'),
    sample: Type.Optional(text(1_000_000, 'A message as text · 文本形式的报文')),
    sampleBase64: Type.Optional(text(1_500_000, 'A message as bytes · Base64 形式的报文')),
    contentType: Type.Optional(text(200, 'Content type that it is sent with · 发送时的内容类型')),
    tables: Type.Optional(
      Type.Record(
        Type.String({ maxLength: 100 }),
        Type.Array(
          Type.Object(
            {
              code: Type.String(),
              value: Type.String(),
              from: Type.Optional(Type.String({ format: 'date' })),
              to: Type.Optional(Type.String({ format: 'date' })),
            },
            { additionalProperties: false },
          ),
          { maxItems: 10_000 },
        ),
        { description: 'Code tables by the name that `lookup` calls them · lookup 使用的代码表' },
      ),
    ),
  },
  { additionalProperties: false, title: 'Trial of a mapping · 映射试运行', examples: [mappingExample] },
)

interface Trial {
  readonly mapping: string
  readonly sample?: string
  readonly sampleBase64?: string
  readonly contentType?: string
  readonly tables?: Readonly<Record<string, readonly CodeRow[]>>
}

/** `POST /v1/mappings/try`: a mapping and a sample, run by the very code that runs in production; nothing is stored. */
export const mappingRoutes =
  ({ language, clock }: RouteParts): FastifyPluginAsync =>
  async (app) => {
    app.route<{ Body: Trial }>({
      method: 'POST',
      url: '/v1/mappings/try',
      config: { scopes: ['read'] },
      schema: {
        operationId: 'tryMapping',
        tags: ['systems'],
        summary: 'Try a mapping on a sample · 试运行映射',
        description: [
          'The records that come of the sample, where each field came from, and the fields that nothing read. Every mistake of the file',
          'is named at once, with line and column. Nothing is stored.',
          '',
          '给出样例生成的记录、各字段的来源与未读取的字段；映射错误一次列全（含行列）；不保存任何内容。',
        ].join('\n'),
        body: TryBody,
        response: {
          200: answer('MappingTrial', 'What comes of it · 试运行结果'),
          ...problems(400, 401, 403, 413, 415, 422, 429),
        },
      },
      handler: async (request) => {
        const { body } = request
        const spoken = spokenIn(request, language)
        const mapping = compiled(body, spoken)
        const { records, encoding, encodingMismatch } = await decoded(
          sampleOf(body),
          mapping,
          body.contentType,
        )
        const context = { receivedAtMs: clock() }
        return {
          mapping: `${mapping.name}@${mapping.version}`,
          encoding,
          encodingMismatch,
          received: records.length,
          results: records.slice(0, RESULTS_MAX).map((record) => {
            const traced = mapping.trace(record, context)
            return { ...traced, issues: spokenIssues(traced.issues, spoken) }
          }),
        }
      },
    })
  }

function compiled(body: Trial, language: Language): CompiledMapping {
  const tables = Object.fromEntries(
    Object.entries(body.tables ?? {}).map(([name, rows]): [string, CodeTable] => [name, { name, rows }]),
  )
  const { mapping, mistakes } = compileMapping({ path: FILE, text: body.mapping, tables })
  if (!mapping || mistakes.length > 0)
    throw invalidMapping(mistakes.map((mistake) => mistakeView(mistake, language)))
  if (mapping.direction === 'backward') {
    throw new HubError('mapping_invalid', { detail: 'a mapping of a receiver: it reads no messages' })
  }
  return mapping
}

const invalidMapping = (mistakes: readonly MistakeView[]): HubError =>
  new HubError('mapping_invalid', {
    issues: mistakes.map(({ line, column, target, message, advice }) => ({
      path: `line ${line}, column ${column}`,
      code: 'E_SCHEMA',
      ...(target ? { target } : {}),
      reason: message,
      fix: advice,
    })),
    members: { mistakes },
  })

function sampleOf({ sample, sampleBase64 }: Trial): Buffer {
  if ((sample === undefined) === (sampleBase64 === undefined)) {
    throw new HubError('invalid_request', {
      issues: [{ path: '/sample', code: 'E_SCHEMA', reason: 'give one of sample and sampleBase64' }],
    })
  }
  return sample === undefined ? Buffer.from(sampleBase64 ?? '', 'base64') : Buffer.from(sample)
}

async function decoded(bytes: Buffer, mapping: CompiledMapping, contentType = ''): Promise<DecodeOutcome> {
  const charset = /;\s*charset\s*=\s*"?([^\s;"]+)/i.exec(contentType)?.[1]
  try {
    return await decodeMessage(bytes, mapping.read, charset ? { charset } : {})
  } catch (error) {
    if (!(error instanceof DecodeRefusal)) throw error
    throw new HubError('unreadable_message', {
      detail: `${error.reason} (${error.at})`,
      issues: [{ path: error.at, code: error.code, reason: error.reason, fix: error.fix }],
    })
  }
}
