import { describe, expect, test } from 'vitest'
import { failureOfError, failureOfStatus, readRetryAfter } from '#adapters/http/failure.ts'
import { AddressRefused } from '#adapters/http/guard.ts'
import { readVerdicts } from '#adapters/http/verdicts.ts'

const NOW = Date.UTC(2024, 3, 15)

describe('the answer of a receiver', () => {
  test('gives a verdict for each event', () => {
    const body = JSON.stringify({
      results: [
        { event: 'a', verdict: 'ok' },
        { event: 'b', verdict: 'duplicate', extra: 1 },
        { event: 'c', verdict: 'retry', after: 2.5 },
        { event: 'd', verdict: 'reject', code: 'E7', detail: '单价过高' },
      ],
    })
    expect([...(readVerdicts(body) ?? [])]).toEqual([
      ['a', { verdict: 'ok' }],
      ['b', { verdict: 'duplicate' }],
      ['c', { verdict: 'retry', afterMs: 2500 }],
      ['d', { verdict: 'reject', code: 'E7', detail: '单价过高' }],
    ])
  })

  test('with an unknown word means that the change is sent again', () => {
    expect(readVerdicts('{"results":[{"event":"a","verdict":"done"}]}')?.get('a')).toEqual({
      verdict: 'retry',
      code: 'unknown_verdict',
      detail: 'done',
    })
  })

  test('with two verdicts on one event counts the first', () => {
    const body = '{"results":[{"event":"a","verdict":"reject"},{"event":"a","verdict":"ok"}]}'
    expect(readVerdicts(body)?.get('a')).toEqual({ verdict: 'reject' })
  })

  test('never brings a text that cannot be stored', () => {
    const body = JSON.stringify({
      results: [{ event: 'a', verdict: 'reject', code: '\0x', detail: `\ud800${'y'.repeat(9999)}` }],
    })
    const verdict = readVerdicts(body)?.get('a')
    expect(verdict?.code).toBe('x')
    expect(verdict?.detail).toHaveLength(500)
    expect(verdict?.detail?.isWellFormed()).toBe(true)
  })

  test.each([
    '',
    'ok',
    '[]',
    'null',
    '{}',
    '{"results":{}}',
    '{"results":[1]}',
    '{"results":[{"verdict":"ok"}]}',
    '{"success":true}',
    '<html>',
  ])('%j is no answer of the contract', (body) => {
    expect(readVerdicts(body)).toBeNull()
  })
})

describe('an answer without verdicts', () => {
  test.each([
    [301, 'config'],
    [302, 'config'],
    [307, 'config'],
    [400, 'refused'],
    [401, 'auth'],
    [403, 'auth'],
    [404, 'config'],
    [405, 'config'],
    [407, 'config'],
    [408, 'retry'],
    [409, 'refused'],
    [410, 'config'],
    [413, 'refused'],
    [415, 'refused'],
    [422, 'refused'],
    [425, 'retry'],
    [429, 'retry'],
    [500, 'retry'],
    [502, 'retry'],
    [503, 'retry'],
    [504, 'retry'],
  ])('status %i is %s', (status, cls) => {
    expect(failureOfStatus(status, {}, NOW)).toMatchObject({ kind: 'failed', class: cls, status })
  })

  test('Retry-After counts in seconds and as a date, where the batch is sent again', () => {
    expect(failureOfStatus(503, { 'retry-after': '120' }, NOW).retryAfterMs).toBe(120_000)
    expect(failureOfStatus(429, { 'retry-after': 'Mon, 15 Apr 2024 00:01:00 GMT' }, NOW).retryAfterMs).toBe(
      60_000,
    )
    expect(failureOfStatus(401, { 'retry-after': '120' }, NOW)).not.toHaveProperty('retryAfterMs')
  })

  test.each([
    [undefined, null],
    ['', null],
    ['soon', null],
    ['-5', null],
    ['0', 0],
    ['1.5', null],
    ['999999999', 7 * 86_400_000],
    ['Sun, 14 Apr 2024 00:00:00 GMT', 0],
  ])('Retry-After %j asks for %j ms', (header, ms) => {
    expect(readRetryAfter(header, NOW)).toBe(ms)
  })

  test('a refused address must be changed, also where the cause is deep inside', () => {
    const refused = new AddressRefused('10.0.0.1 is private')
    const failure = { kind: 'failed', class: 'config', status: null, detail: '10.0.0.1 is private' }
    expect(failureOfError(refused)).toEqual(failure)
    expect(failureOfError(new Error('x', { cause: new Error('y', { cause: refused }) }))).toEqual(failure)
  })

  test('a network error is tried again and says its code, not the address', () => {
    const error = Object.assign(new Error('connect ECONNREFUSED 10.0.0.1:80'), { code: 'ECONNREFUSED' })
    expect(failureOfError(error)).toEqual({
      kind: 'failed',
      class: 'retry',
      status: null,
      detail: 'ECONNREFUSED',
    })
    expect(failureOfError('x')).toMatchObject({ class: 'retry' })
  })
})
