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
  kind: 'sale',
  system: 'jiaxing-wholesale',
  key,
  saleKind: 'wholesale',
  occurredAt: { at: '2024-04-15T03:42:10+08:00', precision: 'second', raw: 'x' },
  flags: [],
  quantity: { value: '100.0', unit: 'KGM', raw: '100.0' },
  parties: [{ role: 'seller', name: 'x', ids: [] }],
  product: { name: 'x' },
  ...body,
})
const longLot = (value: string) => [{ role: 'subject', scheme: 'local.jiaxing-wholesale', value, raw: value }]
const paper = (role: string, number: string) => ({ role, number, raw: number, type: 'unknown' })

type Way = 'trade' | 'text' | 'canonical'
const POISONS: Readonly<Record<string, readonly [Way, unknown]>> = {
  'long key': ['trade', trade(noise(200))],
  'long key 199 emoji': ['trade', trade('😀'.repeat(100))],
  'long certNo': ['trade', trade('C1', { certNo: noise(3000) })],
  'certNo 900': ['trade', trade('C2', { certNo: noise(900) })],
  'long seller code': ['trade', trade('C3', { sellerCode: noise(3000) })],
  'plate long': ['trade', trade('C4', { plateNo: noise(3000) })],
  'goods code': ['trade', trade('C5', { goodsCode: noise(3000), goodsName: noise(5000) })],
  'drift name long': ['trade', trade('D1', { [noise(3000)]: 'x' })],
  'drift sample splits a pair': ['trade', trade('D2', { extra: `${'a'.repeat(79)}😀` })],
  'drift sample NUL': ['trade', trade('D3', { extra: 'a\0b' })],
  'drift name NUL': ['trade', trade('D4', { 'ex\0tra': 'b' })],
  'drift name lone': ['trade', trade('D5', { 'ex\ud800tra': 'b' })],
  'drift sample lone': ['trade', trade('D6', { extra: 'b\ud800' })],
  'drift nested NUL': ['trade', trade('D7', { extra: { 'a\0': ['\0', '\ud800'] } })],
  'rejected NUL': ['trade', trade('', { 'ex\0tra': 'b\0', netWeight: '\0' })],
  'rejected long names': ['trade', { ...trade(''), [noise(3000)]: '\0' }],
  'dup long names': ['text', `[{"billNo":"E1","${noise(3000)}":1,"${noise(3000)}":2}]`],
  'weight 10^400': ['trade', trade('W1', { netWeight: `1${'0'.repeat(400)}` })],
  'weight 1e400': ['text', JSON.stringify([trade('W2')]).replace('"100.0"', '1e400')],
  'weight 70000 digits': ['trade', trade('W3', { netWeight: `1.${'1'.repeat(70_000)}` })],
  'weight 200000 digits': ['trade', trade('W4', { netWeight: '9'.repeat(200_000) })],
  'amount 200000 digits': ['trade', trade('W5', { amount: '9'.repeat(200_000), price: '9'.repeat(200_000) })],
  'weight -0.5': ['trade', trade('W6', { netWeight: '-0.5' })],
  'weight 00012.500': ['trade', trade('W7', { netWeight: '00012.500' })],
  'weight 1e99999999': ['text', JSON.stringify([trade('W8')]).replace('"100.0"', '1e99999999')],
  'weight "1e99999999"': ['trade', trade('W9', { netWeight: '1e99999999' })],
  'time 0001': ['trade', trade('T1', { tradeTime: '0001/1/1 0:00:00' })],
  'time 9999': ['trade', trade('T2', { tradeTime: '9999/12/31 23:59:59' })],
  'time 99999': ['trade', trade('T3', { tradeTime: '99999/12/31 23:59:59' })],
  region: ['trade', trade('R1', { marketCode: noise(3000), originCode: '999999' })],
  'canonical long key': ['canonical', sale([noise(200), noise(200, 5), noise(200, 9)], {})],
  'canonical 500 key parts': [
    'canonical',
    sale(
      Array.from({ length: 500 }, (_, i) => noise(200, i)),
      {},
    ),
  ],
  'canonical lot long': ['canonical', sale(['L1'], { lots: longLot(noise(3000)) })],
  'canonical documents long': [
    'canonical',
    sale(['L2'], { documents: [paper('upstream', noise(600)), paper('voucher', noise(600, 7))] }),
  ],
  'canonical documents many': [
    'canonical',
    sale(['L3'], {
      documents: [
        ...Array.from({ length: 1500 }, (_, i) => paper('upstream', `U${i}`)),
        ...Array.from({ length: 1500 }, (_, i) => paper('voucher', `V${i}`)),
      ],
    }),
  ],
  'canonical quantity huge': [
    'canonical',
    sale(['Q1'], {
      quantity: { value: '9'.repeat(400), unit: 'KGM', raw: 'x' },
      documents: [paper('upstream', 'A'), paper('voucher', 'B')],
    }),
  ],
  'canonical quantity 200000': [
    'canonical',
    sale(['Q2'], {
      quantity: { value: '9'.repeat(200_000), unit: 'KGM', raw: 'x' },
      documents: [paper('upstream', 'A'), paper('voucher', 'B')],
    }),
  ],
  'canonical quantity frac 40000': [
    'canonical',
    sale(['Q3'], {
      quantity: { value: `1.${'9'.repeat(40_000)}`, unit: 'KGM', raw: 'x' },
      documents: [paper('upstream', 'A'), paper('voucher', 'B')],
    }),
  ],
  'canonical NUL lot': ['canonical', sale(['N1'], { lots: longLot('a\0b') })],
  'canonical NUL raw': ['canonical', sale(['N2'], { quantity: { value: '1', unit: 'k\0g', raw: 'x\0' } })],
  'canonical NUL class': ['canonical', sale(['N3'], { product: { class: 'a\0b', name: 'x\0', raw: 'x' } })],
  'canonical flags NUL': ['canonical', sale(['N4'], { flags: ['a\0b'] })],
  'canonical time year 0': [
    'canonical',
    sale(['T1'], { occurredAt: { at: '0000-01-01T00:00:00+08:00', precision: 'second', raw: 'x' } }),
  ],
  'canonical time 275760': [
    'canonical',
    sale(['T2'], { occurredAt: { at: '+275760-09-12T00:00:00Z', precision: 'second', raw: 'x' } }),
  ],
  'canonical region': ['canonical', sale(['R1'], { region: { code: '999999', year: 2024 } })],
  'canonical recordedAt': [
    'canonical',
    sale(['R2'], { recordedAt: { at: '\0', precision: 'second', raw: '\0' } }),
  ],
  'canonical 150x150 edges': [
    'canonical',
    sale(['M1'], {
      documents: [
        ...Array.from({ length: 150 }, (_, i) => paper('upstream', `U${i}`)),
        ...Array.from({ length: 150 }, (_, i) => paper('voucher', `V${i}`)),
      ],
    }),
  ],
  'canonical 500 records of 30 times 30 edges': [
    'canonical',
    Array.from({ length: 500 }, (_, k) =>
      sale([`M${k}`], {
        documents: [
          ...Array.from({ length: 30 }, (_, i) => paper('upstream', `U${i}`)),
          ...Array.from({ length: 30 }, (_, i) => paper('voucher', `V${i}`)),
        ],
      }),
    ),
  ],
  'canonical aliases': [
    'canonical',
    sale(['M2'], {
      parties: Array.from({ length: 20000 }, (_, i) => ({
        role: 'seller',
        name: 'x',
        ids: [{ scheme: noise(200), value: `${i}` }],
      })),
    }),
  ],
  'canonical class long': [
    'canonical',
    sale(['K1'], { product: { class: noise(3000), name: 'x', raw: 'x' } }),
  ],
}

const send = ([way, body]: readonly [Way, unknown]) => {
  if (way === 'canonical')
    return api.call('POST', '/v1/records', { body: Array.isArray(body) ? body : [body] })
  return api.push(TRADES, way === 'text' ? (body as string) : JSON.stringify([body]))
}

it.each(Object.entries(POISONS))(
  '%s: a clear answer, and the neighbours are stored',
  async (name, poison) => {
    const neighbours = Array.from({ length: 5 }, (_, i) =>
      api.push(TRADES, JSON.stringify([trade(`${name}-${i}`)])),
    )
    const started = performance.now()
    const [answer, ...others] = await Promise.all([send(poison), ...neighbours])
    expect(performance.now() - started).toBeLessThan(5000)
    expect(others.map((other) => other.json().accepted)).toEqual([1, 1, 1, 1, 1])
    expect([200, 400, 413, 422]).toContain(answer.statusCode)
    const { receipt, received, accepted, unchanged, rejected } = answer.json()
    if (answer.statusCode !== 200) return
    expect(accepted + unchanged + rejected).toBe(received)
    const stored = await api.call('GET', `/v1/receipts/${receipt}`)
    expect(stored.body).toBe(answer.body)
  },
)

it('everything that was taken can be read again by every list', async () => {
  const urls = [
    '/v1/changes?limit=1000',
    '/v1/rejections',
    '/v1/rejections/groups',
    '/v1/systems/jiaxing-wholesale',
  ]
  let after = ''
  do {
    const page = await api.call(
      'GET',
      `/v1/records?kind=sale&limit=100${after && `&after=${encodeURIComponent(after)}`}`,
    )
    expect(page.statusCode).toBe(200)
    after = page.json().next ?? ''
  } while (after)
  for (const url of urls) expect([url, (await api.call('GET', url)).statusCode]).toEqual([url, 200])
})

it('a quantity as long as it may be is on its edge digit by digit', async () => {
  for (const value of [
    '0',
    '-0.5',
    '10000',
    '0.0001',
    '12345.678901234567890123',
    '9'.repeat(40),
    `1${'0'.repeat(100)}`,
    `0.${'0'.repeat(50)}7`,
  ]) {
    const key = `N${value}`
    const documents = [paper('upstream', `U${key}`), paper('voucher', `V${key}`)]
    const answer = await api.call('POST', '/v1/records', {
      body: [sale([key], { quantity: { value, unit: 'KGM' }, documents })],
    })
    expect(answer.json()).toMatchObject({ accepted: 1 })
    const { rows } = await api.pool.query('select quantity::text from lot_edges where from_code = $1', [
      `doc:U${key}`,
    ])
    expect(rows).toEqual([{ quantity: value }])
  }
})
