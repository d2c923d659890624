import type { GraphCode } from '#core/lineage/codes.ts'

/** Codes that mean the same goods, joined. */
export function joiner(codes: readonly GraphCode[]) {
  const above = new Map<GraphCode, GraphCode>(codes.map((code) => [code, code]))
  const find = (code: GraphCode): GraphCode => {
    let top = code
    for (let next = above.get(top); next !== undefined && next !== top; next = above.get(top)) top = next
    for (let at = code; at !== top; ) {
      const next = above.get(at) ?? top
      above.set(at, top)
      at = next
    }
    return top
  }
  return {
    find,
    has: (code: GraphCode): boolean => above.has(code),
    add: (code: GraphCode): void => {
      if (!above.has(code)) above.set(code, code)
    },
    join: (a: GraphCode, b: GraphCode): void => {
      const [x, y] = [find(a), find(b)]
      // The smaller code stands for both, so that the order of records changes nothing.
      if (x < y) above.set(y, x)
      else if (y < x) above.set(x, y)
    },
  }
}

export type Joined = ReturnType<typeof joiner>
