import type { FastifyPluginAsync } from 'fastify'
import Type from 'typebox'
import { readCursor, UUID, writeCursor } from '#api/cursor.ts'
import type { Language } from '#api/language.ts'
import { answer, problems } from '#api/openapi.ts'
import { LIMIT, type PageQuery, pageOf, pageQuery, query } from '#api/page.ts'
import type { RouteParts } from '#api/parts.ts'
import { ReplayScope } from '#api/schemas/replays.ts'
import { whoOf } from '#api/scopes.ts'
import { spokenIn, spokenIssues } from '#api/spoken.ts'
import { HubError } from '#core/errors.ts'
import { createReplay, type ReplayWish } from '#flow/replay/create-replay.ts'
import { type ReplaySample, tallyFrom } from '#flow/replay/tally.ts'
import { timeOf } from '#store/message-time.ts'
import { listReplays, type Replay, readReplay } from '#store/replays.ts'

const version = Type.Integer({ minimum: 1, maximum: 999_999_999 })
const NewReplay = Type.Object(
  {
    scope: ReplayScope,
    mode: Type.Enum(['dry-run', 'apply', 'compare'], { description: 'Only `apply` writes · 仅 apply 写入' }),
    versions: Type.Optional(
      Type.Object(
        { from: version, to: version },
        {
          additionalProperties: false,
          description: 'For `compare`: two versions of the mapping of the record · compare 所对比的两个版本',
        },
      ),
    ),
    targets: Type.Optional(
      Type.Union(
        [
          Type.Enum(['none', 'all']),
          Type.Array(Type.String({ format: 'uuid' }), { minItems: 1, maxItems: 100, uniqueItems: true }),
        ],
        {
          description:
            'Links that get what `apply` changes; absent: all. A link made later gets everything anyway · apply 的变更投递至哪些链路，缺省为全部',
        },
      ),
    ),
  },
  {
    additionalProperties: false,
    title: 'New replay · 新重放',
    examples: [
      { mode: 'dry-run', scope: { system: 'jiaxing-wholesale', from: '2026-07-01T00:00:00+08:00' } },
    ],
  },
)

/** `POST/GET /v1/replays` and `GET /v1/replays/{id}`. */
export const replayRoutes =
  ({ pool, registry, queues, clock, language }: RouteParts): FastifyPluginAsync =>
  async (app) => {
    app.route<{ Body: ReplayWish }>({
      method: 'POST',
      url: '/v1/replays',
      config: { scopes: [] },
      schema: {
        operationId: 'createReplay',
        tags: ['quarantine'],
        summary: 'Map stored messages anew · 重放已存报文',
        description: [
          'Decodes stored messages from their bytes and maps them with the active mapping. `dry-run` counts what would become of them and',
          'writes nothing; `apply` writes what changed as new versions and mends rejections. Unchanged content makes no version, a',
          'correction that came later stays, a void stays void; `targets` chooses the links that get it. `compare` maps them with two versions of one mapping.',
          'What came as canonical records (`record`: `canonical`) is read as it would be read today, by the rules of now for codes, regions and times.',
          '',
          '将已存报文以现行映射重新处理：dry-run 只统计不写入；apply 将变化写为新版本并修复待处理记录；内容不变不产生新版本，',
          '之后的更正与作废保持不变；compare 对比同一映射的两个版本。以规范记录接收的报文（record 为 canonical）按现行的编码、区划与时间规则重新读取。',
        ].join('\n'),
        body: NewReplay,
        response: {
          202: answer('Replay', 'It is under way · 已受理'),
          ...problems(400, 401, 403, 404, 413, 415, 429, 503),
        },
      },
      handler: async (request, reply) => {
        const replay = await createReplay({ pool, registry, clock }, request.body, whoOf(request))
        await queues.wakeReplay(replay.id)
        reply.code(202).header('location', `/v1/replays/${replay.id}`)
        return replayView(replay, spokenIn(request, language))
      },
    })
    app.route<{ Querystring: PageQuery & { system?: string } }>({
      method: 'GET',
      url: '/v1/replays',
      config: { scopes: [] },
      schema: {
        operationId: 'listReplays',
        tags: ['quarantine'],
        summary: 'Replays · 重放列表',
        description: 'The newest first. 新者在前。',
        querystring: query({
          system: Type.Optional(
            Type.String({ minLength: 1, maxLength: 100, description: 'System · 对接系统' }),
          ),
          ...pageQuery,
        }),
        response: { 200: answer('ReplayPage', 'One page · 一页'), ...problems(400, 401, 403, 429, 503) },
      },
      handler: async (request) => {
        const { system, after, limit = LIMIT } = request.query
        const cursor = readCursor(after, UUID)?.[0]
        const rows = await listReplays(pool, {
          limit: limit + 1,
          ...(system === undefined ? {} : { system }),
          ...(cursor === undefined ? {} : { after: cursor }),
        })
        const page = pageOf(rows, limit, ({ id }) => writeCursor(id))
        const spoken = spokenIn(request, language)
        return { replays: page.rows.map((replay) => replayView(replay, spoken)), next: page.next }
      },
    })
    app.route<{ Params: { id: string } }>({
      method: 'GET',
      url: '/v1/replays/:id',
      config: { scopes: [] },
      schema: {
        operationId: 'getReplay',
        tags: ['quarantine'],
        summary: 'A replay with its progress · 重放详情',
        description: 'Counts so far, and samples of what changed. 截至目前的计数与变化样例。',
        params: Type.Object({ id: Type.String({ description: 'Replay · 重放编号' }) }),
        response: { 200: answer('Replay', 'The replay · 重放'), ...problems(401, 403, 404, 429, 503) },
      },
      handler: async (request) => {
        const { id } = request.params
        const replay = UUID.test(id) ? await readReplay(pool, id) : null
        if (!replay) throw new HubError('not_found', { detail: `replay ${id}` })
        return replayView(replay, spokenIn(request, language))
      },
    })
  }

function replayView(replay: Replay, language: Language): object {
  const samples = (replay.samples as readonly ReplaySample[]).map((sample) =>
    sample.issues ? { ...sample, issues: spokenIssues(sample.issues, language) } : sample,
  )
  const { cursor, inside, targets, ...rest } = replay
  const reached = inside?.message ?? cursor
  return {
    ...rest,
    targets: targets ?? 'all',
    reachedAt: reached !== null && UUID.test(reached) ? new Date(timeOf(reached)).toISOString() : null,
    inside: inside && { receipt: inside.message, records: inside.done, total: inside.total },
    counts: tallyFrom(replay.counts, []).counts,
    samples,
  }
}
