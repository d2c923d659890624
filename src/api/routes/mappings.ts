import type { FastifyPluginAsync } from 'fastify'
import Type from 'typebox'
import type { DecodeOutcome } from '#adapters/push/decode.ts'
import { decodeMessage } from '#adapters/push/decode-message.ts'
import { DecodeRefusal } from '#adapters/push/refusal.ts'
import { mappingExample, trialExample } from '#api/examples-mappings.ts'
import type { Language } from '#api/language.ts'
import { invalidMapping } from '#api/mapping-refused.ts'
import { mistakeView } from '#api/mistake-view.ts'
import { answer, problems } from '#api/openapi.ts'
import type { RouteParts } from '#api/parts.ts'
import { spokenIn, spokenIssues } from '#api/spoken.ts'
import { HubError } from '#core/errors.ts'
import { tryMapping } from '#core/mapping/check/try.ts'
import { compileMapping } from '#core/mapping/compile.ts'
import type { CodeRow, CodeTable, CompiledMapping } from '#core/mapping/mapping.ts'
import { readAs } from '#core/source.ts'
import { charsetOf } from '#flow/intake/target.ts'

const RESULTS_MAX = 100
const FILE = 'mapping.yaml'

const text = (most: number, description: string) =>
  Type.String({ minLength: 1, maxLength: most, description })
const TryBody = Type.Object(
  {
    mapping: Type.Optional(text(200_000, 'Text of the mapping file · 映射文件内容')),
    version: Type.Optional(
      Type.String({
        maxLength: 250,
        pattern: '^[a-z0-9-]+/[a-z0-9-]+@\\d{1,9}$',
        description:
          'A version that is stored, such as a draft, in place of a text · 已保存的版本（如草稿），代替映射内容',
      }),
    ),
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
  readonly mapping?: string
  readonly version?: string
  readonly sample?: string
  readonly sampleBase64?: string
  readonly contentType?: string
  readonly tables?: Readonly<Record<string, readonly CodeRow[]>>
}

/** `POST /v1/mappings/try`: a mapping and a sample, run by the very code that runs in production; nothing is stored. */
export const mappingRoutes =
  ({ registry, language, clock }: RouteParts): FastifyPluginAsync =>
  async (app) => {
    app.route<{ Body: Trial }>({
      method: 'POST',
      url: '/v1/mappings/try',
      config: { scopes: ['read'], unlogged: 'asks' },
      schema: {
        operationId: 'tryMapping',
        tags: ['systems'],
        summary: 'Try a mapping on a sample · 试运行映射',
        description: [
          'The records that come of the sample, where each field came from, and the fields that nothing read. Every mistake of the file',
          'is named at once, with line and column; so are places that work and are surely not meant (`doubts`), and places that read a',
          'field which no record of the sample has (`unseen`). Nothing is stored.',
          '',
          '给出样例生成的记录、各字段的来源与未读取的字段；映射错误一次列全（含行列），并列出可用但多半不合本意之处（doubts）与读取了样例中没有的字段之处（unseen）；不保存任何内容。',
        ].join('\n'),
        body: TryBody,
        response: {
          200: answer('MappingTrial', 'What comes of it · 试运行结果', trialExample),
          ...problems(400, 401, 403, 413, 415, 422, 429),
        },
      },
      handler: async (request) => {
        const { body } = request
        const spoken = spokenIn(request, language)
        const mapping =
          body.version === undefined ? compiled(body, spoken) : await stored(registry, body, spoken)
        const { records, encoding, encodingMismatch } = await decoded(
          sampleOf(body),
          mapping,
          body.contentType,
        )
        const { sources, ...tried } = tryMapping({ mapping, mistakes: [] }, records, clock())
        return {
          mapping: tried.mapping,
          encoding,
          // A text of a JSON body came in UTF-8, whatever its system declares.
          encodingMismatch: body.sample === undefined && encodingMismatch,
          received: tried.received,
          rejected: tried.rejected,
          drift: tried.drift,
          doubts: tried.doubts.map((doubt) => mistakeView(doubt, spoken)),
          unseen: tried.unseen.map((place) => mistakeView(place, spoken)),
          results: sources
            .slice(0, RESULTS_MAX)
            .map((source) => ({ ...source, issues: spokenIssues(source.issues, spoken) })),
        }
      },
    })
  }

async function stored(
  registry: RouteParts['registry'],
  { version = '', mapping, tables }: Trial,
  language: Language,
): Promise<CompiledMapping> {
  if (mapping !== undefined || tables !== undefined)
    throw oneOf('/mapping', 'give one of mapping and version')
  const [, system = '', record = '', number] = /^(.+)\/(.+)@(.+)$/.exec(version) ?? []
  const found = await registry.version(system, record, Number(number))
  if (!found) throw new HubError('not_found', { detail: `mapping ${version}` })
  if (!found.mapping) throw invalidMapping(found.mistakes, language)
  return forward(found.mapping)
}

const oneOf = (path: string, reason: string): HubError =>
  new HubError('invalid_request', { issues: [{ path, code: 'E_SCHEMA', reason }] })

function forward(mapping: CompiledMapping): CompiledMapping {
  if (mapping.direction === 'backward') {
    throw new HubError('mapping_invalid', { detail: 'a mapping of a receiver: it reads no messages' })
  }
  return mapping
}

function compiled(body: Trial, language: Language): CompiledMapping {
  if (body.mapping === undefined) throw oneOf('/mapping', 'give one of mapping and version')
  const tables = Object.fromEntries(
    Object.entries(body.tables ?? {}).map(([name, rows]): [string, CodeTable] => [name, { name, rows }]),
  )
  const { mapping, mistakes } = compileMapping({ path: FILE, text: body.mapping, tables })
  if (!mapping || mistakes.length > 0) throw invalidMapping(mistakes, language)
  return forward(mapping)
}

function sampleOf({ sample, sampleBase64 }: Trial): Buffer {
  if ((sample === undefined) === (sampleBase64 === undefined)) {
    throw oneOf('/sample', 'give one of sample and sampleBase64')
  }
  return sample === undefined ? Buffer.from(sampleBase64 ?? '', 'base64') : Buffer.from(sample)
}

async function decoded(bytes: Buffer, mapping: CompiledMapping, contentType = ''): Promise<DecodeOutcome> {
  try {
    return await decodeMessage(bytes, readAs(mapping.read, contentType), charsetOf(contentType))
  } catch (error) {
    if (!(error instanceof DecodeRefusal)) throw error
    throw new HubError('unreadable_message', {
      detail: `${error.reason} (${error.at})`,
      issues: [{ path: error.at, code: error.code, reason: error.reason, fix: error.fix }],
    })
  }
}
