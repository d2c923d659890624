import { existsSync } from 'node:fs'
import { expect, it } from 'vitest'
import { source } from '../../lint/sources.ts'

/** What a test is called in its file: without what a group of tests says before it, with quotes as the program has them. */
const isIn = (text: string, title: string): boolean => text.replaceAll("\\'", "'").includes(title)

it('docs/security.md names only tests that there are, by their titles, and a test or none in every row', () => {
  const page = source('docs/security.md')
  const rows = page.split('\n').filter((line) => /^\| (?!who|what|defect|chapter|point|---)/.test(line))
  const named = rows.flatMap((row) => {
    const found = /`(test\/[^`]+\.test\.ts)` › ([^|]+?) \|$/.exec(row)
    return found ? [{ file: found[1] as string, title: found[2] as string }] : []
  })
  expect(named.length).toBeGreaterThan(45)
  const missing = named.filter(({ file, title }) => !existsSync(file) || !isIn(source(file), title))
  expect(missing).toEqual([])
  // Each of the 25 has one.
  expect(rows.filter((row) => /^\| \d+ /.test(row)).filter((row) => !row.includes('.test.ts` › '))).toEqual(
    [],
  )
  expect(rows.filter((row) => /^\| \d+ /.test(row))).toHaveLength(25)
})
