import { expect, it } from 'vitest'
import { withApi } from '#test/api.ts'

const api = withApi()
const ask = (query: string) => api.call('GET', `/v1/documents/required?${query}`)
interface Answer {
  groups: { present: boolean; documents: { type: string; form?: string }[] }[]
}
const types = ({ groups }: Answer) => groups.map(({ documents }) => documents.map(({ type }) => type))

it('pork needs a quarantine certificate and the meat inspection; what is at hand is marked', async () => {
  const answer = await ask('product=猪肉&on=2024-04-15&present=product_B')
  expect(answer.statusCode).toBe(200)
  const body = answer.json()
  expect(body).toMatchObject({ product: '猪肉', productClass: 'pork', on: '2024-04-15', isComplete: false })
  expect(types(body)).toEqual([['product_A', 'product_B'], ['meat_quality']])
  expect(body.groups.map(({ present }: { present: boolean }) => present)).toEqual([true, false])
  expect(body.groups[0].documents[0]).toEqual({
    type: 'product_A',
    title: {
      en: 'Animal product quarantine certificate A (across provinces)',
      zh: '动物检疫合格证明（产品A）',
    },
    form: '2010',
  })
  const whole = await ask('class=pork&on=2024-04-15&present=product_B,meat_quality')
  expect(whole.json()).toMatchObject({ product: null, isComplete: true })
})

it('the rules are those of the day: the certificate of 2026, the mark in its place, nothing before 2016', async () => {
  const in2026 = (await ask('product=21113013&on=2026-04-15&present=quarantine_mark,meat_quality')).json()
  expect(in2026).toMatchObject({ productClass: 'pork', isComplete: true })
  expect(in2026.groups[0].documents).toContainEqual(
    expect.objectContaining({ type: 'product_2026', form: '2026' }),
  )
  expect((await ask('class=pork&on=2016-02-29')).json()).toMatchObject({ groups: [], isComplete: true })
})

it('nothing is asked for goods that are not known', async () => {
  expect((await ask('product=某物&on=2024-04-15')).json()).toMatchObject({
    product: '某物',
    productClass: null,
    groups: [],
  })
})

it('without a day it is today in China', async () => {
  const today = new Date(Date.now() + 8 * 3_600_000).toISOString().slice(0, 10)
  expect((await ask('class=pork')).json().on).toBe(today)
})

it.each([
  '',
  'on=2024-04-15',
  'class=meat',
  'class=pork&on=2024-02-30',
  'class=pork&present=passport',
  'kind=pork',
])('"%s" is refused', async (query) => {
  const answer = await ask(query)
  expect(answer.statusCode).toBe(400)
  expect(answer.json().code).toBe('invalid_request')
})
