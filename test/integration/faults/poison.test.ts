import { expect, it } from 'vitest'
import { withApi } from '#test/api.ts'
import { TRADES, trade } from '#test/jiaxing.ts'

const api = withApi()

/** Text that does not compress: Chinese characters far apart. */
const noise = (length: number, seed = 1): string => {
  let state = seed
  let text = ''
  for (let i = 0; i < length; i++) {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff
    text += String.fromCodePoint(0x4e00 + ((state >> 8) % 20_000))
  }
  return text
}

const sale = (key: unknown, body: Record<string, unknown>) => ({
  kind: 'sale', system: 'jiaxing-wholesale', key, saleKind: 'wholesale',
  occurredAt: { at: '2024-04-15T03:42:10+08:00', precision: 'second', raw: 'x' }, flags: [],
  quantity: { value: '100.0', unit: 'KGM', raw: '100.0' }, parties: [{ role: 'seller', name: 'x', ids: [] }], product: { name: 'x' }, ...body,
})
const longLot = (value: string) => [{ role: 'subject', scheme: 'local.jiaxing-wholesale', value, raw: value }]
const paper = (role: string, number: string) => ({ role, number, raw: number, type: 'unknown' })

const bodies: Record<string, [string, unknown]> = {
  'long key': ['t', trade(noise(200))],
  'long key 199 emoji': ['t', trade('😀'.repeat(100))],
  'long certNo': ['t', trade('C1', { certNo: noise(3000) })],
  'certNo 900': ['t', trade('C2', { certNo: noise(900) })],
  'long seller code': ['t', trade('C3', { sellerCode: noise(3000) })],
  'plate long': ['t', trade('C4', { plateNo: noise(3000) })],
  'goods code': ['t', trade('C5', { goodsCode: noise(3000), goodsName: noise(5000) })],
  'drift name long': ['t', trade('D1', { [noise(3000)]: 'x' })],
  'drift sample splits a pair': ['t', trade('D2', { extra: `${'a'.repeat(79)}😀` })],
  'drift sample NUL': ['t', trade('D3', { extra: 'a\0b' })],
  'drift name NUL': ['t', trade('D4', { 'ex\0tra': 'b' })],
  'drift name lone': ['t', trade('D5', { 'ex\ud800tra': 'b' })],
  'drift sample lone': ['t', trade('D6', { extra: 'b\ud800' })],
  'drift nested NUL': ['t', trade('D7', { extra: { 'a\0': ['\0', '\ud800'] } })],
  'rejected NUL': ['t', trade('', { 'ex\0tra': 'b\0', netWeight: '\0' })],
  'rejected long names': ['t', { ...trade(''), [noise(3000)]: '\0' }],
  'dup long names': ['raw', `[{"billNo":"E1","${noise(3000)}":1,"${noise(3000)}":2}]`],
  'weight 10^400': ['t', trade('W1', { netWeight: `1${'0'.repeat(400)}` })],
  'weight 1e400': ['raw', JSON.stringify([trade('W2')]).replace('"100.0"', '1e400')],
  'weight 70000 digits': ['t', trade('W3', { netWeight: `1.${'1'.repeat(70_000)}` })],
  'weight 200000 digits': ['t', trade('W4', { netWeight: '9'.repeat(200_000) })],
  'amount 200000 digits': ['t', trade('W5', { amount: '9'.repeat(200_000), price: '9'.repeat(200_000) })],
  'weight -0.5': ['t', trade('W6', { netWeight: '-0.5' })],
  'weight 00012.500': ['t', trade('W7', { netWeight: '00012.500' })],
  'weight 1e99999999': ['raw', JSON.stringify([trade('W8')]).replace('"100.0"', '1e99999999')],
  'weight "1e99999999"': ['t', trade('W9', { netWeight: '1e99999999' })],
  'time 0001': ['t', trade('T1', { tradeTime: '0001/1/1 0:00:00' })],
  'time 9999': ['t', trade('T2', { tradeTime: '9999/12/31 23:59:59' })],
  'time 99999': ['t', trade('T3', { tradeTime: '99999/12/31 23:59:59' })],
  'region': ['t', trade('R1', { marketCode: noise(3000), originCode: '999999' })],
  'canon long key': ['c', sale([noise(200), noise(200, 5), noise(200, 9)], {})],
  'canon 500 key parts': ['c', sale(Array.from({ length: 500 }, (_, i) => noise(200, i)), {})],
  'canon lot long': ['c', sale(['L1'], { lots: longLot(noise(3000)) })],
  'canon documents long': ['c', sale(['L2'], { documents: [paper('upstream', noise(600)), paper('voucher', noise(600, 7))] })],
  'canon documents many': ['c', sale(['L3'], { documents: [...Array.from({ length: 1500 }, (_, i) => paper('upstream', `U${i}`)), ...Array.from({ length: 1500 }, (_, i) => paper('voucher', `V${i}`))] })],
  'canon quantity huge': ['c', sale(['Q1'], { quantity: { value: '9'.repeat(400), unit: 'KGM', raw: 'x' }, documents: [paper('upstream', 'A'), paper('voucher', 'B')] })],
  'canon quantity 200000': ['c', sale(['Q2'], { quantity: { value: '9'.repeat(200_000), unit: 'KGM', raw: 'x' }, documents: [paper('upstream', 'A'), paper('voucher', 'B')] })],
  'canon quantity frac 40000': ['c', sale(['Q3'], { quantity: { value: `1.${'9'.repeat(40_000)}`, unit: 'KGM', raw: 'x' }, documents: [paper('upstream', 'A'), paper('voucher', 'B')] })],
  'canon NUL lot': ['c', sale(['N1'], { lots: longLot('a\0b') })],
  'canon NUL raw': ['c', sale(['N2'], { quantity: { value: '1', unit: 'k\0g', raw: 'x\0' } })],
  'canon NUL class': ['c', sale(['N3'], { product: { class: 'a\0b', name: 'x\0', raw: 'x' } })],
  'canon flags NUL': ['c', sale(['N4'], { flags: ['a\0b'] })],
  'canon time year 0': ['c', sale(['T1'], { occurredAt: { at: '0000-01-01T00:00:00+08:00', precision: 'second', raw: 'x' } })],
  'canon time 275760': ['c', sale(['T2'], { occurredAt: { at: '+275760-09-12T00:00:00Z', precision: 'second', raw: 'x' } })],
  'canon region': ['c', sale(['R1'], { region: { code: '999999', year: 2024 } })],
  'canon recordedAt': ['c', sale(['R2'], { recordedAt: { at: '\0', precision: 'second', raw: '\0' } })],
  'canon 150x150 edges': ['c', sale(['M1'], { documents: [...Array.from({ length: 150 }, (_, i) => paper('upstream', `U${i}`)), ...Array.from({ length: 150 }, (_, i) => paper('voucher', `V${i}`))] })],
  'canon 1000 x 100 edges': ['cc', Array.from({ length: 500 }, (_, k) => sale([`M${k}`], { documents: [...Array.from({ length: 70 }, (_, i) => paper('upstream', `U${i}`)), ...Array.from({ length: 70 }, (_, i) => paper('voucher', `V${i}`))] }))],
  'canon aliases': ['c', sale(['M2'], { parties: Array.from({ length: 20000 }, (_, i) => ({ role: 'seller', name: 'x', ids: [{ scheme: noise(200), value: `${i}` }] })) })],
  'canon class long': ['c', sale(['K1'], { product: { class: noise(3000), name: 'x', raw: 'x' } })],
}

const send = (how: string, body: unknown) =>
  how === 'cc' ? api.call('POST', '/v1/records', { body }) : how === 'c'
    ? api.call('POST', '/v1/records', { body: [body] })
    : api.push(TRADES, how === 'raw' ? (body as string) : JSON.stringify([body]))

it('explore', async () => {
  let n = 0
  for (const [name, [how, body]] of Object.entries(bodies)) {
    const neighbours = Array.from({ length: 5 }, () => api.push(TRADES, JSON.stringify([trade(`N${n++}`)])))
    const start = performance.now()
    const [bad, ...others] = await Promise.all([send(how, body), ...neighbours])
    const ms = Math.round(performance.now() - start)
    const text = bad.body.replace(/"results":.*"result":/, '').replace(/[^\x20-\x7e]/g, '').slice(200, 700)
    console.log(bad.statusCode >= 500 ? 'XXX' : '   ', name, bad.statusCode, ms, 'ms', bad.statusCode >= 500 || name.startsWith('canon') ? text : bad.json().results?.[0]?.result ?? text, others.map((o) => o.json().accepted).join(''))
    if (bad.statusCode === 200) {
      const stored = await api.call('GET', `/v1/receipts/${bad.json().receipt}`)
      if (stored.body !== bad.body) console.log('XXX receipt differs', name, stored.statusCode)
    }
  }
}, 120_000)
