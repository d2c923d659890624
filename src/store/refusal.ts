/** One sentence in both languages of the hub. */
export interface Sentence {
  readonly zh: string
  readonly en: string
}

/**
 * The hub does not start, and says why in one sentence and how to mend it in another. It is the operator's to mend:
 * trying again without a change gives the same answer. `message` is English; print `sentence` by HUB_LANG.
 */
export class StartRefusal extends Error {
  readonly code: string
  readonly reason: Sentence
  readonly fix: Sentence
  /** Reason and fix, one after the other. */
  readonly sentence: Sentence

  constructor(code: string, reason: Sentence, fix: Sentence, cause?: unknown) {
    const sentence = { zh: `${reason.zh}${fix.zh}`, en: `${reason.en} ${fix.en}` }
    super(sentence.en, cause === undefined ? undefined : { cause })
    this.name = 'StartRefusal'
    this.code = code
    this.reason = reason
    this.fix = fix
    this.sentence = sentence
  }
}
