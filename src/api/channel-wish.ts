import type { Pool } from 'pg'
import Type from 'typebox'
import { LimitsSchema } from '#adapters/limits.ts'
import { adapterOf } from '#adapters/registry.ts'
import type { DeclaredChannel } from '#core/channels/declared.ts'
import { HubError } from '#core/errors.ts'
import { composeChannel, isMissing } from '#flow/channels/compose.ts'
import { misdirected } from '#flow/channels/kept-secrets.ts'
import type { ChannelName, ChannelSettings } from '#store/channels.ts'
import { channelSecretNames } from '#store/system-secrets.ts'

const open = Type.Record(Type.String(), Type.Unknown())
const wishes = {
  settings: Type.Unsafe<Readonly<Record<string, unknown>>>({
    ...open,
    description: 'Over those of the system.yaml, as a whole; null takes one away · 覆盖 system.yaml 的设置',
  }),
  limits: LimitsSchema,
  allowAddress: Type.Array(Type.String({ minLength: 1, maxLength: 100 }), {
    maxItems: 20,
    description: 'Private networks that may be reached, CIDR:port · 允许的内网地址',
  }),
  secrets: Type.Record(
    Type.String(),
    Type.Union([Type.String({ minLength: 1, maxLength: 20_000 }), Type.Null()]),
    {
      description: 'By the names of its adapter; null takes one away. Never given back · 密钥只写不读',
    },
  ),
}
export const PatchBody = Type.Partial(
  Type.Object({
    on: Type.Boolean({ description: 'Whether it is read · 是否启用' }),
    rhythm: Type.Union(
      [
        Type.Object({ every: Type.String({ maxLength: 10 }) }, { additionalProperties: false }),
        Type.Object({ cron: Type.String({ maxLength: 100 }) }, { additionalProperties: false }),
        Type.Null(),
      ],
      { description: 'In place of that of the system.yaml; null: that · 读取频率' },
    ),
    ...wishes,
  }),
  {
    additionalProperties: false,
    minProperties: 1,
    title: 'Changes to a channel · 修改通道',
    examples: [
      {
        on: true,
        settings: { host: 'db.county.example' },
        secrets: { password: '…' },
        rhythm: { every: '5m' },
      },
    ],
  },
)
export const CheckBody = Type.Partial(Type.Object(wishes), {
  additionalProperties: false,
  title: 'Settings to try · 待检查的设置',
})
export const ResetBody = Type.Object(
  { state: Type.Union([open, Type.Null()], { description: 'Null: from the beginning · null 表示从头读取' }) },
  { additionalProperties: false, title: 'Where to go on · 继续位置', examples: [{ state: null }] },
)

/** What an administrator asks for. */
export interface Wish extends Partial<Omit<ChannelSettings, 'isOn'>> {
  readonly on?: boolean
  readonly secrets?: Readonly<Record<string, string | null>>
}

/** Refuses settings that do not fit the adapter; what is still missing counts only once the channel is on. */
export function refuseUnfit(
  declared: DeclaredChannel,
  set: ChannelSettings,
  secrets: Readonly<Record<string, string | null>>,
): void {
  const composition = composeChannel(declared, set)
  const unfit = composition.ok ? [] : composition.issues
  const known = Object.keys(adapterOf(declared.adapter)?.secrets ?? {})
  const issues = [
    ...(set.isOn ? unfit : unfit.filter((issue) => !isMissing(issue))),
    ...Object.keys(secrets)
      .filter((name) => !known.includes(name))
      .map((name) => ({
        path: `/secrets/${name}`,
        code: 'E_SCHEMA' as const,
        reason: 'the adapter has no such secret',
        fix: `Its secrets: ${known.join(', ') || 'none'}.`,
      })),
  ]
  if (issues.length > 0) throw new HubError('invalid_request', { issues })
}

/** Refuses an address to which secrets that are kept would go although they were given for another. */
export async function refuseMisdirected(
  pool: Pool,
  { declared, name }: { readonly declared: DeclaredChannel; readonly name: ChannelName },
  wish: {
    readonly before: ChannelSettings
    readonly after: ChannelSettings
    readonly secrets: Readonly<Record<string, string | null>>
  },
): Promise<void> {
  const kept = (await channelSecretNames(pool, name)).filter((one) => wish.secrets[one] === undefined)
  const issues = misdirected({ declared, set: wish.before }, { declared, set: wish.after }, kept)
  if (issues.length > 0) throw new HubError('invalid_request', { issues })
}
