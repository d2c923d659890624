import type { FastifyPluginAsync, FastifyRequest } from 'fastify'
import Type from 'typebox'
import { LIMITS, LimitsSchema } from '#adapters/limits.ts'
import { ADAPTERS, adapterOf } from '#adapters/registry.ts'
import { channelView } from '#api/channel-view.ts'
import {
  CheckBody,
  PatchBody,
  ResetBody,
  refuseMisdirected,
  refuseUnfit,
  type Wish,
} from '#api/channel-wish.ts'
import { readCursor, writeCursor } from '#api/cursor.ts'
import { answer, problems } from '#api/openapi.ts'
import { LIMIT, type PageQuery, pageOf, pageQuery, query } from '#api/page.ts'
import type { RouteParts } from '#api/parts.ts'
import { spokenIn } from '#api/spoken.ts'
import type { DeclaredChannel } from '#core/channels/declared.ts'
import { HubError } from '#core/errors.ts'
import { checkChannel } from '#flow/channels/check.ts'
import { NOTHING_SET } from '#flow/channels/compose.ts'
import { declaredChannel } from '#flow/channels/declared.ts'
import { bounded } from '#flow/channels/ports.ts'
import { hastenScan } from '#store/channel-scans.ts'
import {
  type ChannelName,
  type ChannelSettings,
  hastenChannel,
  readChannel,
  readChannels,
  setChannel,
  setChannelState,
} from '#store/channels.ts'
import {
  channelSecret,
  listSystemSecrets,
  readChannelSecrets,
  setSystemSecrets,
} from '#store/system-secrets.ts'

const Params = Type.Object({
  system: Type.String({ description: 'System · 对接系统' }),
  channel: Type.String({ description: 'Channel of its system.yaml · system.yaml 中的通道' }),
})
interface ChannelParams {
  readonly system: string
  readonly channel: string
}

/** `GET /v1/adapters`, `GET /v1/channels`, and `/v1/systems/{system}/channels/{channel}` with `check`, `run` and `reset`. */
export const channelRoutes =
  ({ pool, registry, queues, language, log, clock, pickupFolders = [] }: RouteParts): FastifyPluginAsync =>
  async (app) => {
    const hub = { now: clock, folders: pickupFolders, log: log || SILENT }

    const known = ({ system, channel }: ChannelParams): { declared: DeclaredChannel; name: ChannelName } => {
      const name = { system, name: channel }
      const declared = declaredChannel(registry, name)
      if (!declared) throw new HubError('not_found', { detail: `channel ${system}/${channel}` })
      return { declared, name }
    }
    const view = async (
      { declared, name }: ReturnType<typeof known>,
      request: FastifyRequest,
    ): Promise<object> => {
      const [row, secrets] = await Promise.all([
        readChannel(pool, name),
        listSystemSecrets(pool, [name.system]),
      ])
      return channelView(
        name.system,
        declared,
        row,
        secrets.get(name.system) ?? [],
        spokenIn(request, language),
      )
    }

    app.route({
      method: 'GET',
      url: '/v1/adapters',
      config: { scopes: ['read'] },
      schema: {
        operationId: 'listAdapters',
        tags: ['channels'],
        summary: 'Adapters with the form of their settings · 适配器及其设置格式',
        description: 'Ways of exchanging bytes that a channel may name. 通道可用的数据交换方式。',
        querystring: query({}),
        response: { 200: answer('AdapterList', 'Adapters · 适配器'), ...problems(400, 401, 403, 429, 503) },
      },
      handler: async () => ({
        adapters: ADAPTERS.map(({ name, title, description, reads, settings, secrets, defaults }) => ({
          ...{ name, title, description, reads, settings, secrets },
          limits: { ...LIMITS, ...defaults },
        })),
        limits: LimitsSchema,
      }),
    })
    app.route<{ Querystring: PageQuery & { system?: string } }>({
      method: 'GET',
      url: '/v1/channels',
      config: { scopes: ['read'] },
      schema: {
        operationId: 'listChannels',
        tags: ['channels'],
        summary: 'Channels · 通道列表',
        description:
          'Every channel of a system.yaml, with what was set of it and how it goes. 各系统声明的通道及其状态。',
        querystring: query({
          system: Type.Optional(Type.String({ description: 'Of this system · 仅此系统' })),
          ...pageQuery,
        }),
        response: { 200: answer('ChannelPage', 'One page · 一页'), ...problems(400, 401, 403, 429, 503) },
      },
      handler: async (request) => {
        const { system, after, limit = LIMIT } = request.query
        const spoken = spokenIn(request, language)
        const from = readCursor(after, /^[a-z0-9-]{1,100}\/[a-z0-9-]{1,100}$/)?.[0] ?? ''
        const declared = [...registry.systems.values()]
          .filter(({ id }) => system === undefined || id === system)
          .flatMap(({ id, file }) =>
            (file?.channels ?? []).map((channel) => ({ id: `${id}/${channel.name}`, system: id, channel })),
          )
          .filter(({ id }) => id > from)
          .sort((a, b) => (a.id < b.id ? -1 : 1))
        const page = pageOf(declared.slice(0, limit + 1), limit, ({ id }) => writeCursor(id))
        const systems = [...new Set(page.rows.map((one) => one.system))]
        const [rows, secrets] = await Promise.all([
          readChannels(pool, systems),
          listSystemSecrets(pool, systems),
        ])
        const rowOf = new Map(rows.map((row) => [`${row.system}/${row.name}`, row]))
        const channels = page.rows.map((one) =>
          channelView(
            one.system,
            one.channel,
            rowOf.get(one.id) ?? null,
            secrets.get(one.system) ?? [],
            spoken,
          ),
        )
        return { channels, next: page.next }
      },
    })
    app.route<{ Params: ChannelParams }>({
      method: 'GET',
      url: '/v1/systems/:system/channels/:channel',
      config: { scopes: ['read'] },
      schema: {
        operationId: 'getChannel',
        tags: ['channels'],
        summary: 'A channel · 通道详情',
        description:
          'Its settings, how far it has read, and why it fails where it does. 设置、进度与故障原因。',
        params: Params,
        response: { 200: answer('Channel', 'The channel · 通道'), ...problems(401, 403, 404, 429, 503) },
      },
      handler: (request) => view(known(request.params), request),
    })
    app.route<{ Params: ChannelParams; Body: Wish }>({
      method: 'PATCH',
      url: '/v1/systems/:system/channels/:channel',
      config: { scopes: [] },
      schema: {
        operationId: 'patchChannel',
        tags: ['channels'],
        summary: 'Set a channel · 设置通道',
        description:
          'Settings are checked by the form of the adapter; a channel that is on must have all that it needs. Whoever reads it now begins anew. 设置按适配器格式校验；启用的通道须设置齐全；修改后重新开始读取。',
        params: Params,
        body: PatchBody,
        response: {
          200: answer('Channel', 'The channel · 通道'),
          ...problems(400, 401, 403, 404, 413, 415, 422, 429, 503),
        },
      },
      handler: async (request) => {
        const { params, body } = request
        const channel = known(params)
        const { on, secrets = {}, ...wish } = body
        const before = (await readChannel(pool, channel.name)) ?? NOTHING_SET
        const wished: Partial<ChannelSettings> = { ...wish, ...(on === undefined ? {} : { isOn: on }) }
        refuseUnfit(channel.declared, { ...before, ...wished }, secrets)
        await refuseMisdirected(pool, channel, { before, after: { ...before, ...wished }, secrets })
        const named = Object.entries(secrets).map(([name, value]) => [
          channelSecret(channel.name.name, name),
          value,
        ])
        if (named.length > 0) await setSystemSecrets(pool, channel.name.system, Object.fromEntries(named))
        const { isOn } = await setChannel(pool, channel.name, wished)
        if (isOn) await queues.wakeChannel(`${channel.name.system}/${channel.name.name}`)
        return await view(channel, request)
      },
    })
    app.route<{ Params: ChannelParams; Body: Wish | undefined }>({
      method: 'POST',
      url: '/v1/systems/:system/channels/:channel/check',
      config: { scopes: [] },
      schema: {
        operationId: 'checkChannel',
        tags: ['channels'],
        summary: 'Try every setting of a channel · 逐项检查通道设置',
        description:
          'As it is set, or with the settings of the body in place of those, which are not kept. Nothing is read and nothing changed at the source. 按现有设置或请求体中的设置（不保存）检查；不读取数据，不改动来源。',
        params: Params,
        body: CheckBody,
        response: {
          200: answer('ChannelCheck', 'By setting · 逐项结果'),
          ...problems(400, 401, 403, 404, 413, 415, 422, 429, 503),
        },
      },
      handler: async (request) => {
        const { declared, name } = known(request.params)
        const { secrets: tried = {}, ...wish } = request.body ?? {}
        const set = (await readChannel(pool, name)) ?? NOTHING_SET
        const after = { ...set, ...wish }
        await refuseMisdirected(pool, { declared, name }, { before: set, after, secrets: tried })
        const secrets = Object.entries({ ...(await readChannelSecrets(pool, name)), ...tried }).filter(
          (pair): pair is [string, string] => pair[1] !== null,
        )
        const found = await checkChannel(hub, declared, after, Object.fromEntries(secrets), (channel) =>
          bounded(pool, name.system, channel),
        )
        const spoken = spokenIn(request, language)
        const checks = found.checks.map(({ setting, ok, reason, advice }) => ({
          ...{ setting, ok, reason: reason[spoken] },
          ...(advice ? { advice: advice[spoken] } : {}),
        }))
        return { ok: found.ok, checks }
      },
    })
    app.route<{ Params: ChannelParams }>({
      method: 'POST',
      url: '/v1/systems/:system/channels/:channel/run',
      config: { scopes: [] },
      schema: {
        operationId: 'runChannel',
        tags: ['channels'],
        summary: 'Read a channel now · 立即读取',
        description:
          'Whatever its rhythm and however long it would wait after a failure. 不等待其频率与退避时间。',
        params: Params,
        response: { 202: answer('Channel', 'The channel · 通道'), ...problems(401, 403, 404, 409, 429, 503) },
      },
      handler: async (request, reply) => {
        const { params } = request
        const channel = known(params)
        if (!(await hastenChannel(pool, channel.name)))
          throw new HubError('conflict', { detail: 'the channel is off' })
        await queues.wakeChannel(`${channel.name.system}/${channel.name.name}`)
        reply.code(202)
        return await view(channel, request)
      },
    })
    app.route<{ Params: ChannelParams }>({
      method: 'POST',
      url: '/v1/systems/:system/channels/:channel/scan',
      config: { scopes: [] },
      schema: {
        operationId: 'scanChannel',
        tags: ['channels'],
        summary: 'Look for deleted records now · 立即核对删除',
        description:
          'Reads the channel, compares all keys of the source with the active records, and makes void what the source does not have any more; above the fuse nothing is made void and `scanError` says why. 读取通道后，将来源现有主键与有效记录比对，来源已无的记录作废；超过熔断比例时不作废，原因见 `scanError`。',
        params: Params,
        response: { 202: answer('Channel', 'The channel · 通道'), ...problems(401, 403, 404, 409, 429, 503) },
      },
      handler: async (request, reply) => {
        const { params } = request
        const channel = known(params)
        if (!channel.declared.scan || !adapterOf(channel.declared.adapter)?.keys)
          throw new HubError('conflict', { detail: 'the system.yaml declares no scan of the channel' })
        if (!(await hastenScan(pool, channel.name)))
          throw new HubError('conflict', { detail: 'the channel is off' })
        await queues.wakeChannel(`${channel.name.system}/${channel.name.name}`)
        reply.code(202)
        return await view(channel, request)
      },
    })
    app.route<{ Params: ChannelParams; Body: { state: Readonly<Record<string, unknown>> | null } }>({
      method: 'POST',
      url: '/v1/systems/:system/channels/:channel/reset',
      config: { scopes: [] },
      schema: {
        operationId: 'resetChannel',
        tags: ['channels'],
        summary: 'Let a channel go on from elsewhere · 重设读取进度',
        description:
          'From the beginning, or from a state that it had. What is read again is found unchanged. 从头或从既往进度读取；重复读取的记录为“未变化”。',
        params: Params,
        body: ResetBody,
        response: {
          200: answer('Channel', 'The channel · 通道'),
          ...problems(400, 401, 403, 404, 409, 413, 415, 422, 429, 503),
        },
      },
      handler: async (request) => {
        const { params, body } = request
        const channel = known(params)
        const set = await setChannelState(pool, channel.name, body.state)
        if (!set) throw new HubError('conflict', { detail: 'the channel was never set' })
        return await view(channel, request)
      },
    })
  }

const SILENT = { info: () => {}, warn: () => {} }
