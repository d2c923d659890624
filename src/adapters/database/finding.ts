import { AdapterError, type AdapterErrorClass, type SettingCheck, type Words } from '#adapters/adapter.ts'

/** What was found of one setting, and what kind of error it is where it is wrong. */
export type Finding = SettingCheck & { readonly class?: AdapterErrorClass }

/** @throws AdapterError of the first finding that is wrong */
export function refuseFirst(findings: readonly Finding[]): void {
  const wrong = findings.find(({ ok }) => !ok)
  if (wrong)
    throw new AdapterError(wrong.class ?? 'config', wrong.reason.en, {
      setting: wrong.setting,
      zh: wrong.reason.zh,
    })
}

export const good = (setting: string, zh: string, en: string): Finding => ({
  setting,
  ok: true,
  reason: { zh, en },
})

export const wrong = (
  setting: string,
  reason: Words,
  advice?: Words,
  what: AdapterErrorClass = 'config',
): Finding => ({
  setting,
  ok: false,
  reason,
  ...(advice ? { advice } : {}),
  class: what,
})
