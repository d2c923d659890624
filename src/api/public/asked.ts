import type { FastifyRequest } from 'fastify'
import Type from 'typebox'
import { type Language, languageOf } from '#api/language.ts'
import { query } from '#api/page.ts'
import { QR_BOUNDS, QR_DEFAULT } from './qr.ts'

export const params = Type.Object({
  code: Type.String({
    minLength: 1,
    description: 'Any code on the label, the ticket or the paper · 标签、小票或凭证上的任一编码',
  }),
})
export const of = Type.Optional(
  Type.String({
    maxLength: 20,
    description: 'Which of the candidates, as they name themselves · 从候选中选择',
  }),
)
export const lang = Type.Optional(Type.String({ maxLength: 20, description: '`zh` or `en` · 页面语言' }))
export const integer = ([minimum, maximum]: readonly [number, number], usual: number, description: string) =>
  Type.Optional(Type.Integer({ minimum, maximum, default: usual, description }))
export const qrQuery = query({
  of,
  size: integer(QR_BOUNDS.size, QR_DEFAULT.size, 'Width and height in pixels · 边长（像素）'),
  margin: integer(QR_BOUNDS.margin, QR_DEFAULT.margin, 'Quiet zone in modules · 静区（模块数）'),
})

/** The query of any of the pages, as it was read. */
export interface Query {
  readonly lang?: string
  readonly of?: string
  readonly size?: number
  readonly margin?: number
  readonly count?: number
}
export type Asked = FastifyRequest<{ Params: { code: string }; Querystring: Query }>

/** The choice, where the text can be one. */
export const choice = (text: string | undefined): string | undefined =>
  text !== undefined && /^[0-9a-f]{10}$/.test(text) ? text : undefined

/** `?lang=` of the link on the page, else what the reader's browser asks for. */
export function languageAsked(request: Asked, otherwise: Language): Language {
  const { lang: asked } = request.query
  return asked === 'zh' || asked === 'en' ? asked : languageOf(request.headers['accept-language'], otherwise)
}
