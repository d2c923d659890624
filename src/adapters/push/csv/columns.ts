import { DecodeRefusal } from '#adapters/push/refusal.ts'

const POISON = new Set(['__proto__', 'constructor', 'prototype'])
// What stands in rows and never in a title row: a number, a date, a code.
const DATUM = /^[\d.,:/ +-]*\d[\d.,:/ +-]*$/

const COLUMNS_MAX = 1000
const FIX = 'send the title row first, with a name for each column'

/** Names of the columns, and whether the first row is already a record. */
export interface Columns {
  readonly names: readonly string[]
  readonly firstIsRow: boolean
}

/**
 * Column names from the first row, trimmed. Where the system declares the names itself (`header`), a first row that repeats
 * them is skipped and any other is a record.
 * @throws DecodeRefusal where the first row is not a title row
 */
export function readColumns(first: readonly string[], header: readonly string[] | undefined): Columns {
  const names = withoutEmptyEnd(first.map((name) => name.trim()))
  if (header && header.length > 0) {
    const repeated = header.every((name, index) => name === names[index])
    return { names: header, firstIsRow: !repeated }
  }
  if (names.length === 0 || names.some((name) => name === '' || DATUM.test(name))) {
    throw new DecodeRefusal('E_SCHEMA', 'title row', 'no header row: the columns cannot be told', FIX)
  }
  if (names.length > COLUMNS_MAX) {
    throw new DecodeRefusal('E_SCHEMA', 'title row', `more than ${COLUMNS_MAX} columns`, 'send fewer columns')
  }
  checkNames(names)
  return { names, firstIsRow: false }
}

function checkNames(names: readonly string[]): void {
  const seen = new Set<string>()
  for (const name of names) {
    if (POISON.has(name))
      throw new DecodeRefusal('E_SCHEMA', `title row, ${name}`, 'a column name that is not allowed', FIX)
    if (seen.has(name))
      throw new DecodeRefusal('E_SCHEMA', `title row, ${name}`, 'two columns have this name', FIX)
    seen.add(name)
  }
}

function withoutEmptyEnd(names: string[]): string[] {
  let length = names.length
  while (length > 0 && names[length - 1] === '') length--
  return names.slice(0, length)
}
