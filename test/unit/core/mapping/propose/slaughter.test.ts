import { readFile } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import { proposed } from './proposed.ts'

/** A day of a slaughterhouse in initials of pinyin: heads that came, heads that were killed, and the meat of them. */
const DAY = [
  'dh,rq,tzcbm,tzcmc,hzmc,pch,cdjyzh,rcts,twts,tzts,ttzl,cpjyzh,rppzh,jyjg',
  'S1,2026-04-01,330603001,绍兴示例肉联厂,示例生猪批发部,P260401-1,3308000218,35,1,34,2610.5,3306041501,ZJ-RP-0401001,合格',
  'S2,2026-04-01,330603001,绍兴示例肉联厂,示例生猪批发部,P260401-2,3308000219,40,0,40,3122,3306041502,ZJ-RP-0401002,合格',
  'S3,2026-04-02,330603001,绍兴示例肉联厂,示例肉业,P260402-1,3308000220,20,0,0,,,,不合格',
].join('\n')

describe('the day of a slaughterhouse', async () => {
  const { kind, mapping, mistakes, mapped, open } = await proposed(DAY)
  const kinds = mapped.map(({ records }) => records.map((record) => record.kind))

  it('is an entry of live animals, a slaughter of those that were killed, and a test', () => {
    expect(mistakes).toEqual([])
    expect(open).toEqual([])
    expect(kind).toBe('entry')
    expect(kinds).toEqual([
      ['entry', 'transformation', 'test'],
      ['entry', 'transformation', 'test'],
      ['entry', 'test'],
    ])
  })

  it('counts the animals that came on the entry, and lets its paper be that of the live animals alone', () => {
    expect(mapped[0]?.records[0]?.body).toMatchObject({
      quantity: { value: '35', unit: 'HEA' },
      dead: '1',
      documents: [{ role: 'upstream', number: '3308000218' }],
    })
    expect(mapped[0]?.records[0]?.body?.documents).toHaveLength(1)
  })

  it('puts animals and their paper in, meat and its papers out', () => {
    expect(mapped[0]?.records[1]?.body).toMatchObject({
      process: 'slaughter',
      sites: [{ role: 'slaughterhouse' }],
      input: {
        documents: [{ role: 'input', number: '3308000218' }],
        lots: [{ role: 'input', value: 'P260401-1' }],
        quantity: { value: '34', unit: 'HEA' },
      },
      output: {
        documents: [
          { role: 'output', number: '3306041501' },
          { role: 'output', number: 'ZJ-RP-0401001' },
        ],
        mass: { value: '2610.5', unit: 'KGM' },
      },
    })
  })

  it('says what a person has to check: the unit of the meat, and whose batch it is', () => {
    expect(mapping).toMatch(/# CHECK the unit[^\n]*\n\s+mass: \{ from: ttzl, unit: \{ const: 公斤 \} \}/u)
    expect(mapping).toMatch(/# CHECK whether pch[^\n]*live animals/u)
  })
})

describe('the quarantine of a county slaughterhouse', async () => {
  const { kind, mapping, mistakes, mapped } = await proposed(
    await readFile('mappings/shaoxing-slaughter/samples/valid/quarantine-day.xml'),
  )

  it('is a test by the heads that were positive, and a slaughter where a paper for the meat was issued', () => {
    expect(mistakes).toEqual([])
    expect(kind).toBe('test')
    expect(mapping).toContain('when: { quarantine_animal_products_id: present }')
    for (const { records } of mapped) {
      const [test, slaughter] = records
      const failed = test?.body?.test?.positive !== '0'
      expect(test?.body?.test?.verdict).toBe(failed ? 'fail' : 'pass')
      expect(slaughter?.kind).toBe(failed ? undefined : 'transformation')
    }
    expect(mapped[0]?.records[1]?.body?.input?.quantity).toMatchObject({ value: '20', unit: 'HEA' })
  })

  it('takes place when it was checked, not when the animals came', () => {
    expect(mapping).toContain("occurredAt: { from: check_date, date: ['yyyyMMdd'] }")
  })
})

it('arrivals and trades of a slaughterhouse are no slaughter', async () => {
  for (const [name, kind] of [
    ['arrival-day', 'entry'],
    ['trade-day', 'sale'],
  ] as const) {
    const bytes = await readFile(`mappings/shaoxing-slaughter/samples/valid/${name}.xml`)
    const { mapping, ...found } = await proposed(bytes)
    expect(found.kind).toBe(kind)
    expect(mapping).not.toContain('transformation')
  }
})

it('a money beside heads and a price may be the mass of the animals: a person has to check it', async () => {
  const bytes = await readFile('mappings/shaoxing-slaughter/samples/valid/arrival-day.xml')
  expect((await proposed(bytes)).mapping).toMatch(/# CHECK: money, or the mass[^\n]*\n\s+amount:/u)
})

it('a paper for animals beside one for meat outside a slaughterhouse is a slaughter only perhaps', async () => {
  const rows = (second: string): string =>
    `dh,rq,scmc,gys,spmc,sl(公斤),动物检疫证号,产品检疫证号\nX1,2026-04-01,示例农贸市场,示例商行,猪肉,50,3308000218,3306041501\nX2,2026-04-01,示例农贸市场,示例商行,活鸡,20,3308000219,${second}\n`
  const both = await proposed(rows('3306041502'))
  expect(both.mistakes).toEqual([])
  expect(both.mapping).toMatch(/# CHECK[^\n]*slaughter/u)
  expect(both.mapping).not.toContain('kind: transformation')
})
