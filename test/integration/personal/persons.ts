import { randomInt } from 'node:crypto'
import pg from 'pg'
import { widenCitizenId } from '#core/identifiers/citizen-id.ts'
import { trade } from '#test/jiaxing.ts'

/** A person who is made up, and told of nowhere else in the repository. */
export interface Person {
  readonly name: string
  readonly phone: string
  readonly citizenId: string
  readonly plate: string
}

const LETTERS = 'ABCDEFGHJKLMNPQRSTUVWXYZ0123456789'
const digits = (count: number): string => Array.from({ length: count }, () => randomInt(10)).join('')
const sign = (): string => String.fromCodePoint(0x4e00 + randomInt(20_000))

/** So many persons, of whom no two share a value. */
export function randomPersons(count: number): Person[] {
  const used = new Set<string>()
  const unique = (make: () => string): string => {
    for (;;) {
      const value = make()
      if (!used.has(value) && used.add(value)) return value
    }
  }
  return Array.from({ length: count }, () => ({
    name: unique(() => `欧阳${sign()}${sign()}`),
    phone: unique(() => `199${digits(8)}`),
    citizenId: unique(() => widenCitizenId(`330199${randomInt(50, 99)}0${randomInt(1, 10)}1${digits(4)}`)),
    plate: unique(() => `浙Q${Array.from({ length: 5 }, () => LETTERS[randomInt(LETTERS.length)]).join('')}`),
  }))
}

const FORMS = [/欧阳../gsu, /199\d{8}/g, /330199\d{11}[\dX]/g, /浙Q[A-Z0-9]{5}/g]

/** Which of the values of the persons stand in a text, also where it is JSON with its signs escaped. */
export function valuesIn(text: string, persons: readonly Person[]): string[] {
  const values = new Set(persons.flatMap((one) => Object.values(one) as string[]))
  const plain = text.replace(/\\u([0-9a-f]{4})/gi, (_, code: string) =>
    String.fromCharCode(Number.parseInt(code, 16)),
  )
  return [...new Set(FORMS.flatMap((form) => plain.match(form) ?? []))].filter((found) => values.has(found))
}

/** What systems send of a person. */
export const tradeOf = ({ name, phone, citizenId, plate }: Person, i: number, change: object = {}) =>
  trade(`TP${i}`, {
    buyerName: name,
    plateNo: plate,
    cardNo: citizenId,
    linkman: name,
    tel: phone,
    ...change,
  })

export const certificateOf = ({ name, phone, citizenId }: Person, i: number) => ({
  certificateCode: `HGZ20240415-P${i}`,
  issueType: 1,
  formVersion: '2021-1',
  productName: '番茄',
  quantity: '300',
  unit: '公斤',
  productionArea: '浙江省衢州市龙游县溪口镇',
  areaCode: '330825',
  subjectName: name,
  creditCode: citizenId,
  contactPhone: phone,
  commitmentBasis: '2,4',
  batchNo: `3308250072404140${String(i).padStart(4, '0')}`,
  issueDate: '2024-04-15 00:42:00',
  status: 1,
})

/**
 * Columns in which a value of a person may be read in a copy of a database in which everything is sealed: codes of parties by which records and cards are
 * found, where a source writes a citizen's number in the field of a firm's code. SQL compares and joins them by index.
 */
export const NOT_SEALED: readonly string[] = [
  'record_versions.codes',
  'descriptions.codes',
  'card_codes.code',
  'card_codes.value',
  'card_code_sights.code',
]

/** Values of the persons that stand in a table, with the column, but for those of `NOT_SEALED`: at most three of a column. */
export async function foundInTables(url: string, persons: readonly Person[]): Promise<string[]> {
  const columns = await columnsOf(url, `table_schema = 'public'`)
  if (columns.length < 500) throw new Error('these are not all columns')
  const looked = columns.filter(([column]) => !NOT_SEALED.includes(column))
  return looked.flatMap(([column, text]) =>
    valuesIn(text, persons)
      .slice(0, 3)
      .map((value) => `${column}: ${value}`),
  )
}

/** The values of the columns that a condition names, as one text of each column; bytes as the text that they may be. */
export async function columnsOf(url: string, condition: string): Promise<[column: string, text: string][]> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    const { rows } = await client.query(
      `select table_schema as schema, table_name as "table", column_name as "column" from information_schema.columns where ${condition}`,
    )
    const all: [string, string][] = []
    for (const { schema, table, column } of rows) {
      const values = await client.query({
        text: `select "${column}" from "${schema}"."${table}"`,
        rowMode: 'array',
      })
      const texts = values.rows.map(
        ([value]) => `${Buffer.isBuffer(value) ? value : JSON.stringify(value)}\n`,
      )
      all.push([`${table}.${column}`, texts.join('')])
    }
    return all
  } finally {
    await client.end()
  }
}
