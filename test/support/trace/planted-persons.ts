import type { Body } from '#core/model/body.ts'
import { BODY_SCHEMAS, KINDS, type Kind } from '#core/model/kinds.ts'
import type { Written } from './store-records.ts'

/** A person as sources write one. */
export interface Planted {
  readonly name: string
  readonly phone: string
  readonly citizen: string
  readonly plate: string
  /** An amount that nobody may see. */
  readonly money: string
}

const SURNAMES = ['王', '李', '张', '欧阳', '夏侯', '诸葛', '陈', '赵']
const FIRST = '建秀志桂小海国春'
const SECOND = '国英强兰芳燕庆梅'

/** The n-th person: the same one each time, and no two of one number. */
export const personOf = (n: number): Planted => ({
  name: `${SURNAMES[n & 7]}${FIRST[(n >> 3) & 7]}${SECOND[(n >> 6) & 7]}`,
  phone: `1${3 + (n % 7)}${String(100_000_000 + ((n * 7919) % 900_000_000))}`,
  citizen: `330106198${n % 10}0${1 + (n % 9)}1${n % 10}${String(1000 + (n % 9000))}`,
  plate: `浙${'ABCDEFG'[n % 7]}${String(10_000 + ((n * 31) % 90_000))}`,
  money: `${1000 + ((n * 13) % 9000)}.37`,
})

/** Ways in which a source writes a person into a field of text. */
const WAYS: readonly ((person: Planted) => string)[] = [
  ({ name }) => name,
  ({ phone }) => phone,
  ({ citizen }) => citizen,
  ({ plate }) => plate,
  ({ name, phone }) => `${name} ${phone}`,
  ({ name }) => `${name}家的番茄`,
  ({ name }) => `番茄（${name}）`,
  ({ name }) => `${name}家庭农场`,
  ({ name }) => `${name}养殖场`,
  ({ name }) => `示例村5号${name}`,
  ({ phone }) => `示例农场${phone}`,
  ({ phone }) => `TEL${phone}`,
  ({ citizen }) => `货主${citizen}`,
]

interface Schema {
  readonly type?: string
  readonly const?: unknown
  readonly enum?: readonly unknown[]
  readonly anyOf?: readonly Schema[]
  readonly pattern?: string
  readonly properties?: Readonly<Record<string, Schema>>
  readonly patternProperties?: Readonly<Record<string, Schema>>
  readonly additionalProperties?: unknown
  readonly items?: Schema
}

/** A value that fills every field of a schema, with the person in each text; `turn` says in which way. */
function fill(schema: Schema, name: string, person: Planted, turn: () => number): unknown {
  if (schema.const !== undefined) return schema.const
  if (schema.enum) return schema.enum[turn() % schema.enum.length]
  if (schema.anyOf) return fill(schema.anyOf[turn() % schema.anyOf.length] as Schema, name, person, turn)
  if (schema.type === 'integer' || schema.type === 'number') return 2024
  if (schema.type === 'boolean') return turn() % 2 === 0
  if (schema.type === 'null') return null
  if (schema.type === 'array') return [0, 1].map(() => fill(schema.items ?? {}, name, person, turn))
  if (schema.type === 'object' || schema.properties) {
    const entries = Object.entries(schema.properties ?? {})
    if (entries.length === 0) return { 字段: say(person, turn) }
    return Object.fromEntries(entries.map(([key, inner]) => [key, fill(inner, key, person, turn)]))
  }
  if (name === 'at') return '2024-04-15T08:00:00+08:00'
  if (schema.pattern?.includes('d{6}')) return '330106'
  if (schema.pattern?.includes('A-Z')) return 'CHN'
  if (schema.pattern !== undefined) return person.money
  return say(person, turn)
}

const say = (person: Planted, turn: () => number): string =>
  (WAYS[turn() % WAYS.length] as (typeof WAYS)[number])(person)

/**
 * One record of every kind with the person in every text field that the kind has; all of one lot and one voucher, so that the page of
 * either tells of all of them. Parties are also written as the sources mark persons.
 */
export function recordsWith(run: number, person: Planted): Written[] {
  let turns = run * 5
  const turn = (): number => turns++
  return KINDS.map((kind): Written => {
    const filled = fill(BODY_SCHEMAS[kind] as Schema, '', person, turn) as Partial<Body>
    return { kind, system: 'one', key: `${kind}-${run}`, body: { ...filled, ...joined(kind, run, filled) } }
  })
}

/** What joins the records: the lot, its certificate and its voucher, beside whatever was planted in the same lists. */
function joined(
  kind: Kind,
  run: number,
  { lots, documents, parties, product }: Partial<Body>,
): Partial<Body> {
  const [lot, paper, voucher] = [`L${run}`, `D${run}`, `V${run}`]
  const self = kind === 'document'
  return {
    // One lot is of one kind of goods.
    ...(product ? { product: { ...product, class: 'vegetable' as const } } : {}),
    ...(kind === 'hold' ? { holdKind: run % 2 ? 'stop_sale' : 'recall' } : {}),
    ...(lots ? { lots: [...lots, { role: 'subject', scheme: 'local.one', value: lot }] } : {}),
    ...(documents
      ? {
          documents: [
            { role: self ? 'self' : 'upstream', type: 'promise_cert', number: paper },
            ...(kind === 'sale'
              ? [{ role: 'voucher' as const, type: 'sales_voucher', number: voucher }]
              : []),
            ...documents,
          ],
        }
      : {}),
    ...(parties
      ? {
          parties: [
            ...parties.map((party) => ({ ...party, role: 'issuer' as const })),
            ...parties.map((party) => ({ ...party, role: 'producer' as const })),
          ],
        }
      : {}),
  }
}
