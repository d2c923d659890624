import { Value } from 'typebox/value'
import { expect } from 'vitest'
import type { AdapterParts, SettingCheck } from '#adapters/adapter.ts'
import type { Given } from '#test/adapters/bench.ts'
import type { Check } from '#test/adapters/checks.ts'
import { expectFailure, idsOfRows, needed, sorted } from '#test/adapters/expected.ts'
import type { Trial, TrialSource } from '#test/adapters/trial.ts'

const CHINESE = /\p{Script=Han}/u
/** A name that a name server of the attacker's gives an address of the inner network. */
const INNER_NAME = 'source-of-others.test'
const innerAddress = async () => [{ address: '10.20.30.40', family: 4 as const }]

export const SETTING_CHECKS: Record<'good' | 'bad' | 'harmless' | 'address' | 'secrets', Check> = {
  good: {
    title: 'good settings pass, each with what was found',
    async run(trial) {
      const source = await trial.source()
      expectValid(trial, source.good)
      const found = await source.check()
      expect(found.length).toBeGreaterThan(0)
      expect(found.filter(({ ok }) => !ok)).toEqual([])
      expectReadable(found)
    },
  },
  bad: {
    title: 'each bad setting or secret is blamed, all at once, and none that is right',
    async run(trial) {
      const source = await trial.source()
      const cases = source.bad(source.at)
      expect(cases.length, 'bad settings of the bench').toBeGreaterThan(0)
      for (const { what, blames, ...given } of cases) {
        const found = await blamed(trial, source, given)
        expect(sorted([...new Set(found)]), what).toEqual(sorted(blames))
      }
      expect(
        cases.some(({ blames }) => blames.length > 1),
        'the bench has a case in which several are to be blamed',
      ).toBe(true)
    },
  },
  harmless: {
    title: 'a check changes nothing at the source, and takes nothing from it',
    async run(trial) {
      const source = await trial.source()
      const fingerprint = needed(source.bench.fingerprint, 'fingerprint')
      const before = await fingerprint()
      await source.check()
      await source.check()
      expect(await fingerprint()).toBe(before)
      expect(sorted((await source.read({ acknowledge: 1 })).ids)).toEqual(idsOfRows(source.rows))
    },
  },
  address: {
    title: 'a private address that is not allowed is refused at its setting, and so is a name that has one',
    async run(trial) {
      const source = await trial.source()
      const address = trial.bench.address ?? ['/settings/host']
      const there = { ...source.good, allow: [] }
      const named = { ...source.bench.good({ ...source.at, host: INNER_NAME }), allow: [] }
      for (const [given, more] of [
        [there, {}],
        [named, { resolve: innerAddress }],
      ] as const) {
        const found = (await source.check(given, more)).filter(({ ok }) => !ok)
        expect(found.length, 'a check that blames the address').toBeGreaterThan(0)
        for (const { setting } of found) expect(address).toContain(setting)
        const { error, pages } = await source.read({ given, more })
        expect(pages).toEqual([])
        expectFailure(error, ['config'])
        expect(address).toContain(error.setting)
      }
      expect(source.proxy().open(), 'connections').toBe(0)
    },
  },
  secrets: {
    title: 'a wrong secret is told as such, and is never repeated',
    async run(trial) {
      const source = await trial.source()
      const { secrets = {} } = source.good
      expect(Object.keys(secrets).length, 'secrets of the bench').toBeGreaterThan(0)
      for (const [name, value] of Object.entries(secrets)) {
        expect(value.length, 'a secret of the bench is long enough to be found').toBeGreaterThanOrEqual(8)
        const given = { ...source.good, secrets: { ...secrets, [name]: `wrong-${value.slice(0, 40)}` } }
        await source.check(given)
        const { error, ids } = await source.read({ given })
        expect(ids).toEqual([])
        expectFailure(error, ['auth', 'config'])
        expect(error.setting, 'the setting that is to blame').toMatch(/^\/(secrets|settings)\//)
      }
    },
  },
}

/** Pointers that are blamed: by the schema, or by the adapter where the form is right. */
async function blamed(trial: Trial, source: TrialSource, given: Given): Promise<string[]> {
  const { parts, close } = source.parts(given)
  close()
  const settings = (parts as AdapterParts).settings
  const errors = Value.Errors(trial.adapter.settings, settings)
  if (errors.length > 0) return [...errors].map(({ instancePath }) => `/settings${instancePath}`)
  const found = await source.check(given)
  expectReadable(found)
  return found.filter(({ ok }) => !ok).map(({ setting }) => setting)
}

function expectValid(trial: Trial, given: Given): void {
  const filled = Value.Default(trial.adapter.settings, structuredClone(given.settings))
  expect([...Value.Errors(trial.adapter.settings, filled)], 'settings that fit the schema').toEqual([])
  const known = Object.keys(trial.adapter.secrets)
  for (const name of Object.keys(given.secrets ?? {})) expect(known, 'names of secrets').toContain(name)
}

function expectReadable(found: readonly SettingCheck[]): void {
  for (const { setting, ok, reason, advice } of found) {
    expect(setting).toMatch(/^\/(settings|secrets|limits)(\/|$)/)
    for (const words of advice ? [reason, advice] : [reason]) {
      expect(words.zh, setting).toMatch(CHINESE)
      expect(words.en, setting).not.toBe('')
    }
    if (!ok) expect(advice, `what to do about ${setting}`).toBeDefined()
  }
}
