import type { Twins } from './decode-twins/text.ts'

/**
 * Finds the twin of a text among some; the first pattern that fits counts.
 * @param partOf the twin of what stands in the place of `$1`
 * @param place what may stand there
 */
export function twinFinder(
  twins: Twins,
  partOf: (english: string) => string,
  place = '.{1,200}',
): (english: string) => string | undefined {
  const exact = new Map(twins.filter(([en]) => !en.includes('$')))
  const patterns = twins
    .filter(([en]) => en.includes('$'))
    .map(([en, zh]) => {
      const escaped = en.split(/\$\d/u).map((text) => text.replace(/[()*+.?[\\\]^{|}]/gu, '\\$&'))
      return { pattern: new RegExp(`^${escaped.join(`(${place})`)}$`, 'u'), zh }
    })
  return (english) => {
    const known = exact.get(english)
    if (known !== undefined) return known
    for (const { pattern, zh } of patterns) {
      const found = pattern.exec(english)
      if (found) return zh.replace(/\$(\d)/gu, (_, number: string) => partOf(found[Number(number)] ?? ''))
    }
    return undefined
  }
}
