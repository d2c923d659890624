/** Names that ICU has for countries in Chinese, as GB/T 2659 writes them. China and its regions are GB/T 2260's. */
const OWN = new Set(['CN', 'HK', 'MO', 'TW', 'EU', 'UN', 'EZ', 'ZZ', 'QO', 'XA', 'XB'])
let names: ReadonlySet<string> | null = null

/** Whether a text is the Chinese name of a country, such as 巴西: goods from there have no code of GB/T 2260. */
export function isCountry(name: string): boolean {
  names ??= countryNames()
  return names.has(name)
}

function countryNames(): ReadonlySet<string> {
  const of = new Intl.DisplayNames('zh-Hans', { type: 'region', fallback: 'none' })
  const found = new Set<string>()
  for (let a = 65; a <= 90; a++) {
    for (let b = 65; b <= 90; b++) {
      const code = String.fromCharCode(a, b)
      const name = OWN.has(code) ? undefined : of.of(code)
      if (name !== undefined) found.add(name)
    }
  }
  return found
}
