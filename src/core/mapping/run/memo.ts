const LIMIT = 4096

/**
 * A bounded memory of what a text was turned into. When it is full it starts anew: values that come often are soon known again,
 * and nothing has to be counted or moved on the hot path. Long texts are not kept.
 */
export function memo<T>(make: (text: string) => T, limit = LIMIT): (text: string) => T {
  let known = new Map<string, T>()
  return (text) => {
    const found = known.get(text)
    if (found !== undefined) return found
    const made = make(text)
    if (text.length > 128) return made
    if (known.size >= limit) known = new Map()
    known.set(text, made)
    return made
  }
}

/** The same for two texts of which the first tells almost all: the second is only compared. */
export function memoPair<T>(
  make: (first: string, second: string) => T,
  limit = LIMIT,
): (first: string, second: string) => T {
  let known = new Map<string, { readonly second: string; readonly made: T }>()
  return (first, second) => {
    const found = known.get(first)
    if (found !== undefined && found.second === second) return found.made
    const made = make(first, second)
    if (first.length > 128 || second.length > 512) return made
    if (known.size >= limit) known = new Map()
    known.set(first, { second, made })
    return made
  }
}

/** The same for two texts and the year in which they are read. */
export function memoYear<T>(
  make: (first: string, second: string, year: number) => T,
  limit = LIMIT,
): (first: string, second: string, year: number) => T {
  let known = new Map<string, { readonly second: string; readonly year: number; readonly made: T }>()
  return (first, second, year) => {
    const found = known.get(first)
    if (found !== undefined && found.year === year && found.second === second) return found.made
    const made = make(first, second, year)
    if (first.length > 128 || second.length > 512) return made
    if (known.size >= limit) known = new Map()
    known.set(first, { second, year, made })
    return made
  }
}
