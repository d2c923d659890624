import { codeClass, codeOfName, codesAndNames } from './code-table.ts'
import { namedProducts } from './names.ts'
import type { ProductClass } from './product-class.ts'

/** A known product that an unknown name may mean. It is never applied: a person decides. */
export interface Proposal {
  readonly name: string
  readonly class: ProductClass
  readonly code?: string
}

/** Most characters of a name that are compared. */
const LONGEST = 30
/** Share of neighbouring characters in common from which two names are called alike. */
const ALIKE = 0.5

/**
 * The known names nearest to an unknown one: those that it holds (高山小土豆 holds 土豆), the longest and the last in it first, then those
 * with one character otherwise or with most neighbouring characters in common.
 */
export function proposeProducts(unknown: string, most = 3): Proposal[] {
  const name = [...unknown].slice(0, LONGEST).join('')
  if (name === '') return []
  const scored: { score: number; proposal: Proposal }[] = []
  for (const [known, proposal] of KNOWN) {
    const score = likeness(name, known)
    if (score > 0) scored.push({ score, proposal })
  }
  scored.sort((a, b) => b.score - a.score || (a.proposal.name < b.proposal.name ? -1 : 1))
  const proposals: Proposal[] = []
  for (const { proposal } of scored) {
    if (proposals.some((one) => one.name === proposal.name)) continue
    proposals.push(proposal)
    if (proposals.length === most) break
  }
  return proposals
}

function likeness(name: string, known: string): number {
  if (known.length >= 2 && name.includes(known)) return 10 + known.length + (name.endsWith(known) ? 0.5 : 0)
  if (known.length === name.length && known.length >= 2 && differences(name, known) === 1) return 5
  const share = inCommon(name, known)
  return share >= ALIKE ? share : 0
}

function differences(a: string, b: string): number {
  let count = 0
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) count++
  return count
}

/** Dice's coefficient over pairs of neighbouring characters. */
function inCommon(a: string, b: string): number {
  if (a.length < 2 || b.length < 2) return 0
  let common = 0
  for (let i = 0; i + 1 < a.length; i++) if (b.includes(a.slice(i, i + 2))) common++
  return (2 * common) / (a.length - 1 + (b.length - 1))
}

const KNOWN: ReadonlyMap<string, Proposal> = known()

function known(): Map<string, Proposal> {
  const proposals = new Map<string, Proposal>()
  for (const [code, name] of codesAndNames()) {
    const productClass = codeClass(code)
    if (productClass !== undefined) proposals.set(name, { name, class: productClass, code })
  }
  for (const [name, { standard, class: productClass }] of namedProducts()) {
    const code = codeOfName(standard)
    proposals.set(name, { name: standard, class: productClass, ...(code === undefined ? {} : { code }) })
  }
  return proposals
}
