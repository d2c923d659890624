import { type LotBalance, lotBalance } from '#core/balance/lot-balance.ts'
import { lotFacts, type ToldFact } from '#core/balance/lot-facts.ts'
import type { LotGoods } from '#core/balance/lots-together.ts'
import { toldOnce } from '#core/balance/told-once.ts'
import { codesOf } from '#core/lineage/codes.ts'
import type { TracedRecord } from '#core/lineage/traced-record.ts'
import type { Body } from '#core/model/body.ts'
import type { Kind } from '#core/model/kinds.ts'

/** A farm, and traders at markets of their own. */
export const PLACES = ['330825007', '330402003', '330105031', '330110032'] as const
export const FARM = 0
const SCHEME = 'cn.mofcom.batch16'
type Role = 'subject' | 'source' | 'input' | 'output'
export const lot = (value: string, role: Role = 'subject') => ({ role, scheme: SCHEME, value })
export const party = (role: string, who: number) => ({ role, name: `${who}号示例果蔬商行`, ids: [] })
const codeOf = (value: string) => `lot:${value}`

export interface Ledger {
  readonly records: TracedRecord[]
  /** Tells it once for each of the systems. */
  readonly tell: (
    kind: Kind,
    who: number,
    systems: readonly string[],
    kilograms: number,
    body: object,
  ) => void
}

export function ledger(): Ledger {
  const records: TracedRecord[] = []
  return {
    records,
    tell(kind, who, systems, kilograms, body) {
      const day = new Date(Date.UTC(2026, 0, 1 + records.length)).toISOString()
      for (const system of systems)
        records.push({
          ...{ id: `urn:${records.length}`, version: 1, kind, system, status: 'active' },
          receivedAt: '2026-12-01T00:00:00Z',
          body: {
            flags: [],
            occurredAt: { at: day, precision: 'second' },
            region: { code: PLACES[who]?.slice(0, 6), year: 2026 },
            sites: [
              {
                role: who === FARM ? 'farm' : 'market',
                ids: [{ scheme: 'cn.mofcom.node9', value: PLACES[who] }],
              },
            ],
            product: { name: '大白菜' },
            quantity: { value: String(kilograms), unit: 'KGM' },
            ...body,
          } as Body,
        })
    },
  }
}

function goodsOf(code: string, records: readonly TracedRecord[]): LotGoods<ToldFact> {
  const own = records.filter(({ body }) => codesOf(body).includes(code))
  const facts = own.flatMap((record) => lotFacts(code, record))
  const byId = new Map(own.map((record) => [record.id, record]))
  return { codes: [code], facts: toldOnce({ codes: [code], facts, records: byId }) }
}

/** As the hub reads it: the lot, and the lots that share a quantity with it. */
export function balanceOf(value: string, records: readonly TracedRecord[]): LotBalance {
  const { codes, facts } = goodsOf(codeOf(value), records)
  const beside = new Set((facts ?? []).flatMap((one) => one.beside))
  const others = [...beside].map((code) => goodsOf(code, records))
  return lotBalance(facts ?? [], { codes, others })
}
