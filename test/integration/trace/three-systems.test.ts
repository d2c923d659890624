import type { Pool } from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createIntake } from '#flow/intake/create-intake.ts'
import { readSamples } from '#flow/systems/golden.ts'
import { loadRegistry } from '#flow/systems/load.ts'
import { askPublic } from '#flow/trace/public.ts'
import { readDocument } from '#flow/trace/read-document.ts'
import { traceLot } from '#flow/trace/trace-lot.ts'
import { createPool } from '#store/database.ts'
import { withDatabase } from '#test/database.ts'

const registry = await loadRegistry('mappings')
const systems = [...registry.systems.keys()]
const database = withDatabase()
let pool: Pool

/** Every valid sample of every system in its own bytes; a sample that follows another comes after it. */
beforeAll(async () => {
  pool = createPool({ url: database.url })
  const intake = createIntake({ pool, registry, clock: Date.now, onCommitted: () => {} })
  const samples = await Promise.all(
    [...registry.systems.values()].map(async (system) => ({
      id: system.id,
      samples: await readSamples(system),
    })),
  )
  for (const follows of [false, true]) {
    for (const { id, samples: ofSystem } of samples) {
      for (const { name, bytes, expected } of ofSystem) {
        if (name.includes('invalid') || (expected.sendAfter !== undefined) !== follows) continue
        const { record, contentType } = expected
        await intake.push({ system: id, record, bytes, contentType, keyId: null })
      }
    }
  }
  await intake.close()
})
afterAll(() => pool.end())

const back = (code: string) => traceLot(pool, { code, direction: 'back', systems })

test('pork, from the bytes of the slaughterhouse: corrected voucher, both product papers, pigs, animal certificate', async () => {
  const graph = await back('33060300100120000157')
  expect(graph.nodes.map(({ code }) => code)).toEqual([
    'doc:33060300100120000157',
    'doc:3306041501',
    'doc:ZJ-RP-0415088',
    'doc:3308000217',
    'local.shaoxing-slaughter:SX2404140001',
  ])
  expect(graph.nodes[0]?.quantity).toMatchObject({ value: '185.5', unit: 'KGM' })
  expect(graph.nodes[1]?.tests).toMatchObject([{ verdict: 'pass' }])
})

test('tomatoes, across three systems: trade, certificate, harvested lot, and the field that it grew in', async () => {
  const graph = await back('JXSG2024041500018')
  expect(graph.nodes.map(({ code }) => code)).toEqual([
    'doc:JXSG2024041500018',
    'doc:HGZ20240415-7K3M',
    'lot:33082500724041400001',
    'lot:33082500724010800002',
  ])
})

test('a purchaser’s certificate leads back to both lots that were mixed', async () => {
  const graph = await back('JXSG2024041500036')
  expect(graph.nodes.map(({ value }) => value)).toEqual([
    'JXSG2024041500036',
    'HGZ20240415-K7JJ',
    'JX20240415-T01',
    'HGZ20240415-4ZQN',
    'HGZ20240415-W3EV',
    '33082501124041400002',
    '33082501124041400003',
  ])
  expect(graph.edges.filter(({ rule }) => rule === 'mixing')).toHaveLength(2)
})

test('masses used agree with what was traded, and the certificate made void after its sale is void', async () => {
  const facts = async (number: string) => {
    const { verdict, statedKg, usedKg } = await readDocument(pool, {
      type: 'promise_cert',
      number,
      on: '2024-04-15',
      nowMs: 0,
    })
    return [verdict, statedKg, usedKg]
  }
  expect(await facts('HGZ20240415-7K3M')).toEqual(['valid', '300', '300'])
  expect(await facts('HGZ20240415-QW8E')).toEqual(['valid', '90', '90'])
  expect(await facts('HGZ20240415-M4ND')).toEqual(['void', '500', '120'])
})

test('the public view of the cabbage warns, and shows no trader and no plate', async () => {
  const { found } = await askPublic(pool, { code: 'JXSG2024041500035', systems, on: '2024-04-15' })
  const view = found?.is === 'path' ? found.trace : null
  expect(view).toMatchObject({
    product: '大白菜',
    origin: '浙江省衢州市龙游县',
    alerts: [{ kind: 'void', number: 'HGZ20240415-M4ND' }],
  })
  expect(JSON.stringify(view)).not.toMatch(/商行|蔬菜摊|浙F[A-Z0-9]|price|amount/)
})
