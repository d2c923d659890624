import { expect, it } from 'vitest'
import { plainSentence } from '#cli/plain-sentence.ts'

const failed = (facts: object): Error => Object.assign(new Error('as the system says it'), facts)

it('a port in use is named together with the setting that changes it', () => {
  const said = plainSentence(
    failed({ code: 'EADDRINUSE', syscall: 'listen', address: '127.0.0.1', port: 8080 }),
  )
  expect(said?.en).toContain('127.0.0.1:8080')
  expect(said?.en).toContain('HUB_PORT')
  expect(said?.zh).toContain('HUB_PORT')
})

it('a database that cannot be reached or does not let in points to DATABASE_URL', () => {
  const unreachable = failed({ code: 'ECONNREFUSED', syscall: 'connect', address: '127.0.0.1', port: 5432 })
  expect(plainSentence(unreachable)?.en).toMatch(/127\.0\.0\.1:5432.*DATABASE_URL/)
  expect(plainSentence(failed({ code: '3D000' }))?.en).toContain('DATABASE_URL')
  expect(plainSentence(failed({ code: '28P01' }))?.zh).toContain('DATABASE_URL')
})

it('a missing file is named by its path', () => {
  expect(plainSentence(failed({ code: 'ENOENT', syscall: 'open', path: 'a.yaml' }))?.en).toContain('a.yaml')
})

it('an error that nobody can mend from outside gets no sentence of its own', () => {
  expect(plainSentence(new TypeError('x is not a function'))).toBeUndefined()
  expect(plainSentence(failed({ code: '42P01' }))).toBeUndefined()
})
