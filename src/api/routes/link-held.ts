import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify'
import Type from 'typebox'
import { readCursor, writeCursor } from '#api/cursor.ts'
import { givesFull, givesFullOnly, textsOf } from '#api/full-values.ts'
import { answer, problems } from '#api/openapi.ts'
import { LIMIT, type PageQuery, pageOf, pageQuery, query } from '#api/page.ts'
import type { RouteParts } from '#api/parts.ts'
import { callerOf, holds, sightOfCaller, whoOf } from '#api/scopes.ts'
import { spokenIn } from '#api/spoken.ts'
import { HubError } from '#core/errors.ts'
import { maskedNote } from '#core/model/masked-texts.ts'
import type { Sight } from '#core/sight.ts'
import { refusedAdvice } from '#flow/delivery/advice.ts'
import { readVersions } from '#store/changes.ts'
import { inTransaction } from '#store/database.ts'
import {
  dropRefused,
  listHeldGroups,
  type RefusedChoice,
  readHeldChange,
  resendRefused,
} from '#store/held-actions.ts'
import { HELD_STATES, type HeldChange, type HeldState, listHeldChanges } from '#store/held-changes.ts'
import { LANES } from '#store/lanes.ts'
import { readLink } from '#store/links.ts'
import { withSight } from '#store/sighted.ts'

const LinkParams = Type.Object({ id: Type.String({ format: 'uuid', description: 'Link · 链路' }) })
interface OfLink {
  Params: { id: string }
}

const record = Type.String({ minLength: 1, maxLength: 8000, description: 'Record · 记录标识' })
const version = Type.Integer({ minimum: 1, maximum: 2_147_483_647, description: 'Version · 版本' })
const cause = Type.String({
  minLength: 1,
  maxLength: 200,
  description: 'Group of refused changes · 原因分组',
})
const changes = Type.Array(Type.Object({ id: record, version }, { additionalProperties: false }), {
  minItems: 1,
  maxItems: 5000,
  description: 'Changes · 变更',
})
const all = Type.Literal(true, { description: 'All refused changes of the link · 全部被拒变更' })
const choices = { cause: Type.Optional(cause), changes: Type.Optional(changes), all: Type.Optional(all) }
const Choice = Type.Object(choices, {
  additionalProperties: false,
  minProperties: 1,
  maxProperties: 1,
  title: 'Choice of refused changes · 选择被拒变更',
  examples: [{ cause: 'E12 品类不在目录' }, { all: true }],
})
const Drop = Type.Object(
  {
    ...choices,
    reason: Type.String({ minLength: 1, maxLength: 500, pattern: '\\S', description: 'Why · 原因' }),
  },
  {
    additionalProperties: false,
    minProperties: 2,
    maxProperties: 2,
    title: 'Refused changes to give up · 放弃被拒变更',
    examples: [{ cause: 'E12 品类不在目录', reason: 'the city does not take this class' }],
  },
)
interface Chosen {
  readonly cause?: string
  readonly changes?: readonly { readonly id: string; readonly version: number }[]
}

/** A link sees all that it holds; others what is held of the records that they see. */
const sightOfHeld = (request: FastifyRequest): Sight | null =>
  holds(callerOf(request), `link:${(request.params as OfLink['Params']).id}`) ? null : sightOfCaller(request)

/** `GET /v1/links/{id}/held`, its groups and details, and what is done with refused changes. */
export const linkHeldRoutes =
  ({ pool, queues, language }: RouteParts): FastifyPluginAsync =>
  async (app) => {
    const existing = async (id: string): Promise<void> => {
      if (!(await readLink(pool, id))) throw new HubError('not_found', { detail: `link ${id}` })
    }
    /** Who sees a part is not told whether there is such a link: one that holds nothing of theirs is like one that is not there. */
    const seen = async (request: FastifyRequest): Promise<Sight | null> => {
      const sight = sightOfHeld(request)
      if (sight === null) await existing((request.params as OfLink['Params']).id)
      return sight
    }
    // A receiver is given back its own words.
    const seesWords = async (request: FastifyRequest, reply: FastifyReply): Promise<boolean> => {
      const { id } = request.params as OfLink['Params']
      const isReceiver = callerOf(request).scopes.includes(`link:${id}`)
      return isReceiver || (await givesFullOnly(pool, request, reply, { subject: `held ${id}`, link: id }))
    }
    app.route<OfLink & { Querystring: PageQuery & { state?: HeldState; cause?: string } }>({
      method: 'GET',
      url: '/v1/links/:id/held',
      config: { scopes: ['read', 'link:{id}'], isSighted: true },
      schema: {
        operationId: 'listHeldChanges',
        tags: ['links'],
        summary: 'Changes that the receiver has not taken · 滞留变更',
        description:
          'Waiting for another try, refused, or given up. Later versions of a waiting record wait behind it. A limited caller gets those of its records, with the code of the receiver as the cause. 待重试、被拒绝或已放弃的变更；同一记录的后续版本随待发版本等待。仅见部分数据者为其可见记录的变更，原因仅为接收方代码。',
        params: LinkParams,
        querystring: query({
          state: Type.Optional(Type.Enum([...HELD_STATES], { description: 'State · 状态' })),
          cause: Type.Optional(cause),
          ...pageQuery,
        }),
        response: { 200: answer('HeldPage', 'One page · 一页'), ...problems(400, 401, 403, 404, 429, 503) },
      },
      handler: async (request, reply) => {
        const { id } = request.params
        const { after, limit = LIMIT, state, cause: group } = request.query
        const cursor = readCursor(after, /^.{1,8000}$/, /^\d{1,9}$/)
        const sight = await seen(request)
        const wanted = {
          linkId: id,
          isPart: sight !== null,
          limit: limit + 1,
          ...(state === undefined ? {} : { state }),
          ...(group === undefined ? {} : { cause: group }),
          ...(cursor ? { after: { recordId: cursor[0] as string, version: Number(cursor[1]) } } : {}),
        }
        const rows = await withSight(pool, sight, (reader) => listHeldChanges(reader, wanted))
        const page = pageOf(rows, limit, (last) => writeCursor(last.recordId, last.version))
        const full = page.rows.length > 0 && (await seesWords(request, reply))
        return { held: page.rows.map((one) => heldView(one, full)), next: page.next }
      },
    })
    app.route<OfLink>({
      method: 'GET',
      url: '/v1/links/:id/held/groups',
      config: { scopes: ['read', 'link:{id}'], isSighted: true },
      schema: {
        operationId: 'listHeldGroups',
        tags: ['links'],
        summary: 'Refused changes by cause · 被拒变更分组',
        description:
          'One cause, one group: who must act, and how. A limited caller gets those of its records, by the code of the receiver. 按原因分组，含处理方与建议；仅见部分数据者为其可见记录，按接收方代码分组。',
        params: LinkParams,
        response: { 200: answer('HeldGroups', 'Groups · 分组'), ...problems(400, 401, 403, 404, 429, 503) },
      },
      handler: async (request, reply) => {
        const { id } = request.params
        const sight = await seen(request)
        const spoken = spokenIn(request, language)
        const groups = await withSight(pool, sight, (reader) =>
          listHeldGroups(reader, { linkId: id, isPart: sight !== null }),
        )
        const full = groups.length > 0 && (await seesWords(request, reply))
        return {
          groups: groups.map((group) => {
            const { actor, advice } = refusedAdvice(group.code)
            const detail = full ? group.detail : maskedNote(group.detail)
            return { ...group, detail, actor, advice: advice[spoken] }
          }),
        }
      },
    })
    app.route<OfLink & { Querystring: { record: string; version: number } }>({
      method: 'GET',
      url: '/v1/links/:id/held/change',
      // The whole record, also what the link may not see.
      config: { scopes: ['read'], isSighted: true },
      schema: {
        operationId: 'getHeldChange',
        tags: ['links'],
        summary: 'A held change with its record · 滞留变更详情',
        description:
          'With the canonical record, and what was sent where the receiver refused it. 含规范记录，以及接收方拒绝时的发送内容。',
        params: LinkParams,
        querystring: query({ record, version }),
        response: {
          200: answer('HeldDetail', 'The change · 变更'),
          ...problems(400, 401, 403, 404, 429, 503),
        },
      },
      handler: async (request, reply) => {
        const { id } = request.params
        const { record: recordId, version: wanted } = request.query
        const sight = sightOfCaller(request)
        if (sight === null) await existing(id)
        const name = { recordId, version: wanted }
        const { held, stored } = await withSight(pool, sight, async (reader) => ({
          held: await readHeldChange(reader, { linkId: id, isPart: sight !== null }, name),
          stored: (await readVersions(reader, [name]))[0],
        }))
        if (!held) throw new HubError('not_found', { detail: `held change of link ${id}` })
        const full = await givesFull(pool, request, reply, { subject: recordId, version: wanted, link: id })
        const [text] = textsOf(full, stored ? [stored.text] : [])
        return {
          change: heldView(held.change, full),
          record: text === undefined ? null : (JSON.parse(text) as unknown),
          // In the format of the receiver, in which nobody knows where a person stands.
          sent: full ? held.sent : null,
        }
      },
    })
    app.route<OfLink & { Body: Chosen }>({
      method: 'POST',
      url: '/v1/links/:id/held/resend',
      config: { scopes: [] },
      schema: {
        operationId: 'resendHeldChanges',
        tags: ['links'],
        summary: 'Send refused changes again · 重发被拒变更',
        description:
          'After the mapping or the receiver was mended: by cause, by name, or all. Each goes with the event it had. 修复映射或接收方后，按原因、指定变更或全部重发，事件号不变。',
        params: LinkParams,
        body: Choice,
        response: {
          200: answer('HeldResent', 'What goes again · 重发结果'),
          ...problems(400, 401, 403, 404, 413, 415, 429, 503),
        },
      },
      handler: async (request) => {
        const { id } = request.params
        await existing(id)
        const resent = await inTransaction(pool, (client) =>
          resendRefused(client, id, choiceOf(request.body), whoOf(request)),
        )
        await Promise.all(LANES.map((lane) => queues.wakeLink(id, 0, lane)))
        return resent
      },
    })
    app.route<OfLink & { Body: Chosen & { readonly reason: string } }>({
      method: 'POST',
      url: '/v1/links/:id/held/drop',
      config: { scopes: [] },
      schema: {
        operationId: 'dropHeldChanges',
        tags: ['links'],
        summary: 'Give refused changes up · 放弃被拒变更',
        description:
          'They stay as history with the reason, the key and the time, and can still be sent again by name. 保留原因、密钥与时间，仍可指定重发。',
        params: LinkParams,
        body: Drop,
        response: {
          200: answer('HeldDropped', 'How many · 数量'),
          ...problems(400, 401, 403, 404, 413, 415, 429, 503),
        },
      },
      handler: async (request) => {
        const { id } = request.params
        await existing(id)
        const { reason, ...choice } = request.body
        const why = { who: whoOf(request), reason }
        return {
          dropped: await inTransaction(pool, (client) => dropRefused(client, id, choiceOf(choice), why)),
        }
      },
    })
  }

const choiceOf = ({ cause: group, changes: named }: Chosen): RefusedChoice => ({
  ...(group === undefined ? {} : { cause: group }),
  ...(named === undefined
    ? {}
    : { versions: named.map(({ id, version: one }) => ({ recordId: id, version: one })) }),
})

/** Masked, what the receiver said of the record and why a person gave it up are covered. */
const heldView = ({ recordId, position, ...change }: HeldChange, full: boolean): object => ({
  id: recordId,
  ...change,
  ...(full ? {} : { detail: maskedNote(change.detail), reason: reasonOf(change.reason) }),
  position: position === null ? null : String(position),
})

/** What the hub gives as a reason itself. */
const OWN_REASON = 'superseded'
const reasonOf = (reason: string | null): string | null =>
  reason === OWN_REASON ? reason : maskedNote(reason)
