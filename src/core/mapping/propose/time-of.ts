import type { Kind } from '#core/model/kinds.ts'
import { lastName, meaningOfName } from './meaning.ts'
import type { Recognised } from './recognise.ts'

/** How the time of a kind is called where a row has several. */
const CALLED: Readonly<Partial<Record<Kind, RegExp>>> = {
  test: /check|test|detect|检测|检验|检疫|抽检|^jc|^jy/u,
  transformation: /slaughter|kill|butcher|屠宰|宰杀|^tz|check|检疫/u,
}

/** The fields with the time at which that kind of record took place, where the row has more than one: goods come today and are tested tomorrow. */
export function withTimeOf(kind: Kind, fields: readonly Recognised[]): Recognised[] {
  const called = CALLED[kind]
  const own = fields.find(({ profile, shape, meaning }) => {
    const named = meaningOfName(profile.name)
    if (shape !== 'time' || meaning === 'recorded') return false
    return (named === 'time' || named === 'produced') && called?.test(lastName(profile.name)) === true
  })
  if (own === undefined || own.meaning === 'time') return [...fields]
  return fields.map((field): Recognised => {
    if (field === own) return { ...field, meaning: 'time' }
    return field.meaning === 'time' ? { ...field, meaning: undefined } : field
  })
}
