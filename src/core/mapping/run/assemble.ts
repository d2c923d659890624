import type { Flag } from '#core/flags.ts'
import type { Body } from '#core/model/body.ts'

/** Puts the values of one record together. */
export type Assemble = (values: readonly unknown[], flags: Flag[], raw: Record<string, string> | null) => Body

/**
 * Makes the bodies of one kind of record: always the same names in the order of their letters, in which content is compared
 * and written. @param targets names of the values, in the order in which they will come
 */
export function assembler(targets: readonly string[]): Assemble {
  const names = [...targets, 'flags', 'raw'].sort()
  const places = names.map((name) =>
    name === 'flags' ? FLAGS : name === 'raw' ? RAW : targets.indexOf(name),
  )
  const count = names.length
  return (values, flags, raw) => {
    const body: Record<string, unknown> = {}
    for (let i = 0; i < count; i++) {
      const place = places[i] as number
      const value = place >= 0 ? values[place] : place === FLAGS ? flags : raw
      if (value !== undefined && value !== null) body[names[i] as string] = value
    }
    return body as unknown as Body
  }
}

const FLAGS = -1
const RAW = -2
