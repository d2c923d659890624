import { expect, test } from 'vitest'
import { withFindings } from './setting.ts'

const { api, post } = withFindings()

const SITE = '330881020'
const told = (kind: string, key: string, day: string, kilograms: number, name: string) => ({
  ...{ kind, system: 'jiaxing-wholesale', key: [key], product: { name, class: 'vegetable' } },
  occurredAt: { at: `2024-06-${day}T05:00:00+08:00`, precision: 'second' },
  region: { code: '330881', year: 2024 },
  sites: [{ role: 'market', ids: [{ scheme: 'cn.mofcom.node9', value: SITE }] }],
  quantity: { value: String(kilograms), unit: 'KGM' },
  ...(kind === 'sale' ? { saleKind: 'wholesale' } : {}),
})
/** Of each product by the stock of the day before, what came in and what went out. */
const severities = async (goods: Readonly<Record<string, readonly [number, number, number]>>) => {
  await post(
    ...Object.entries(goods).flatMap(([name, [stock, came, went]]) => [
      ...(stock > 0 ? [told('entry', `${name}1`, '04', stock, name)] : []),
      ...(came > 0 ? [told('entry', `${name}2`, '05', came, name)] : []),
      told('sale', `${name}3`, '05', went, name),
    ]),
  )
  const { findings } = (await api.call('GET', '/v1/findings?kind=balance_off&state=open')).json()
  return Object.fromEntries(
    findings.map((one: { subject: string; severity: string }) => [
      JSON.parse(one.subject.slice(6))[1].slice(5),
      one.severity,
    ]),
  )
}

test('what went out beyond what was there is as grave as its part of stock and arrivals, whichever of the two they are', async () => {
  expect(
    await severities({
      ...{ 黄瓜: [10, 0, 30], 芹菜: [1000, 50, 1090], 茄子: [0, 10, 30], 菠菜: [0, 1000, 1050] },
      ...{ 韭菜: [1000, 0, 1099], 番茄: [500, 500, 1101], 萝卜: [500, 500, 1000] },
    }),
  ).toEqual({
    ...{ 黄瓜: 'serious', 芹菜: 'warning', 茄子: 'serious', 菠菜: 'warning' },
    ...{ 韭菜: 'warning', 番茄: 'serious' },
  })
})
