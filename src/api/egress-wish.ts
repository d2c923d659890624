import Type from 'typebox'
import { ENTRIES_MAX } from '#flow/partners/egress.ts'

/** An egress list as an administrator sets it, of a partner or of the hub. */
export const EgressBody = Type.Object(
  {
    egress: Type.Union([
      Type.Array(Type.String({ maxLength: 300 }), {
        maxItems: ENTRIES_MAX,
        uniqueItems: true,
        description:
          '`api.example.cn`, `*.example.cn`, `203.0.113.0/24`, `[2001:db8::]/32`, each with `:port` where one is meant · 主机或网段，可带端口',
      }),
      Type.Null(),
    ]),
  },
  {
    additionalProperties: false,
    title: 'Egress list · 外连名单',
    examples: [{ egress: ['api.example.cn:443', '203.0.113.0/24'] }],
  },
)
export interface EgressWish {
  readonly egress: string[] | null
}
