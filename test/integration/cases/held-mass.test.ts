import { expect, test } from 'vitest'
import { SPINACH, withMarket } from './market.ts'

const { api, code, entry, rapid, laboratory, send, told, cards, here } = withMarket()

const own = () => here().split(':')[1]
const lotOf = (n: number, role: string) => ({ ...entry(n, 'A-1', SPINACH).lots[0], role })
const certificate = (role: string) => ({ role, type: 'promise_cert', number: `HGZ${own()}` })
const voucher = (role: string) => ({ role, type: 'sales_voucher', number: `XS${own()}` })
const kilograms = (value: string) => ({ value, unit: 'KGM' })
/** A farm's lot that left under its certificate. */
const sent = (n: number, mass: string) => ({
  ...entry(n, 'A-1', SPINACH),
  ...{
    kind: 'dispatch',
    key: [`${own()}-d`],
    quantity: kilograms(mass),
    documents: [certificate('upstream')],
  },
  sites: [{ role: 'farm', name: '示例合作社', ids: [] }],
})
const came = (n: number, mass: string, more: object = {}) => ({
  ...entry(n, `A-${n}`, SPINACH),
  ...{ quantity: kilograms(mass), ...more },
})

test('the goods of a case are weighed once though its test came by two ways from one dispatch', async () => {
  await send(
    sent(1, '500'),
    came(2, '480', { documents: [certificate('upstream')] }),
    {
      ...came(2, '20'),
      ...{ kind: 'sale', saleKind: 'wholesale', key: [`${own()}-s`], lots: [lotOf(2, 'source')] },
      documents: [voucher('voucher')],
    },
    came(3, '20', { documents: [certificate('upstream'), voucher('upstream')] }),
    laboratory('l1', 3, 'fail'),
  )
  const [found] = await told()
  expect(found?.held.sort()).toEqual([code(1), code(2), code(3)])
  expect(found?.mass).toBe('500')
})

test('lots of which none came from another are all weighed, however they are of the case', async () => {
  await send(
    came(1, '20', { documents: [certificate('upstream')] }),
    came(2, '25', { documents: [certificate('upstream')] }),
    laboratory('l1', 1, 'fail'),
  )
  expect((await told()).map(({ held, mass }) => [held, mass])).toEqual([[[code(1), code(2)], '45']])
})

test('where no record tells the mass of what is held, the case tells none, and not that it is nothing', async () => {
  const { quantity: _, ...unweighed } = entry(1, 'A-1', SPINACH)
  await send(unweighed, rapid('r1', 'A-1', SPINACH, { lots: [lotOf(1, 'subject')] }))
  expect((await told()).map(({ held, mass }) => [held, mass])).toEqual([[[code(1)], null]])
  const [found] = await cards()
  const { cases } = (await api.call('GET', '/v1/cases?limit=100')).json()
  expect(cases.find(({ id }: { id: string }) => id === found?.id).heldMass).toBeNull()
})
