/** How goods are disposed of: the codes of `disposalKind`, each in English and Chinese. */
export const DISPOSAL_METHODS = {
  destroyed: ['Destroyed', '销毁'],
  returned: ['Returned', '退货'],
  rendered: ['Rendered harmless', '无害化'],
} as const satisfies Readonly<Record<string, readonly [en: string, zh: string]>>

export type DisposalMethod = keyof typeof DISPOSAL_METHODS
export const DISPOSALS = Object.keys(DISPOSAL_METHODS) as DisposalMethod[]

/** The code of a method as an official may write it, `destroyed` or 销毁; undefined for any other word. */
export const disposalMethod = (written: string): DisposalMethod | undefined =>
  DISPOSALS.find((code) => {
    const word = written.trim()
    return word.toLowerCase() === code || word === DISPOSAL_METHODS[code][1]
  })
