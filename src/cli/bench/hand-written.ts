import { multiplyDecimal, parseDecimal } from '#core/decimal.ts'
import type { Trade } from './trades.ts'

/** What a programmer would write for this one source: the fastest that the mapping language can be compared to. */
export function handWritten(trade: Trade): object {
  const jin = trade['unit'] === '斤'
  const mass = parseDecimal(trade['netWeight'] as string)
  const price = parseDecimal(trade['price'] as string)
  const certificate = trade['certNo'] as string
  return {
    key: [trade['billNo']],
    body: {
      occurredAt: { at: timeOf(trade['tradeTime'] as string), precision: 'second', raw: trade['tradeTime'] },
      sites: [{ role: 'market', ids: [{ scheme: 'cn.mofcom.node9', value: trade['marketCode'] }] }],
      parties: [
        {
          role: 'seller',
          name: trade['sellerName'],
          ids: [{ scheme: 'cn.mofcom.operator13', value: trade['sellerCode'] }],
        },
        {
          role: 'buyer',
          name: trade['buyerName'],
          ids: [{ scheme: 'cn.mofcom.operator13', value: trade['buyerCode'] }],
        },
      ],
      documents: [
        {
          role: 'upstream',
          number: certificate,
          type: certificate.startsWith('HGZ') ? 'promise_cert' : 'unknown',
        },
      ],
      product: { code: trade['goodsCode'], name: trade['goodsName'] },
      quantity: {
        value: jin && mass ? multiplyDecimal(mass, '0.5') : mass,
        unit: 'KGM',
        raw: trade['netWeight'],
      },
      price: {
        value: jin && price ? multiplyDecimal(price, '2') : price,
        currency: 'CNY',
        per: 'KGM',
        raw: trade['price'],
      },
      amount: { value: parseDecimal(trade['amount'] as string), currency: 'CNY', raw: trade['amount'] },
      vehicle: trade['plateNo'],
      flags: [],
    },
  }
}

const two = (text: string): string => (text.length === 1 ? `0${text}` : text)

function timeOf(text: string): string {
  const [date = '', time = ''] = text.split(' ')
  const [year, month = '', day = ''] = date.split('/')
  const [hour = '', minute, second] = time.split(':')
  return `${year}-${two(month)}-${two(day)}T${two(hour)}:${minute}:${second}+08:00`
}
