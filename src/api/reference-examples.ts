/** Examples of the reference routes in the OpenAPI document. Codes and names are made up, in the form of real ones. */

const seen = { firstSeen: '2026-07-01T20:12:31.204Z', lastSeen: '2026-07-14T20:12:31.204Z' }
const newest = 'urn:cnft:sale:jiaxing-wholesale:trade:JX20260715000123'
const value = (text: string, count: number, systems: readonly string[]) => ({
  value: text,
  count,
  systems,
  ...seen,
  newest,
})

const card = {
  id: '3f0c1a52-6f0b-8d3e-a1b2-0c4d5e6f7a81',
  codes: [
    { scheme: 'cn.mofcom.operator13', value: '3304020030107', region: '330402', records: 118 },
    { scheme: 'cn.uscc', value: '91330402MA2TE5A250', region: '330402', records: 12 },
  ],
  names: [value('嘉禾示例果蔬商行', 118, ['jiaxing-wholesale', 'zj-agri-certificate'])],
  kinds: [value('enterprise', 12, ['zj-agri-certificate'])],
  regions: [],
  roles: [value('seller', 106, ['jiaxing-wholesale'])],
  systems: ['jiaxing-wholesale', 'zj-agri-certificate'],
  personal: false,
  conflicts: [],
}

export const cardPageExample = (plural: 'parties' | 'sites') => ({ [plural]: [card], next: null })

export const decisionExample = {
  id: '9b1d0c3e-2f54-4c7a-8a61-5d0e7f9a2b11',
  verdict: 'join',
  code: 'cn.uscc:91330402MA2TE5A250',
  other: 'cn.mofcom.operator13:3304020030107',
  reason: 'business licence seen on 14 July',
  key: null,
  decidedAt: '2026-07-14T08:00:00.000Z',
  undoneAt: null,
}

export const cardExample = {
  ...card,
  nodes: [
    {
      scheme: 'cn.mofcom.node9',
      value: '330402003',
      site: '5a7d9e10-1b2c-8f3a-a4d5-6e7f8091a2b3',
      party: null,
    },
  ],
  operators: 0,
  sameName: [{ card: '7c2e4f60-3a1b-8c9d-ae0f-1b2c3d4e5f60', name: '嘉禾示例果蔬商行' }],
  decisions: [decisionExample],
  history: [
    {
      change: 'merged',
      from: '1e2d3c4b-5a69-8788-a796-a5b4c3d2e1f0',
      to: card.id,
      record: null,
      decision: decisionExample.id,
      at: '2026-07-14T08:00:00.000Z',
    },
  ],
}

export const suggestionPageExample = {
  suggestions: [{ name: '嘉禾示例果蔬商行', cards: [card] }],
  next: null,
}

export const unknownProductPageExample = {
  products: [
    {
      name: '高山小土豆',
      code: '',
      ownCode: '',
      systems: ['jiaxing-wholesale'],
      count: 42,
      ...seen,
      records: [newest],
      alias: null,
      proposals: [{ name: '马铃薯', class: 'vegetable', code: '01211' }],
    },
  ],
  next: null,
}

const alias = {
  id: '0d4b8a3c-9e21-4f65-b7a0-3c2d1e0f9a8b',
  system: null,
  scheme: 'name',
  value: '高山小土豆',
  class: 'vegetable',
  code: '01211',
  reason: null,
  key: null,
  decidedAt: '2026-07-14T08:00:00.000Z',
}
export const aliasExample = { ...alias, waiting: 42 }
export const aliasPageExample = { aliases: [alias], next: null }

const share = (count: number, of: number) => ({
  count,
  of,
  share: Math.round((count / of) * 10_000) / 10_000,
})
const score = {
  messages: { received: 96, refused: 1 },
  sourceRecords: { received: 1200, accepted: 1100, unchanged: 88, rejected: 12 },
  records: 2190,
  completeness: {
    score: 0.8975,
    region: share(2190, 2190),
    productClass: share(1080, 1100),
    quantity: share(1078, 1100),
    documents: share(1100, 1100),
    lots: share(580, 1100),
  },
  validity: { valid: share(1188, 1200), flagged: share(31, 2190), flagsPerRecord: 0.0151 },
  timeliness: { within24h: share(2100, 2160), p50Minutes: 2, p95Minutes: 180 },
  uniqueness: { fresh: share(1100, 1200), resent: share(88, 1200), corrected: share(30, 2190) },
  match: { document: share(412, 500), voucher: share(20, 500), lot: share(1, 4) },
  reasons: [
    { code: 'E_NO_KEY', field: 'billNo', count: 12, receipt: '019826d2-3a5c-7c41-9d2e-5f0b6a1c8e37' },
  ],
}
export const qualityExample = {
  system: 'jiaxing-wholesale',
  from: '2026-07-14',
  to: '2026-07-14',
  total: score,
  days: [{ day: '2026-07-14', ...score }],
}
