import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type CaseFacts, type Happening, isRefused } from '#core/cases/happening.ts'
import { dueOf, objectionEndsMs, possible, step } from '#core/cases/machine.ts'
import { SPANS } from '#core/cases/sla.ts'
import {
  CASE_STATES,
  type CaseState,
  isOpen,
  OFFICIAL_EVENTS,
  orderOf,
  RECORD_EVENTS,
} from '#core/cases/states.ts'
import { chineseReason } from '#core/mapping/reasons.ts'

const TOLD = Date.parse('2024-04-15T06:31:22+08:00')
const HOUR = 3_600_000
const opened = (state: CaseState, more: Partial<CaseFacts> = {}): CaseFacts => ({
  state,
  narrow: state === 'suspect',
  openedBy: 'test',
  sinceMs: TOLD - HOUR,
  stateAtMs: TOLD,
  toldAtMs: TOLD,
  confirmedAtMs: state === 'confirmed' ? TOLD : null,
  labToldAtMs: null,
  objectedTo: null,
  disposed: '0',
  ...more,
})
const says = (event: Happening['event'], more: Partial<Happening> = {}): Happening => ({
  event,
  atMs: TOLD + HOUR,
  nowMs: TOLD + 100 * HOUR,
  by: (RECORD_EVENTS as readonly string[]).includes(event) ? 'records' : 'official',
  ...more,
})
const stateAfter = (facts: CaseFacts, happening: Happening): string => {
  const outcome = step(facts, happening)
  return isRefused(outcome) ? outcome.refusals.map(({ code }) => code).join() : outcome.move.state
}

const happenings = fc.array(
  fc.record({
    event: fc.constantFrom(...OFFICIAL_EVENTS, ...RECORD_EVENTS),
    hours: fc.integer({ min: -1, max: 200 }),
    quantity: fc.constantFrom(undefined, '0', '50', '0.5'),
    method: fc.constantFrom(undefined, 'GC-MS', '酶抑制法', 'destroyed'),
    note: fc.constantFrom(undefined, 'why'),
    by: fc.constantFrom('official' as const, 'records' as const),
    isOfficials: fc.boolean(),
  }),
  { maxLength: 40 },
)

interface Passed {
  readonly from: CaseState
  readonly event: Happening['event']
  readonly to: CaseState
}

/** Everything that happened and was not refused, with the facts at the end. */
function run(
  first: CaseState,
  tried: readonly { readonly hours: number }[],
): { path: Passed[]; facts: CaseFacts } {
  let facts = opened(first)
  const path: Passed[] = []
  for (const { hours, ...more } of tried as readonly (Omit<Happening, 'atMs' | 'nowMs'> & {
    hours: number
  })[]) {
    const happening = { ...more, atMs: TOLD + hours * HOUR, nowMs: TOLD + 200 * HOUR }
    const outcome = step(facts, happening)
    if (isRefused(outcome)) continue
    path.push({ from: facts.state, event: happening.event, to: outcome.move.state })
    const disposed = happening.event === 'dispose' ? '1' : facts.disposed
    facts = { ...facts, ...outcome.move, disposed }
  }
  return { path, facts }
}
const begins = fc.constantFrom<CaseState>('suspect', 'held', 'confirmed')

describe('whatever happens to a case, in any order', () => {
  test('what was confirmed is closed only after something was disposed of, or after it was cleared', () => {
    fc.assert(
      fc.property(begins, happenings, (first, tried) => {
        const { path } = run(first, tried)
        const states = [first, ...path.map(({ to }) => to)]
        const closed = states.indexOf('closed')
        if (closed < 0) return
        const confirmed = states.lastIndexOf('confirmed', closed)
        const between = states.slice(confirmed, closed)
        expect(confirmed < 0 || between.includes('disposal') || between.includes('cleared')).toBe(true)
      }),
    )
  })

  test('cleared releases everything, and every other open state orders a stop or a recall', () => {
    fc.assert(
      fc.property(begins, happenings, (first, tried) => {
        const { facts } = run(first, tried)
        const order = orderOf(facts.state, facts.confirmedAtMs !== null)
        if (facts.state === 'cleared') expect(order).toBe('release')
        else if (facts.state !== 'closed') expect(order).not.toBe('release')
        // A recall is never taken back by closing.
        if (facts.state === 'closed') expect(order).toBe(facts.confirmedAtMs === null ? 'release' : 'recall')
      }),
    )
  })

  test('a suspect spreads only by a laboratory or by a test of another kind, and is never recalled before', () => {
    fc.assert(
      fc.property(happenings, (tried) => {
        const { path, facts } = run('suspect', tried)
        const isRaised = path.some(({ event, to }) => event === 'failed' || to === 'confirmed')
        expect(facts.narrow || isRaised).toBe(true)
        for (const { event, to, from } of path)
          if (to === 'confirmed' && from !== 'confirmed') expect(['confirm', 'lab_failed']).toContain(event)
      }),
    )
  })

  test('records are facts: none is refused, and an official cannot say what they say', () => {
    fc.assert(
      fc.property(fc.constantFrom(...CASE_STATES), fc.constantFrom(...RECORD_EVENTS), (state, event) => {
        expect(isRefused(step(opened(state), says(event)))).toBe(false)
        expect(stateAfter(opened(state), says(event, { by: 'official' }))).toBe('not_yours')
      }),
    )
  })

  test('what is named as possible is what the state does not refuse', () => {
    for (const state of CASE_STATES)
      for (const event of OFFICIAL_EVENTS) {
        const more = { quantity: '1', method: event === 'dispose' ? 'destroyed' : 'GC-MS', note: 'why' }
        const after = stateAfter(opened(state), says(event, more))
        expect(after.includes('wrong_state'), `${event} of ${state}`).toBe(!possible(state).includes(event))
      }
  })
})

test('nothing but a note is of a time before the goods were tested: a wrong year would end the time for an objection', () => {
  const before = { atMs: TOLD - 2 * HOUR, method: 'GC-MS', quantity: '5', note: 'why' }
  for (const state of CASE_STATES)
    for (const event of possible(state))
      expect(stateAfter(opened(state), says(event, before)).includes('before_told')).toBe(event !== 'note')
  // Goods may have been destroyed between the test and the hour at which its result came.
  expect(stateAfter(opened('confirmed'), says('dispose', { ...before, atMs: TOLD - HOUR / 2 }))).toBe(
    'disposal',
  )
})

describe('an objection', () => {
  test('is taken until four hours after the result was told, and not a second later', () => {
    const ends = objectionEndsMs(opened('held'))
    expect(ends - TOLD).toBe(4 * HOUR)
    expect(stateAfter(opened('held'), says('objection', { atMs: ends }))).toBe('objected')
    expect(stateAfter(opened('held'), says('objection', { atMs: ends + 1000 }))).toBe('too_late')
    expect(stateAfter(opened('held'), says('objection', { atMs: TOLD - 1000 }))).toBe('before_told')
    expect(stateAfter(opened('held'), says('objection', { atMs: TOLD + HOUR, nowMs: TOLD }))).toBe(
      'in_future',
    )
    expect(stateAfter(opened('confirmed'), says('objection'))).toBe('is_final')
    expect(stateAfter(opened('disposal'), says('objection'))).toBe('wrong_state')
  })

  test('is decided by a laboratory alone; without one a rapid test stands when its time is over', () => {
    for (const method of [undefined, '酶抑制法', '胶体金快检', 'rapid strip'])
      for (const event of ['clear', 'confirm'] as const)
        expect(stateAfter(opened('objected'), says(event, { method }))).toBe('needs_laboratory')
    expect(stateAfter(opened('retest'), says('clear', { method: 'GC-MS' }))).toBe('cleared')
    expect(stateAfter(opened('held'), says('confirm', { atMs: TOLD + 3 * HOUR }))).toBe('needs_laboratory')
    expect(stateAfter(opened('held'), says('confirm', { atMs: TOLD + 5 * HOUR }))).toBe('confirmed')
    expect(stateAfter(opened('suspect'), says('confirm', { atMs: TOLD + 5 * HOUR }))).toBe('needs_laboratory')
  })
})

describe('an objection to the result of a laboratory', () => {
  const inLab = opened('confirmed', { labToldAtMs: TOLD })
  const moved = (facts: CaseFacts, happening: Happening): CaseFacts => {
    const outcome = step(facts, happening)
    if (isRefused(outcome)) throw new Error(JSON.stringify(outcome))
    return { ...facts, ...outcome.move }
  }

  test('is taken until the end of the seventh working day after the day on which it was told, holidays left out', () => {
    const nowMs = TOLD + 300 * HOUR
    const ends = Date.parse('2024-04-25T00:00:00+08:00')
    expect(objectionEndsMs(inLab)).toBe(ends)
    expect(stateAfter(inLab, says('objection', { atMs: ends, nowMs }))).toBe('objected')
    expect(stateAfter(inLab, says('objection', { atMs: ends + 1, nowMs }))).toBe('too_late')
    expect(stateAfter(inLab, says('objection', { atMs: TOLD - 1000, nowMs }))).toBe('before_told')
    expect(dueOf(inLab, TOLD)).toEqual({ due: 'disposal', atMs: ends + SPANS.disposal.ms })
    // The first of May with its four days off, told in the evening before.
    const toldMs = Date.parse('2024-04-30T23:59:59+08:00')
    expect(objectionEndsMs({ ...inLab, labToldAtMs: toldMs })).toBe(Date.parse('2024-05-15T00:00:00+08:00'))
  })

  test('leaves the goods recalled, stops their disposal, and is decided by a laboratory once', () => {
    const objected = moved(inLab, says('objection'))
    expect(orderOf(objected.state, objected.confirmedAtMs !== null)).toBe('recall')
    const dispose = says('dispose', { quantity: '50', method: 'destroyed' })
    expect(stateAfter(objected, dispose)).toBe('wrong_state')
    for (const event of ['clear', 'confirm'] as const)
      expect(stateAfter(objected, says(event, { method: '胶体金快检' }))).toBe('needs_laboratory')
    const sent = { ...moved(objected, says('retest')), objectedTo: 'laboratory' as const }
    expect(orderOf(sent.state, sent.confirmedAtMs !== null)).toBe('recall')
    const cleared = moved(sent, says('clear', { method: 'GC-MS' }))
    expect(orderOf(cleared.state, cleared.confirmedAtMs !== null)).toBe('release')
    for (const again of [
      says('confirm', { method: 'GC-MS' }),
      says('lab_failed', { answersObjection: true }),
    ]) {
      const confirmed = moved(sent, again)
      expect(confirmed).toMatchObject({ state: 'confirmed', confirmedAtMs: TOLD, labToldAtMs: null })
      expect(stateAfter(confirmed, says('objection'))).toBe('is_final')
      expect(stateAfter(confirmed, dispose)).toBe('disposal')
    }
  })

  test('is possible after whoever told of the laboratory, and not where a rapid test stands alone', () => {
    for (const told of [says('lab_failed'), says('confirm', { method: 'GC-MS' })]) {
      const confirmed = moved(opened('retest'), told)
      expect(confirmed.labToldAtMs).toBe(told.atMs)
      expect(stateAfter(confirmed, says('objection', { atMs: told.atMs }))).toBe('objected')
    }
    const stands = moved(opened('held'), says('confirm', { atMs: TOLD + 5 * HOUR }))
    expect(stateAfter(stands, says('objection', { atMs: TOLD + 6 * HOUR }))).toBe('is_final')
  })
})

describe('an objection that is taken back', () => {
  const objection = (from: CaseState, labToldAtMs: number | null = null) => ({
    waives: { madeAtMs: TOLD + HOUR, from, fromAtMs: TOLD, labToldAtMs },
    note: '不再异议',
    atMs: TOLD + 3 * HOUR,
  })
  const objected = (from: CaseState, more: Partial<CaseFacts> = {}) => {
    const facts = opened(from, more)
    const objectedTo = from === 'confirmed' ? ('laboratory' as const) : ('rapid' as const)
    const outcome = step(facts, says('objection'))
    if (isRefused(outcome)) throw new Error(JSON.stringify(outcome))
    return { ...facts, ...outcome.move, stateAtMs: TOLD + HOUR, objectedTo }
  }

  test('says why, is after the objection, and is refused where none waits or it is answered', () => {
    const held = objected('held')
    expect(stateAfter(held, says('waive', { ...objection('held'), note: undefined }))).toBe('needs_reason')
    expect(stateAfter(held, says('waive', { ...objection('held'), atMs: TOLD + HOUR / 2 }))).toBe(
      'before_told',
    )
    expect(stateAfter(opened('retest'), says('waive', { note: 'why' }))).toBe('no_objection')
    for (const state of ['confirmed', 'cleared', 'disposal', 'closed'] as const)
      expect(stateAfter(opened(state), says('waive', { note: 'why', waives: 'answered' }))).toBe(
        'wrong_state,is_answered',
      )
    expect(stateAfter(held, says('waive', { ...objection('held'), by: 'records' }))).toBe('not_yours')
  })

  test('leaves the case as what came meanwhile makes it where nobody objected, with the same times', () => {
    const meanwhile = fc.array(
      fc.record({
        event: fc.constantFrom('failed' as const, 'doubted' as const, 'lab_failed' as const),
        bringsNew: fc.boolean(),
      }),
      { maxLength: 5 },
    )
    const begin = fc.constantFrom<[CaseState, Partial<CaseFacts>]>(
      ['suspect', {}],
      ['held', {}],
      ['confirmed', { labToldAtMs: TOLD }],
    )
    const moved = (facts: CaseFacts, happening: Happening): CaseFacts => {
      const outcome = step(facts, happening)
      if (isRefused(outcome)) throw new Error(JSON.stringify(outcome))
      const { stateAtMs, ...move } = outcome.move
      const sinceMs = stateAtMs ?? (move.state === facts.state ? facts.stateAtMs : happening.atMs)
      return { ...facts, ...move, stateAtMs: sinceMs }
    }
    fc.assert(
      fc.property(begin, meanwhile, fc.boolean(), ([from, more], came, isSent) => {
        // What a laboratory failed of other goods was told by none before.
        const told = came.map(({ event, bringsNew }, i) =>
          says(event, {
            bringsNew: bringsNew || event === 'lab_failed',
            atMs: TOLD + HOUR + (i + 1) * 60_000,
          }),
        )
        const without = told.reduce(moved, opened(from, more))
        let facts: CaseFacts = objected(from, more)
        if (isSent) facts = moved(facts, says('retest'))
        for (const one of told) facts = moved(facts, one)
        const { waives, ...said } = objection(from, from === 'confirmed' ? TOLD : null)
        const waived = moved(facts, says('waive', { ...said, waives }))
        // Since when it is in its state is told as far as something is due by it.
        const shown = ({ objectedTo: _, stateAtMs, ...one }: CaseFacts) => ({
          ...one,
          due: dueOf(one, stateAtMs),
        })
        expect(shown(waived)).toEqual(shown(without))
      }),
    )
  })
})

/** Where each event leads from each state, when nothing else is missing; `-`: it may not happen; `=`: it moves nothing. */
const TABLE = `
state      objection waive retest clear    confirm    retract  dispose   notify    close  note failed    doubted  lab_failed lab_passed withdrawn
suspect    objected  -     retest cleared  confirmed  -        -         -         -      =    held      =        confirmed  cleared    cleared
held       objected  -     retest cleared  confirmed  -        -         -         -      =    =         =        confirmed  cleared    cleared
objected   -         held  retest cleared  confirmed  cleared  -         -         -      =    =         =        confirmed  cleared    cleared
retest     -         held  -      cleared  confirmed  cleared  -         -         -      =    =         =        confirmed  cleared    cleared
cleared    -         -     -      -        -          -        -         -         closed =    held      suspect  confirmed  =          =
confirmed  objected  -     -      -        -          cleared  disposal  -         -      =    =         =        =          =          cleared
disposal   -         -     -      -        -          -        =         notified  -      =    =         =        =          =          =
notified   -         -     -      -        -          -        -         -         closed =    =         =        =          =          =
closed     -         -     -      -        -          -        -         -         -      =    =         =        =          =          =
`
const [heads = [], ...lines] = TABLE.trim()
  .split('\n')
  .map((line) => line.split(/ +/))

describe('every event in every state', () => {
  test('stands in the table', () => {
    expect(lines.map(([state]) => state).sort()).toEqual([...CASE_STATES].sort())
    expect(heads.slice(1).sort()).toEqual([...OFFICIAL_EVENTS, ...RECORD_EVENTS].sort())
  })
  test.each(lines.flatMap(([state, ...to]) => to.map((end, n) => [heads[n + 1], state, end] as const)))(
    '%s in the state %s: %s',
    (event, state, end) => {
      // What is taken back was confirmed; an objection to it may wait.
      const isObjected = event === 'retract' && state !== 'confirmed'
      const objection = { madeAtMs: TOLD, from: 'held' as const, fromAtMs: TOLD, labToldAtMs: null }
      const waives = event === 'waive' && (state === 'objected' || state === 'retest') ? objection : undefined
      const facts = opened(state as CaseState, {
        labToldAtMs: state === 'confirmed' ? TOLD : null,
        ...(isObjected ? { confirmedAtMs: TOLD, objectedTo: 'laboratory' } : {}),
      })
      const method = event === 'dispose' ? 'destroyed' : 'GC-MS'
      const found = stateAfter(
        facts,
        says(event as Happening['event'], { method, quantity: '1', note: 'why', isOfficials: true, waives }),
      )
      expect(found).toBe(end === '-' ? 'wrong_state' : end === '=' ? state : end)
    },
  )
})

test('a failed test that is taken back releases, but not what was decided or disposed of', () => {
  const after = (facts: CaseFacts) => stateAfter(facts, says('withdrawn'))
  expect(after(opened('held'))).toBe('cleared')
  expect(after(opened('confirmed'))).toBe('cleared')
  expect(after(opened('disposal', { disposed: '50', confirmedAtMs: TOLD }))).toBe('disposal')
  expect(after(opened('closed'))).toBe('closed')
  expect(stateAfter(opened('cleared'), says('failed'))).toBe('held')
  expect(isOpen('cleared')).toBe(false)
})

test('disposal says how much and how, and every state that waits for somebody says for what and until when', () => {
  expect(stateAfter(opened('confirmed'), says('dispose'))).toBe('needs_quantity,needs_method')
  expect(stateAfter(opened('confirmed'), says('dispose', { quantity: '0', method: 'destroyed' }))).toBe(
    'needs_quantity',
  )
  expect(stateAfter(opened('confirmed'), says('dispose', { quantity: '50', method: 'destroyed' }))).toBe(
    'disposal',
  )
  expect(dueOf(opened('held'), TOLD)).toEqual({
    due: 'decision',
    atMs: TOLD + SPANS.objection.ms + SPANS.decision.ms,
  })
  for (const state of CASE_STATES)
    expect(dueOf(opened(state), TOLD) === null).toBe(state === 'cleared' || state === 'closed')
})

test('each reason why an event is refused is told in Chinese, alone and with others', () => {
  const methods = [undefined, '酶抑制法', 'GC-MS']
  const refusals = CASE_STATES.flatMap((state) =>
    OFFICIAL_EVENTS.flatMap((event) =>
      methods.flatMap((method) =>
        [-2, 1, 200].flatMap((hours) =>
          (['test', 'official'] as const).flatMap((openedBy) =>
            ([undefined, 'answered'] as const).flatMap((waives) => {
              const what = { atMs: TOLD + hours * HOUR, method, waives, isRepeated: event === 'note' }
              const outcome = step(opened(state, { openedBy }), says(event, what))
              return isRefused(outcome) ? outcome.refusals : []
            }),
          ),
        ),
      ),
    ),
  )
  const told = [...new Set(refusals.map(({ code, reason }) => `${code}: ${reason}`))]
  expect(told.length).toBeGreaterThan(60)
  const isEnglish = (text: string): boolean => /[a-z]{3,} [a-z]{3,}/u.test(text)
  expect(told.filter((one) => isEnglish(chineseReason(one)))).toEqual([])
  const [first = '', second = ''] = told
  expect(chineseReason(`${first}; ${second}`)).toBe(`${chineseReason(first)}；${chineseReason(second)}`)
  expect(
    chineseReason('wrong_state: a case that is held takes no close; it is possible from notified, cleared'),
  ).toBe(
    'wrong_state：案件状态为停售（held），不能进行结案（close）；可在已通报（notified）、已解除（cleared）时进行',
  )
})
