import Type from 'typebox'
import type { InstalledSystem } from '#flow/systems/registry.ts'
import type { System, Words } from '#store/systems.ts'

const words = (most: number) => ({
  zh: Type.String({ minLength: 1, maxLength: most }),
  en: Type.String({ minLength: 1, maxLength: most }),
})

/** Fields of a system that a caller may set. */
export const systemFields = {
  title: Type.Object(words(200), { additionalProperties: false, description: 'Title · 标题' }),
  description: Type.Optional(
    Type.Partial(Type.Object(words(2000)), {
      additionalProperties: false,
      description: 'Description · 说明',
    }),
  ),
  region: Type.Optional(Type.String({ pattern: '^\\d{6}$', description: 'GB/T 2260 · 行政区划代码' })),
  settings: Type.Optional(
    Type.Record(Type.String(), Type.Unknown(), {
      maxProperties: 50,
      description: 'See `POST /v1/systems/{id}/check` · 设置项，可用 check 检查',
    }),
  ),
}

/** Secrets that a caller may set; they are never given back. */
export const systemSecrets = Type.Optional(
  Type.Record(
    Type.String({ pattern: '^[a-z][a-zA-Z0-9]{0,39}$' }),
    Type.Union([Type.String({ minLength: 1, maxLength: 1000 }), Type.Null()]),
    {
      additionalProperties: false,
      minProperties: 1,
      maxProperties: 10,
      description:
        'By name, such as `sign`; null takes it away; never given back · 密钥，只写不读，null 表示删除',
    },
  ),
)
export type SystemSecrets = Readonly<Record<string, string | null>>

export interface SystemFields {
  readonly title: Words
  readonly description?: Partial<Words>
  readonly region?: string
  readonly settings?: Readonly<Record<string, unknown>>
}

/** A registered system as the API gives it, with what its folder says. */
export function systemView(
  system: System,
  installed: InstalledSystem | undefined,
  secrets: readonly string[] = [],
): Record<string, unknown> {
  const records = [...(installed?.records.values() ?? [])].map(({ name, title, accepts, mapping }) => ({
    name,
    title,
    accepts,
    mapping: mapping && `${mapping.name}@${mapping.version}`,
  }))
  return { ...system, secrets, installed: installed !== undefined, records }
}
