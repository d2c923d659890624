/** A code that may stand on a card with others. */
export interface CardCode {
  readonly code: string
  /** Identifier made from the code itself. */
  readonly born: string
  /** Position of the change that first named it. */
  readonly firstPosition: bigint
  /** Whether the newest version of a record names it. */
  readonly live: boolean
}

/** What ties codes together. */
export interface Ties {
  /** Codes that a record gives to one party. */
  readonly named: readonly (readonly string[])[]
  /** Pairs that a person joined. */
  readonly joined: readonly (readonly [string, string])[]
  /** Codes that a person parted from whatever records name beside them. */
  readonly parted: ReadonlySet<string>
}

/**
 * The card of each code: codes that are tied, directly or by way of others, stand on one, whose identifier is that of its oldest code
 * that a record still names. The result depends on nothing but what is handed in, not on the order in which ties were found.
 */
export function groupCodes(codes: readonly CardCode[], ties: Ties): Map<string, string> {
  const parent = new Map(codes.map(({ code }) => [code, code]))
  const rootOf = (code: string): string => {
    let root = code
    for (let up = parent.get(root); up !== undefined && up !== root; up = parent.get(root)) root = up
    for (let at = code; at !== root; ) {
      const up = parent.get(at) ?? root
      parent.set(at, root)
      at = up
    }
    return root
  }
  const tie = (a: string, b: string): void => {
    if (parent.has(a) && parent.has(b)) parent.set(rootOf(a), rootOf(b))
  }
  for (const group of ties.named) {
    const [first, ...others] = group.filter((code) => !ties.parted.has(code))
    for (const other of others) tie(first as string, other)
  }
  for (const [a, b] of ties.joined) tie(a, b)
  const oldest = new Map<string, CardCode>()
  for (const code of codes) {
    const root = rootOf(code.code)
    const known = oldest.get(root)
    if (!known || isBefore(code, known)) oldest.set(root, code)
  }
  return new Map(codes.map(({ code }) => [code, (oldest.get(rootOf(code)) as CardCode).born]))
}

function isBefore(a: CardCode, b: CardCode): boolean {
  if (a.live !== b.live) return a.live
  if (a.firstPosition !== b.firstPosition) return a.firstPosition < b.firstPosition
  return a.code < b.code
}
