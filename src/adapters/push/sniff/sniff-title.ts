import type { TableTitle } from '#core/source.ts'

/** What a part of a title is, by how it is written; the first that fits. */
const PARTS: readonly (readonly [name: string, looks: RegExp])[] = [
  ['market', /(市场|集市|超市|商场)$/u],
  ['date', /^\d{4}([-./]\d{1,2}[-./]\d{1,2}|年\d{1,2}月\d{1,2}日)$/u],
  ['month', /\d{4}\s*[年.-]\s*\d{1,2}/u],
  ['sheet', /(台账|台帐|登记表|登记簿|记录表|明细表|汇总表|清单)$/u],
  ['stall', /^([A-Za-z]{0,2}-?\d{1,4}号?|.{0,6}\d号?(摊位?|档口?|铺位?))$/u],
  ['owner', /(摊|铺|店|档|商行|户|行|部|厂|场|社|公司|超市)$/u],
]

/** Parts without which a title is only decoration. */
const TELLING: ReadonlySet<string> = new Set(['market', 'stall', 'owner', 'seller', 'date'])

/** The parts of a title above a table where they say who keeps it, or of which day it is; undefined where they say nothing of that. */
export function titleParts(cell: string, text: string): TableTitle | undefined {
  const words = text.split(/[\s\u3000]+/).filter((word) => word !== '')
  const taken = new Set<string>()
  const parts = words.map((word, i) => {
    const name = partOf(word, taken, /销售|售货|出货/u.test(text)) ?? `part${i + 1}`
    taken.add(name)
    return name
  })
  return parts.some((part) => TELLING.has(part)) ? { cell, parts } : undefined
}

/** Who keeps a ledger of sales is the seller; of any other ledger, the owner of the goods. */
function partOf(word: string, taken: ReadonlySet<string>, isSale: boolean): string | undefined {
  for (const [part, looks] of PARTS) {
    const name = part === 'owner' && isSale ? 'seller' : part
    if (looks.test(word)) return taken.has(name) ? undefined : name
  }
  return undefined
}
