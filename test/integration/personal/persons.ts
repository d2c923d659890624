import { randomInt } from 'node:crypto'
import { widenCitizenId } from '#core/identifiers/citizen-id.ts'

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
