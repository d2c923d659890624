import Type from 'typebox'
import { ref } from '#api/ref.ts'

export { PaperAnswer } from '#flow/documents/schema.ts'
export { PaperCandidate } from '#flow/trace/document-parts.ts'
export { DocumentAnswer, LotCard, RequiredDocuments, TraceGraph } from '#flow/trace/schema.ts'

const one = (component: string) => Type.Unsafe<unknown>(ref(component))

export const PapersAnswer = Type.Object(
  {
    papers: Type.Array(one('PaperAnswer'), { description: 'In the order asked · 与请求顺序一致' }),
  },
  { title: 'Papers checked at a gate · 入场凭证查验结果' },
)

export const DocumentLookup = Type.Object(
  {
    number: Type.String(),
    candidates: Type.Array(one('PaperCandidate'), {
      description:
        'Papers of this number; empty where it is known by its uses alone · 同号凭证；仅见于使用记录时为空',
    }),
    document: Type.Union([one('DocumentAnswer'), Type.Null()], {
      description:
        'null where several papers bear the number: ask again with type and system · 同号多份时为 null，请带类型与系统查询',
    }),
  },
  { title: 'Papers of a number · 按编号查找凭证' },
)
