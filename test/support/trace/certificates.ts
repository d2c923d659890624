import type { Written } from '#test/trace/store-records.ts'

export const at = (text: string) => ({ at: `${text}+08:00`, precision: 'second' as const })

/** The record of a certificate for pork that is sent from Anhui to Hangzhou. */
export const paper = (number: string, type = 'product_A', more: Partial<Written> = {}): Written => ({
  kind: 'document',
  system: 'livestock',
  key: number,
  ...more,
  body: {
    occurredAt: at('2024-04-14T09:00:00'),
    region: { code: '341302', year: 2024 },
    destination: { code: '330109', year: 2024 },
    product: { name: '猪白条', class: 'pork' },
    quantity: { value: '1000', unit: 'KGM' },
    vehicle: '皖L0X000',
    documents: [{ role: 'self', type, number }],
    ...more.body,
  },
})

/** Pork that came in at a market in Hangzhou under a certificate. */
export const entry = (key: string, number: string, mass: string, more: Partial<Written> = {}): Written => ({
  kind: 'entry',
  system: 'city',
  key,
  ...more,
  body: {
    occurredAt: at('2024-04-15T02:00:00'),
    region: { code: '330109', year: 2024 },
    sites: [{ role: 'market', name: '甲市场', ids: [{ scheme: 'cn.mofcom.node9', value: '330109004' }] }],
    parties: [
      { role: 'supplier', name: '埇桥示例食品有限公司', ids: [] },
      { role: 'owner', name: `示例批发 ${key}`, ids: [] },
    ],
    product: { name: '带皮片猪', class: 'pork' },
    quantity: { value: mass, unit: 'KGM' },
    documents: [{ role: 'upstream', type: 'product_A', number }],
    ...more.body,
  },
})
