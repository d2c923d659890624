import { expect, it } from 'vitest'
import { check, type Evidence, faultsIn } from './check.ts'
import type { DriverLine, ReceiverLine, State } from './ledger.ts'
import { PLANTED } from './plant.ts'
import { seededRandom } from './random.ts'

const state = (id: string, version: number, status: State['status'], mark: string): State => ({
  id,
  version,
  status,
  mark,
  words: `words of ${mark}`,
})
const MESSAGES: readonly (readonly State[])[] = [
  [state('a', 1, 'active', '1'), state('b', 1, 'active', '2')],
  [state('a', 2, 'active', '3')],
  [state('a', 3, 'void', '3')],
  [state('c', 1, 'active', '4')],
  [state('d', 1, 'active', '5')],
  [state('d', 2, 'active', '6')],
]
const LINKS = ['all', 'sales'] as const

/** A round in which a source was put off once and cut off once, and a receiver hung up once, refused once and put off once. */
function goodRound(): Evidence {
  const driver: DriverLine[] = []
  for (const [i, states] of MESSAGES.entries()) {
    const key = `K${i}`
    driver.push({ what: 'SENT', key, system: 's', sha256: `0${i}`, sources: states.length + 1, states })
    if (i === 0) driver.push({ what: 'UNKNOWN', key, why: 'reset' })
    if (i === 1) driver.push({ what: 'REFUSED', key, status: 503, code: 'unavailable' })
    driver.push({ what: 'ACKED', key, receipt: `R${i}`, later: false })
  }
  const stored = MESSAGES.flat().map((one) => ({
    ...one,
    kind: one.id === 'c' ? 'test' : 'sale',
    system: 's',
    mapping: 's/r@1',
    replayed: false,
  }))
  // Replays made the last record anew before and after its correction.
  const versions = stored.flatMap((one) =>
    one.id === 'd'
      ? [
          { ...one, version: 2 * one.version - 1, mapping: `s/r@${one.version}` },
          { ...one, version: 2 * one.version, mapping: `s/r@${one.version + 1}`, replayed: true },
        ]
      : [one],
  )
  const receiver: ReceiverLine[] = []
  for (const link of LINKS) {
    for (const { id, version, status, mark, words, kind } of versions) {
      if (link === 'sales' && kind !== 'sale') continue
      const line: ReceiverLine = {
        link,
        event: `${link} ${id} ${version}`,
        id,
        version,
        operation: status === 'void' ? 'void' : 'upsert',
        mark,
        words,
        signed: true,
        effect: 'taken',
        verdict: 'ok',
      }
      if (link === 'all' && id === 'b') receiver.push({ ...line, effect: 'refused', verdict: 'reject' })
      else if (link === 'all' && id === 'c')
        receiver.push({ ...line, effect: 'put off', verdict: 'retry' }, line)
      else if (link === 'sales' && version === 2)
        receiver.push({ ...line, verdict: null }, { ...line, effect: 'known', verdict: 'duplicate' })
      else receiver.push(line)
    }
  }
  return {
    driver,
    receiver,
    versions,
    messages: MESSAGES.map((states, i) => ({
      key: `K${i}`,
      receipt: `R${i}`,
      state: 'done',
      sha256: `0${i}`,
      sha256OfBytes: `0${i}`,
      received: states.length + 1,
      accepted: states.length,
      unchanged: 0,
      rejected: 1,
    })),
    links: LINKS.map((id) => ({
      id,
      kinds: id === 'sales' ? ['sale'] : [],
      systems: [],
      behind: 0,
      waiting: 0,
      refused: new Set(id === 'all' ? ['b 1'] : []),
    })),
    incidents: [],
  }
}

it('finds nothing in a round in which nothing went wrong, and counts what came twice', () => {
  const { findings, figures } = check(goodRound())
  expect(faultsIn(findings)).toEqual([])
  expect(figures).toEqual({
    messages: 6,
    acknowledged: 6,
    unknown: 1,
    refused: 1,
    records: 9,
    replayed: 2,
    deliveries: 20,
    duplicates: 2,
    refusedAtReceivers: 1,
  })
})

it.each(PLANTED)('finds it when $what', ({ finds, spoil }) => {
  for (let seed = 0; seed < 20; seed++) {
    const spoiled = spoil(goodRound(), seededRandom(seed))
    expect(spoiled).not.toBeNull()
    expect(check(spoiled as Evidence).findings[finds].length, `seed ${seed}`).toBeGreaterThan(0)
  }
})

it('has a planted fault for every list of findings that is made of evidence', () => {
  const { incidents, ...lists } = check(goodRound()).findings
  expect(incidents).toEqual([])
  expect([...new Set(PLANTED.map(({ finds }) => finds))].sort()).toEqual(Object.keys(lists).sort())
})

it('passes on what was seen beside the ledgers', () => {
  const findings = check({ ...goodRound(), incidents: ['a process ended by itself'] }).findings
  expect(findings.incidents).toEqual(['a process ended by itself'])
})
