import fc from 'fast-check'
import { expect, it } from 'vitest'
import { canonicalJson } from '#core/model/canonical-json.ts'
import { maskedRecord } from '#core/model/masked-record.ts'
import { personalIn } from '#core/model/personal-values.ts'
import type { CanonicalRecord } from '#core/model/record.ts'
import {
  cutPersonal,
  cutSpace,
  putBackPersonal,
  type Taken,
  takePersonal,
  type VersionTexts,
  writeLeft,
  writeValues,
} from '#core/model/taken-values.ts'

const body = {
  documents: [{ number: '13812345678', raw: '13812345678', role: 'upstream', type: 'product_A' }],
  mass: { raw: '100', unit: 'KGM', value: '100' },
  note: '联系王小明 13812345678',
  parties: [
    {
      ids: [{ raw: '913304', scheme: 'cn.uscc', value: '913304' }],
      name: '嘉禾示例果蔬商行',
      role: 'seller',
    },
    { ids: [], name: '王小明', role: 'buyer' },
  ],
  raw: { 手机: '13812345678', '~1': '~0' },
  vehicle: '浙F00X00',
}
const texts = { body: canonicalJson(body), recorded: '{"at":"2024-04-15T00:00:00Z","raw":"王小明 4/15"}' }

/** What is taken while a record is taken in, as texts: the ways that `cutPersonal` has to say it come to the same. */
function cut(texts: VersionTexts, body: object): { isCut: boolean; taken: Taken | null } {
  const bytes = Buffer.from(texts.body)
  const taken = cutPersonal('sale', texts, body, bytes)
  if (taken === null || 'body' in taken) return { isCut: false, taken }
  const written = (write: typeof writeLeft): string => {
    const into = Buffer.alloc(cutSpace(bytes, taken) + 3)
    const end = write(bytes, taken, into, 3)
    return into.toString('utf8', 3, end)
  }
  return {
    isCut: true,
    taken: { body: written(writeLeft), recorded: texts.recorded, values: written(writeValues) },
  }
}

it('takes what is of persons, also from when it was recorded, leaves JSON with the goods in it, and puts everything back to the character', () => {
  const taken = takePersonal('sale', texts)
  if (!taken) throw new Error('nothing was taken')
  const left = `${taken.body} ${taken.recorded}`
  for (const value of ['13812345678', '王小明', '浙F00X00']) expect(left).not.toContain(value)
  expect(JSON.parse(taken.body)).toMatchObject({ mass: body.mass, parties: [body.parties[0], {}] })
  expect(putBackPersonal(taken)).toEqual(texts)
})

it('has nothing to take where nothing is of a person', () => {
  const { mass } = body
  expect(takePersonal('sale', { body: canonicalJson({ mass }), recorded: null })).toBeNull()
})

it('takes a value that stands twice, and one that another field repeats, and puts back each', () => {
  const one = {
    note: '浙F00X00',
    product: { name: '番茄', raw: '王小明' },
    raw: { a: '王小明', b: '王小明' },
    vehicle: '浙F00X00',
  }
  const all = { body: canonicalJson({ ...one, lots: [{ raw: '王小明', value: '1' }] }), recorded: null }
  const taken = takePersonal('sale', all)
  expect(taken?.body).not.toMatch(/王小明|浙F/)
  expect(taken && putBackPersonal(taken)).toEqual(all)
})

it('of a party and a place the name is taken', () => {
  for (const kind of ['party', 'site'] as const) {
    const one = { ids: [], name: '王小明' }
    const taken = takePersonal(kind, { body: canonicalJson(one), recorded: null })
    expect(taken?.body).toBe('{"ids":[],"name":"~0"}')
  }
})

it('while a record is taken in, its values are cut out of the bytes as they stand, each time they occur', () => {
  const { raw: _, ...one } = body
  for (const given of [
    one,
    { ...one, lots: [{ raw: '浙F00X00', value: '1' }] },
    {
      ...one,
      parties: [...one.parties, { ids: [], name: '王小明', role: 'payer' }],
    },
    { mass: one.mass, vehicle: 'ABC' },
  ]) {
    const all = { body: canonicalJson(given), recorded: null }
    const { isCut, taken } = cut(all, given)
    expect(isCut).toBe(true)
    expect(taken?.body).not.toMatch(/王小明|"(vehicle|raw)":"(浙F|ABC)|1381234/)
    expect(JSON.parse(taken?.body ?? '')).toMatchObject({ mass: body.mass })
    expect(taken && putBackPersonal(taken)).toEqual(all)
  }
})

it('what cannot be cut out of the text is taken all the same', () => {
  for (const [given, recorded] of [
    [{ findings: ['王小明'] }, null],
    [{ note: '王小明 "手机"' }, null],
    [{ note: '王小明', vehicle: '~0' }, null],
    [{ note: '王小明' }, '{"at":"2024","raw":"王小明"}'],
    [{ note: 7_654_321 }, null],
    [{ note: '王小明', parties: [{ ids: [], name: '', role: 'buyer' }] }, null],
  ] as const) {
    const all = { body: canonicalJson(given), recorded }
    const whole = recorded === null ? given : { ...given, recordedAt: JSON.parse(recorded) }
    const { isCut, taken } = cut(all, whole)
    expect(isCut).toBe(false)
    expect(`${taken?.body} ${taken?.recorded}`).not.toMatch(/王小明|7654321/)
    expect(taken && putBackPersonal(taken)).toEqual(all)
  }
})

it('values that do not fit their places are an error, never a blank', () => {
  const taken = takePersonal('sale', texts)
  if (!taken) throw new Error('nothing was taken')
  for (const wrong of [
    { ...taken, body: '{"vehicle":"~99"}' },
    { ...taken, body: '{}' },
    { ...taken, values: 'no JSON' },
  ])
    expect(() => putBackPersonal(wrong)).toThrow()
})

it('a text that the parser of JSON reads as another one comes back as it was, too', () => {
  const names = ['~0', '"~0"', '\\"~0', '~0":', '']
  const text = canonicalJson({ raw: Object.fromEntries(names.map((name) => [name, '王小明'])) })
  for (const body of [text, text.replace('"\\\\\\"~0":"王小明",', ''), text]) {
    const taken = takePersonal('sale', { body, recorded: null })
    expect(taken && putBackPersonal(taken)).toEqual({ body, recorded: null })
  }
})

it('whatever texts a record has, the same come back, and what masking would cover is not in what is left', () => {
  const text = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.constantFrom('~0', '~~1', '"~0"', '\\"~0', '~0":', '王小明', '13812345678', '浙F00X00', '2024-04-15'),
  )
  const record = fc.record(
    {
      note: text,
      raw: fc.dictionary(text, text),
      vehicle: text,
      findings: fc.array(text),
      area: text,
      product: fc.record({ code: text, name: text, raw: text }),
      sites: fc.array(fc.record({ ids: fc.constant([]), name: text, role: fc.constant('place') })),
      parties: fc.array(
        fc.record({
          ids: fc.array(fc.record({ raw: text, scheme: fc.constantFrom('local.a', 'cn.uscc'), value: text })),
          name: text,
          role: fc.constant('buyer'),
        }),
      ),
      unheardOf: fc.jsonValue(),
    },
    { requiredKeys: [] },
  )
  fc.assert(
    fc.property(record, fc.option(text), (one, raw) => {
      const given = JSON.parse(JSON.stringify(one)) as object
      const recorded = raw === null ? null : canonicalJson({ at: '2024', raw })
      const all = { body: canonicalJson(given), recorded }
      const taken = takePersonal('sale', all)
      expect(taken === null ? all : putBackPersonal(taken)).toEqual(all)
      const whole = recorded === null ? given : { ...given, recordedAt: JSON.parse(recorded) }
      const { isCut, taken: inBytes } = cut(all, whole)
      expect(inBytes === null).toBe(taken === null)
      expect(inBytes === null ? all : putBackPersonal(inBytes)).toEqual(all)
      for (const { name, value } of isCut ? personalIn('sale', whole) : [])
        expect(inBytes?.body).not.toContain(`${JSON.stringify(name)}:${JSON.stringify(value)}`)
      if (taken === null) {
        const { unheardOf: _, ...known } = given as Record<string, unknown>
        const whole = { ...known, kind: 'sale' } as unknown as CanonicalRecord
        expect(maskedRecord(whole)).toEqual(whole)
      }
    }),
    { numRuns: 1000 },
  )
})
