export type Language = 'zh' | 'en'

/**
 * The language that the caller reads best: the first of Chinese and English in Accept-Language by weight, else the hub's own.
 * RFC 9110, 12.5.4.
 */
export function languageOf(acceptLanguage: string | undefined, otherwise: Language): Language {
  if (!acceptLanguage) return otherwise
  let best: Language | undefined
  let bestWeight = 0
  for (const range of acceptLanguage.split(',').slice(0, 20)) {
    const [tag = '', ...parameters] = range.trim().toLowerCase().split(';')
    const q = parameters.find((parameter) => parameter.trim().startsWith('q='))
    const weight = q ? Number(q.trim().slice(2)) : 1
    const language = tag.startsWith('zh') ? 'zh' : tag.startsWith('en') ? 'en' : undefined
    if (language && weight > bestWeight) {
      best = language
      bestWeight = weight
    }
  }
  return best ?? otherwise
}
