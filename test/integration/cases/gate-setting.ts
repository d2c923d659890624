import { expect } from 'vitest'
import { withMarket } from './market.ts'

/** A market with a gate: certificates of a farm for its lots, and what the check says of them. */
export function withGate() {
  const market = withMarket()
  const { api, entry, code } = market
  /** The number of the market of a test. */
  const marketNow = () => code(1).slice('lot:'.length, 'lot:'.length + 9)
  const lot = (n: number) => code(n).slice('lot:'.length)
  const subject = (n: number) => ({ role: 'subject', scheme: 'cn.mofcom.trace20b', value: lot(n) })
  /** A certificate of the farm for these of its lots. */
  const certificate = (number: string, lots: readonly number[], product: object, more: object = {}) => ({
    ...{ kind: 'document', system: 'plain-market', key: [`${number}-${lots.join('-')}`] },
    occurredAt: { at: '2026-03-02T04:00:00+08:00', precision: 'second' },
    region: { code: '330825', year: 2026 },
    lots: lots.map(subject),
    product,
    quantity: { value: '100', unit: 'KGM' },
    parties: [{ role: 'issuer', name: '长兴示例蔬菜专业合作社', ids: [] }],
    documents: [{ role: 'self', type: 'promise_cert', number, basis: ['自我检测'] }],
    ...more,
  })
  const under = (n: number, stall: string, product: object, number: string) => ({
    ...entry(n, stall, product),
    documents: [{ role: 'upstream', type: 'promise_cert', number }],
  })
  const asked = async (number: string, more: object = {}, key?: string) => {
    const body = {
      papers: [{ number, quantity: '10', unit: '公斤', site: '330402003', on: '2026-03-02', ...more }],
    }
    const answer = await api.call('POST', '/v1/documents/check', { body, ...(key ? { key } : {}) })
    expect(answer.statusCode, answer.body).toBe(200)
    return answer.json().papers[0]
  }
  const told = async (number: string, more: object = {}, key?: string): Promise<string[]> => {
    const { verdict, reasons } = await asked(number, more, key)
    return [verdict, ...reasons.map(({ code }: { code: string }) => code)]
  }
  /** The paper as it is asked for by itself. */
  const one = async (number: string, key?: string) => {
    const answer = await api.call('GET', `/v1/documents/any/${number}?on=2026-03-02`, key ? { key } : {})
    expect(answer.statusCode, answer.body).toBe(200)
    return answer.json()
  }
  return { ...market, marketNow, lot, subject, certificate, under, asked, told, one }
}
