import type { GraphCode } from './codes.ts'

/** A graph code taken apart; `system` is there for the numbers that a source made up itself. */
export interface GraphCodeParts {
  readonly kind: 'lot' | 'document'
  readonly value: string
  readonly system?: string
}

/** Takes a graph code apart; null for text that is none. The code itself may hold colons (EPC URIs), its prefix never does. */
export function parseGraphCode(code: GraphCode): GraphCodeParts | null {
  const colon = code.indexOf(':')
  const value = code.slice(colon + 1)
  if (colon < 1 || value === '') return null
  const prefix = code.slice(0, colon)
  if (prefix === 'lot') return { kind: 'lot', value }
  if (prefix === 'rec') return { kind: 'lot', value }
  if (prefix === 'doc') return { kind: 'document', value }
  if (prefix.startsWith('local.') && prefix.length > 6) return { kind: 'lot', value, system: prefix.slice(6) }
  return null
}
