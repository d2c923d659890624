import type { Kind } from '#core/model/kinds.ts'

/** Kinds that say nothing of goods: how a sale was paid, who and where in general, and what was found of other records. */
export const UNTRACED: readonly string[] = ['payment', 'party', 'site', 'finding'] satisfies Kind[]

/** Kinds that do not say where goods went: those, and what an authority orders and looks at. */
export const UNMOVING: ReadonlySet<string> = new Set([...UNTRACED, 'hold', 'inspection'])
