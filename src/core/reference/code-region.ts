import { codeParts } from './describe.ts'

/** Where the six digits of a region stand in codes that carry one. */
const AT: Readonly<Record<string, number>> = {
  'cn.mofcom.node9': 0,
  'cn.mofcom.operator13': 0,
  'cn.uscc': 2,
  'cn.bizreg15': 0,
}

/** GB/T 2260 digits inside a code: where it was given out, which need not be where its bearer is today. Null where it has none. */
export function codeRegion(code: string): string | null {
  const { scheme, value } = codeParts(code)
  const at = AT[scheme]
  const digits = at === undefined ? '' : value.slice(at, at + 6)
  return /^\d{6}$/.test(digits) ? digits : null
}

const NODE = 'cn.mofcom.node9'
const OPERATOR = 'cn.mofcom.operator13'

/** The node that an operator belongs to: the first nine of its thirteen digits. Null for any other code. */
export function nodeOfOperator(code: string): string | null {
  const { scheme, value } = codeParts(code)
  return scheme === OPERATOR && /^\d{13}$/.test(value) ? `${NODE}:${value.slice(0, 9)}` : null
}

/** What the codes of the operators of a node begin with; null for any other code. */
export function operatorsOfNode(code: string): string | null {
  const { scheme, value } = codeParts(code)
  return scheme === NODE && /^\d{9}$/.test(value) ? `${OPERATOR}:${value}` : null
}
