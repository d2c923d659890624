import { expect } from 'vitest'
import type { State } from '#adapters/adapter.ts'
import type { Check } from '#test/adapters/checks.ts'
import { expectFailure, idsOfRows, limitsOf, needed, sorted } from '#test/adapters/expected.ts'
import { PAGE_ROWS, ROWS, rowsOfNow, sourceRows } from '#test/adapters/rows.ts'
import type { Trial, TrialSource } from '#test/adapters/trial.ts'

const DAY_MS = 86_400_000

type Name =
  | 'again'
  | 'rest'
  | 'equal'
  | 'later'
  | 'future'
  | 'foreign'
  | 'caps'
  | 'skew'
  | 'acknowledge'
  | 'keys'
  | 'counts'

export const READING_CHECKS: Record<Name, Check> = {
  again: {
    title: 'read twice from the beginning it gives the same rows, each once',
    async run(trial) {
      const source = await trial.source()
      for (let time = 0; time < 2; time++) await expectAll(source, null)
    },
  },
  rest: {
    title: 'from the state of each page exactly the rest follows',
    run: async (trial) => await expectRests(trial, sourceRows()),
  },
  equal: {
    title: 'of rows with the same time none is lost at the end of a page, and none comes twice',
    async run(trial) {
      const [first] = sourceRows(1)
      const equal = sourceRows(3 * PAGE_ROWS + 1).map((row) => ({ ...row, atMs: first!.atMs }))
      await expectRests(trial, equal)
    },
  },
  later: {
    title: 'from the last state nothing comes, until there is more: then that and nothing else',
    async run(trial) {
      const source = await trial.source()
      const all = await expectAll(source, null, 1)
      const idle = await source.read({ state: all, want: 0, acknowledge: 1 })
      expect(idle.error).toBeNull()
      expect(idle.ids).toEqual([])
      const more = rowsOfNow(PAGE_ROWS + 2, ROWS)
      await source.add(more)
      const { ids, error } = await source.read({ state: idle.state, want: more.length, acknowledge: 1 })
      expect(error).toBeNull()
      expect(sorted(ids)).toEqual(idsOfRows(more))
    },
  },
  future: {
    title: 'a state further on than the source gives nothing, and stands still',
    async run(trial) {
      const source = await trial.source()
      const future = needed(source.bench.future, 'future')
      const state = future((await expectAll(source, null)) as State)
      const { ids, error, pages } = await source.read({ state, want: 0 })
      // An adapter may say that this state cannot be; then nothing moves either.
      if (error !== null) expectFailure(error, ['source', 'config'])
      expect(ids).toEqual([])
      for (const page of pages) expect(page.state).toEqual(state)
    },
  },
  foreign: {
    title: 'a state of another form is refused and not guessed at',
    async run(trial) {
      const source = await trial.source()
      for (const state of [{ 'made by': 'a later version' }, { version: 99, cursor: [] }]) {
        const { error, pages } = await source.read({ state, want: 0 })
        expect(pages).toEqual([])
        expectFailure(error, ['config'])
        expect(error.setting).toBe('/state')
      }
    },
  },
  caps: {
    title:
      'no page has more rows than asked for, and a source that gives fewer is read to its end all the same',
    async run(trial) {
      const source = await trial.source()
      const { pages } = await source.read()
      const most = limitsOf(trial.bench).pageRows
      for (const { ids } of pages) expect(ids.length).toBeLessThanOrEqual(most)
      const capRows = needed(source.bench.capRows, 'capRows')
      for (const rows of [2, 1]) {
        await capRows(rows)
        await expectAll(source, null)
      }
    },
  },
  skew: {
    title: 'a clock that is a day ahead or behind loses nothing, once it is right',
    async run(trial) {
      for (const skewMs of [DAY_MS, -DAY_MS]) {
        const source = await trial.source()
        const wrong = await source.read({ more: { skewMs }, want: 0, acknowledge: 1 })
        expect(wrong.error).toBeNull()
        const more = rowsOfNow(3, ROWS)
        await source.add(more)
        const want = source.rows.length + more.length - wrong.ids.length
        const right = await source.read({ state: wrong.state, want, acknowledge: 1 })
        expect(right.error).toBeNull()
        const seen = new Set([...wrong.ids, ...right.ids])
        expect([...seen].sort(), `the hub ${skewMs > 0 ? 'ahead' : 'behind'}`).toEqual(
          idsOfRows([...source.rows, ...more]),
        )
      }
    },
  },
  acknowledge: {
    title: 'a page that is acknowledged twice, or never, does no harm',
    async run(trial) {
      const never = await trial.source()
      const after = await expectAll(never, null, 0)
      if (trial.adapter.reads === 'ends')
        expect((await never.read({ state: after })).ids, 'of what was not acknowledged').toEqual([])
      else await expectAll(never, after, 0)
      const twice = await trial.source()
      const state = await expectAll(twice, null, 2)
      const again = await twice.read({ state, want: 0 })
      expect(again.error).toBeNull()
      expect(again.ids).toEqual([])
    },
  },
  keys: {
    title: 'its keys are those that the source has now',
    async run(trial) {
      const source = await trial.source()
      const remove = needed(source.bench.remove, 'remove')
      expect(await keysOf(trial, source)).toEqual(idsOfRows(source.rows))
      const gone = source.rows.slice(4, 9).map(({ id }) => id)
      await remove(gone)
      expect(await keysOf(trial, source)).toEqual(idsOfRows(source.rows).filter((id) => !gone.includes(id)))
    },
  },
  counts: {
    title: 'the counts by hour are those of its rows',
    async run(trial) {
      const source = await trial.source()
      const counts = needed(trial.adapter.counts?.bind(trial.adapter), 'counts')
      const made = source.parts()
      try {
        const times = source.rows.map(({ atMs }) => atMs)
        const range = { fromMs: Math.min(...times), toMs: Math.max(...times) + 1 }
        const found = await counts(made.parts as never, range)
        expect(found.reduce((sum, { count }) => sum + count, 0)).toBe(source.rows.length)
        for (const { hourMs } of found) expect(hourMs % 3_600_000).toBe(0)
      } finally {
        made.close()
      }
    },
  },
}

/** Reads all, each row once, and gives the last state. */
async function expectAll(
  source: TrialSource,
  state: State | null,
  acknowledge: 0 | 1 | 2 = 0,
): Promise<State | null> {
  const read = await source.read({ state, acknowledge })
  expect(read.error).toBeNull()
  expect(sorted(read.ids)).toEqual(idsOfRows(source.rows))
  return read.state
}

/** Reads a part, then from its state on: both together are all, each row once. For several parts, or for each where the source stays as it is. */
async function expectRests(trial: Trial, rows: ReturnType<typeof sourceRows>): Promise<void> {
  const all = idsOfRows(rows)
  const source = await trial.source(rows)
  if (trial.adapter.reads === 'ends') {
    const whole = await source.read()
    expect(whole.error).toBeNull()
    expect(sorted(whole.ids)).toEqual(all)
    expect(whole.pages.length, 'pages: the rows of the bench have to make several').toBeGreaterThan(1)
    let before: string[] = []
    for (const page of whole.pages) {
      before = [...before, ...page.ids]
      const rest = await source.read({ state: page.state })
      expect(rest.error).toBeNull()
      expect(sorted([...before, ...rest.ids]), `after ${page.page.name}`).toEqual(all)
    }
    return
  }
  // What a listening adapter has read is gone when it was acknowledged: each part needs a source of its own.
  for (const pages of [1, Math.ceil(rows.length / 2)]) {
    const own = await trial.source(rows)
    const first = await own.read({ pages, acknowledge: 1 })
    expect(first.error).toBeNull()
    const rest = await own.read({
      state: first.state,
      want: rows.length - first.ids.length,
      acknowledge: 1,
    })
    expect(rest.error).toBeNull()
    expect(sorted([...first.ids, ...rest.ids]), `after ${pages} pages`).toEqual(all)
  }
}

async function keysOf(trial: Trial, source: TrialSource): Promise<string[]> {
  const keys = needed(trial.adapter.keys?.bind(trial.adapter), 'keys')
  const idOf = needed(source.bench.idOfKey, 'idOfKey')
  const made = source.parts()
  try {
    const found: string[] = []
    for await (const piece of keys(made.parts as never)) found.push(...piece.map(idOf))
    return found.sort()
  } finally {
    made.close()
  }
}
