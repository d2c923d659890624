import type { Body } from '#core/model/body.ts'
import { documentCode, type GraphCode, isCode, lotCode } from './codes.ts'

/** The lots, else those that they came from, else the papers, that a test names. */
export function namedGoods({ lots = [], documents = [], input }: Body): GraphCode[] {
  const of = (role: string) => lots.filter((lot) => lot.role === role)
  const own = [...of('subject'), ...of('input'), ...(input?.lots ?? [])]
  const named = (own.length > 0 ? own : of('source')).map(({ scheme, value }) => lotCode(scheme, value))
  const papers = [...(input?.documents ?? []), ...documents.filter(({ role }) => role === 'upstream')]
  const codes = named.length > 0 ? named : papers.map(({ number }) => documentCode(number))
  return [...new Set(codes)].filter(isCode)
}
