import { existsSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { FLAGS } from '#core/flags.ts'
import { source } from '../../lint/sources.ts'

const TRAPS = 31

const page = source('docs/traps.md')
const rows = page.split('\n').filter((line) => line.startsWith('| T'))

/** The tests that the last cell of a row names. */
function testsOf(row: string): { readonly file: string; readonly title: string }[] {
  const cell = row.split(' | ').at(-1)?.replace(/ \|$/, '') ?? ''
  return cell.split('<br>').flatMap((one) => {
    const found = /^`(test\/[^`]+\.test\.ts)` › (.+)$/.exec(one)
    return found ? [{ file: found[1] as string, title: found[2] as string }] : []
  })
}

/** Whether a file has a test, or a group of tests, of this title and no other. */
function hasTest(file: string, title: string): boolean {
  return (
    existsSync(file) && [`'${title}'`, `"${title}"`, `\`${title}\``].some((one) => source(file).includes(one))
  )
}

describe('docs/traps.md', () => {
  it('has a row for each trap, in their order', () => {
    expect(rows.map((row) => row.split(' ')[1])).toEqual(Array.from({ length: TRAPS }, (_, i) => `T${i + 1}`))
  })

  it('names a test for each, or says that it is not met', () => {
    expect(rows.filter((row) => testsOf(row).length === 0 && !row.includes('**Not met**'))).toEqual([])
  })

  it('names tests that there are, by their whole titles', () => {
    expect(rows.flatMap(testsOf).filter(({ file, title }) => !hasTest(file, title))).toEqual([])
  })

  it('names no flag that does not exist', () => {
    const flags = [...page.matchAll(/`([WE]_[A-Z_]+)`/g)].map((found) => found[1] as string)
    expect(flags.filter((flag) => !Object.hasOwn(FLAGS, flag))).toEqual([])
  })
})
