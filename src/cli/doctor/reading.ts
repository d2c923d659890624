import type { Sentence } from '#store/refusal.ts'

/** What one check of a deployment says. */
export interface Reading {
  /** Fixed name, such as `database.clock`. */
  readonly check: string
  /** `fail`: the hub does not keep its promises so; `warn`: it does, and a person should look. */
  readonly state: 'ok' | 'warn' | 'fail'
  readonly said: Sentence
  readonly fix?: Sentence
}

export const ok = (check: string, en: string, zh: string): Reading => ({
  check,
  state: 'ok',
  said: { en, zh },
})

/** Something that is not as it should be, and what to do: sentences as [English, Chinese]. */
export const wrong = (
  state: 'warn' | 'fail',
  check: string,
  said: readonly [en: string, zh: string],
  fix: readonly [en: string, zh: string],
): Reading => ({ check, state, said: { en: said[0], zh: said[1] }, fix: { en: fix[0], zh: fix[1] } })
