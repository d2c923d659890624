import type { FastifyPluginAsync, FastifyRequest } from 'fastify'
import type { Pool } from 'pg'
import Type from 'typebox'
import { givesFullOnly } from '#api/full-values.ts'
import { answer, problems } from '#api/openapi.ts'
import { LIMIT, type PageQuery, pageOf, pageQuery, query } from '#api/page.ts'
import type { RouteParts } from '#api/parts.ts'
import { sealedPlacesOf } from '#api/places.ts'
import { callerOf, holds, sightOfCaller, whoOf } from '#api/scopes.ts'
import { spokenIn } from '#api/spoken.ts'
import { HubError } from '#core/errors.ts'
import { csvText } from '#core/mapping/backward/formats.ts'
import { tableWorkbook, WORKBOOK_TYPE } from '#core/mapping/backward/workbook.ts'
import { maskedNote, maskedPlace, maskedReceiver } from '#core/model/masked-texts.ts'
import type { RecallAction } from '#core/recall/deadlines.ts'
import { noticeSheet } from '#core/recall/notice-sheet.ts'
import { Acknowledgement } from '#flow/recall/notice-schema.ts'
import { inTransaction } from '#store/database.ts'
import { isCaseOrHold, listNotices, type Notice } from '#store/recall-evidence.ts'
import { acknowledge, CLOCKS_DIFFER_MS } from '#store/recall-notices.ts'
import { withSight } from '#store/sighted.ts'

const HoldParams = Type.Object({ id: Type.String({ description: 'Hold record · 停售召回记录' }) })
const CaseParams = Type.Object({
  case: Type.String({ maxLength: 1000, description: 'A case, or a hold record · 案件或停售召回记录' }),
})
/** A sheet shows no more; the list has all. */
const SHEET_MAX = 10_000

interface Wish {
  readonly receiver: string
  readonly version?: number
  readonly action: RecallAction
  readonly found?: string
  readonly sold?: string
  readonly disposed?: string
  readonly at?: string
  readonly note?: string
}

/** Notices of a case or hold as far as the caller sees them; a case or hold that he does not see is none. */
async function noticesSeen(
  pool: Pool,
  request: FastifyRequest,
  query: Omit<Parameters<typeof listNotices>[1], 'isPart'>,
): Promise<Notice[]> {
  const sight = sightOfCaller(request)
  return await withSight(pool, sight, async (reader) => {
    const notices = await listNotices(reader, { ...query, isPart: sight !== null })
    if (notices.length === 0 && !(await isCaseOrHold(reader, query.of)))
      throw new HubError('not_found', { detail: `case or hold record ${query.of}` })
    return notices
  })
}

const beforeOrder = (): HubError =>
  new HubError('invalid_request', {
    issues: [
      {
        path: '/at',
        code: 'E_SCHEMA',
        reason: 'the goods were not ordered to be stopped, recalled or released yet',
        fix: 'Send the time at which it was done, at or after orderedAt of the notice.',
      },
    ],
  })

/** The name of a link is that of an organisation, given by the operator and told in the list of links and in alerts. */
const isOfLink = ({ receiver }: Pick<Notice, 'receiver'>): boolean => receiver.startsWith('link:')

/** Without what a person wrote; the words of receivers are those of their links' deliveries. */
const maskedNotice = (one: Notice): Notice => ({
  ...one,
  receiver: maskedReceiver(one.receiver),
  name: isOfLink(one) ? one.name : one.name.split(' ').map(maskedPlace).join(' '),
  events: one.events.map((event) => ({ ...event, note: maskedNote(event.note) })),
})

/** `POST /v1/holds/{id}/acknowledgements`, `GET /v1/recalls/{case}/notices` and the same as files. */
export const recallNoticeRoutes =
  ({ pool, clock, language }: RouteParts): FastifyPluginAsync =>
  async (app) => {
    app.route<{ Params: { id: string }; Body: Wish }>({
      method: 'POST',
      url: '/v1/holds/:id/acknowledgements',
      config: { scopes: ['any'] },
      schema: {
        operationId: 'acknowledgeHold',
        tags: ['links'],
        summary: 'Acknowledge a hold · 确认停售召回',
        description: [
          'A receiver that was told of a hold says what it did; with the scope `link:<id>` of that link for itself alone, or an administrator for whoever was',
          'told by a person. The first acknowledges, later ones report quantities; what is late is kept as late.',
          '',
          '被通知方确认所采取的措施：链路密钥仅限本链路，人工通知的由管理员登记；首次为确认，其后为数量上报；逾期照实记录。',
        ].join('\n'),
        params: HoldParams,
        body: Acknowledgement,
        response: {
          200: answer('RecallNoticePage', 'The notices of the hold · 该记录的通知'),
          ...problems(400, 401, 403, 404, 429, 503),
        },
      },
      handler: async (request, reply) => {
        const { params, body } = request
        const isLink = isOfLink(body)
        if (!holds(callerOf(request), ...(isLink ? [body.receiver] : [])))
          throw new HubError('forbidden', { detail: 'a key of this link, or an administrator' })
        const nowMs = clock()
        const { at, ...told } = body
        const atMs = at === undefined ? nowMs : Date.parse(at)
        if (atMs > nowMs + CLOCKS_DIFFER_MS)
          throw new HubError('invalid_request', { detail: 'at lies in the future' })
        const how = isLink ? 'call' : 'person'
        const became = await inTransaction(pool, (client) =>
          acknowledge(client, { ...told, recordId: params.id, by: whoOf(request), how, atMs }),
        )
        if (became === 'before') throw beforeOrder()
        if (became === 'not_told')
          throw new HubError('not_found', { detail: 'this receiver is not to be told of this hold' })
        const notices = await listNotices(pool, { of: params.id, limit: SHEET_MAX, nowMs })
        const own = notices.filter(({ receiver }) => receiver === body.receiver)
        // What a receiver said itself is given back to it.
        const full =
          isLink || (await givesFullOnly(pool, request, reply, { subject: `notices ${params.id}` }))
        return { notices: full ? own : own.map(maskedNotice), next: null }
      },
    })
    app.route<{ Params: { case: string }; Querystring: PageQuery }>({
      method: 'GET',
      url: '/v1/recalls/:case/notices',
      config: { scopes: ['read'], isSighted: true },
      schema: {
        operationId: 'listRecallNotices',
        tags: ['links'],
        summary: 'Who was told when · 通知记录',
        description:
          'Each version of each hold of a case and each receiver: when it was due, sent, delivered and acknowledged, with deliveries and events as evidence. A limited caller gets the notices of holds that it sees to the places named there and to the receivers in its sight, without who put them down, deliveries and notes. 案件各停售召回记录的各版本、各接收方：期限、发送、送达与确认时间，附投递与事件为证。仅见部分数据者为其可见记录及其所辖接收方的通知，不含经办人、投递与备注。',
        params: CaseParams,
        querystring: query(pageQuery),
        response: {
          200: answer('RecallNoticePage', 'One page · 一页'),
          ...problems(400, 401, 403, 404, 429, 503),
        },
      },
      handler: async (request, reply) => {
        const { params } = request
        const { after, limit = LIMIT } = request.query
        const places = await sealedPlacesOf(pool, request)
        const cursor = places.read(after, /^.{1,1000}$/s, /^\d{1,9}$/, /^.{1,400}$/s)
        const rows = await noticesSeen(pool, request, {
          of: params.case,
          limit: limit + 1,
          nowMs: clock(),
          ...(cursor ? { after: cursor as unknown as readonly [string, string, string] } : {}),
        })
        const page = pageOf(rows, limit, (last) =>
          places.write(last.hold, String(last.version), last.receiver),
        )
        const read = { subject: `notices ${params.case}` }
        const full = page.rows.length > 0 && (await givesFullOnly(pool, request, reply, read))
        return { notices: full ? page.rows : page.rows.map(maskedNotice), next: page.next }
      },
    })
    for (const [ending, type] of [['csv', 'text/csv'] as const, ['xlsx', WORKBOOK_TYPE] as const])
      app.route<{ Params: { case: string } }>({
        method: 'GET',
        url: `/v1/recalls/:case/notices.${ending}`,
        config: { scopes: ['read'], isSighted: true },
        schema: {
          operationId: ending === 'csv' ? 'listRecallNoticesCsv' : 'listRecallNoticesSheet',
          tags: ['links'],
          summary: 'Who was told when, as a file · 通知记录文件',
          description: 'At most 10,000 notices. 最多 10,000 条。',
          params: CaseParams,
          response: {
            200: { description: 'A file · 文件', content: { [type]: { schema: { type: 'string' } } } },
            ...problems(400, 401, 403, 404, 429, 503),
          },
        },
        handler: async (request, reply) => {
          const notices = await noticesSeen(pool, request, {
            of: request.params.case,
            limit: SHEET_MAX,
            nowMs: clock(),
          })
          const subject = `notices ${request.params.case}`
          const full = notices.length > 0 && (await givesFullOnly(pool, request, reply, { subject }))
          const shown = full ? notices : notices.map(maskedNotice)
          const table = noticeSheet(shown, spokenIn(request, language))
          reply
            .header('cache-control', 'no-store')
            .header('content-disposition', `attachment; filename="notices.${ending}"`)
          if (ending === 'csv')
            // The mark tells spreadsheets that it is UTF-8.
            return reply
              .type('text/csv; charset=utf-8')
              .send(`\uFEFF${csvText([table.columns, ...table.rows])}`)
          return reply.type(type).send(Buffer.from(tableWorkbook(table)))
        },
      })
  }
