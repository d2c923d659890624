import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { withApi } from '#test/api.ts'

const api = withApi()
const send = (path: string, sample: string, type: string) =>
  api.push(path, readFileSync(`mappings/${path.split('/')[0]}/samples/${sample}`), { type })
const dump = (sample: string) => send('quzhou-animal-quarantine/animal-b', sample, 'text/csv; charset=gbk')
const paper = async (number: string, on: string) =>
  (await api.call('GET', `/v1/documents/animal_B/${number}?on=${on}`)).json()

it('the certificate of the station is the one under which the pigs arrived at the slaughterhouse', async () => {
  expect((await dump('valid/one.csv')).json()).toMatchObject({ accepted: 1 })
  await send('shaoxing-slaughter/arrival', 'valid/arrival-one.xml', 'text/xml')
  const answer = await paper('3308000217', '2024-04-14')
  expect(answer).toMatchObject({
    verdict: 'valid',
    issues: [{ system: 'quzhou-animal-quarantine', validUntil: '2024-04-14', territory: 'within_province' }],
    uses: [{ system: 'shaoxing-slaughter', kind: 'entry', flags: [] }],
  })
  expect((await paper('3308000217', '2024-04-15')).verdict).toBe('expired')
  const graph = (await api.call('GET', '/v1/trace/3308000217?direction=forward')).json()
  expect(graph.nodes.map((node: { value: string }) => node.value)).toEqual(
    expect.arrayContaining(['3308000217', 'SX2404140001']),
  )
})

it('a later dump brings what is known as unchanged, and what became void as void', async () => {
  await dump('valid/day.csv')
  expect((await dump('valid/void.csv')).json()).toMatchObject({ accepted: 1, unchanged: 1, rejected: 0 })
  expect((await paper('3308000221', '2024-04-14')).verdict).toBe('void')
  // Void when it was first seen.
  expect((await paper('3308000223', '2024-04-14')).verdict).toBe('void')
})

it('animals of another species, and their meat, are refused under the certificate of pigs; pigs and pork are let in', async () => {
  await dump('valid/one.csv')
  const loads = ['生猪', '仔猪', '猪白条', '山羊', '肉牛', '牛肉', '活鸡'].map((product) => ({
    ...{ number: '3308000217', type: 'animal_B', on: '2024-04-14', product },
  }))
  const { papers } = (await api.call('POST', '/v1/documents/check', { body: { papers: loads } })).json()
  expect(
    papers.map((paper: { reasons: readonly { code: string }[] }) =>
      paper.reasons.some(({ code }) => code === 'other_goods'),
    ),
  ).toEqual([false, false, false, true, true, true, true])
})
