import { FLAGS, type Flag } from '#core/flags.ts'

/** Flags of a record while it is mapped: one bit each, so that a value found in a cache brings its flags at no cost. */
const NAMES = Object.keys(FLAGS) as Flag[]
export const FLAG_BITS = Object.fromEntries(NAMES.map((flag, i) => [flag, 1 << i])) as Readonly<
  Record<Flag, number>
>

export const bitsOf = (flags: readonly Flag[]): number => {
  let bits = 0
  for (const flag of flags) bits |= FLAG_BITS[flag]
  return bits
}

/** The flags of the bits, in the order of the table; a new list each time. */
export function flagsOf(bits: number): Flag[] {
  const flags: Flag[] = []
  for (let i = 0; bits !== 0; i++, bits >>>= 1) {
    const flag = NAMES[i]
    if ((bits & 1) === 1 && flag !== undefined) flags.push(flag)
  }
  return flags
}
