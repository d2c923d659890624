import { describe, expect, it } from 'vitest'
import { isConflict, isUnavailable } from '#store/database-errors.ts'

const withCode = (code: string) => Object.assign(new Error('words that say nothing'), { code })

describe('isUnavailable', () => {
  it.each([
    'ECONNREFUSED',
    'ECONNRESET',
    '08006',
    '08P01',
    '57P01',
    '57P02',
    '57P03',
    '53300',
    '53100',
    '25006',
  ])('holds for %s', (code) => {
    expect(isUnavailable(withCode(code))).toBe(true)
  })

  it.each([
    'Connection terminated unexpectedly',
    'Connection terminated due to connection timeout',
    'timeout exceeded when trying to connect',
    'Client has encountered a connection error and is not queryable',
  ])('holds for what node-postgres says without a code: %s', (message) => {
    expect(isUnavailable(new Error(message))).toBe(true)
  })

  it('looks into the cause and into several addresses tried', () => {
    expect(isUnavailable(new Error('intake failed', { cause: withCode('57P01') }))).toBe(true)
    expect(isUnavailable(new AggregateError([withCode('ECONNREFUSED')], ''))).toBe(true)
  })

  it.each(['23505', '22P02', '42703', '57014', '40001'])('does not hold for %s', (code) => {
    expect(isUnavailable(withCode(code))).toBe(false)
  })

  it('holds for a Unix socket that is not there, not for any missing file', () => {
    const missing = (syscall: string) => Object.assign(withCode('ENOENT'), { syscall })
    expect(isUnavailable(missing('connect'))).toBe(true)
    expect(isUnavailable(missing('open'))).toBe(false)
  })

  it('does not hold for what is not an error', () => {
    expect(isUnavailable(undefined)).toBe(false)
    expect(isUnavailable('ECONNREFUSED')).toBe(false)
  })

  it('ends on errors that cause one another', () => {
    const error = new Error('round')
    error.cause = error
    expect(isUnavailable(error)).toBe(false)
  })
})

describe('isConflict', () => {
  it.each(['23505', '40001', '40P01'])('holds for %s', (code) => {
    expect(isConflict(withCode(code))).toBe(true)
  })

  it.each(['23503', '23514', '57P01', ''])('does not hold for %s', (code) => {
    expect(isConflict(withCode(code))).toBe(false)
  })
})
