/** A text in both languages of the hub. */
export interface Words {
  readonly en: string
  readonly zh: string
}

export const words = (en: string, zh: string): Words => ({ en, zh })

/** What is said of something with a name, with the name before it. */
export const wordsOf = (name: string, { en, zh }: Words): Words => words(`${name}: ${en}`, `${name}：${zh}`)

/** A text with a stop at its end, which many have not. */
export const stopped = (text: string, stop: '.' | '。'): string =>
  /[.。!?！？]$/u.test(text) ? text : text + stop

/** Why something is refused or marked, and what whoever sent it can do. */
export interface Reason {
  readonly reason: Words
  readonly fix: Words
}

/** A reason from its texts, English first. */
export const reasonOf = (
  reason: readonly [en: string, zh: string],
  fix: readonly [en: string, zh: string],
): Reason => ({ reason: { en: reason[0], zh: reason[1] }, fix: { en: fix[0], zh: fix[1] } })
