/** What keeps a text from being JSON. */
export type JsonFaultKind = 'end' | 'character' | 'control' | 'escape' | 'trailing' | 'depth'

/** Thrown by the reader: what is wrong, and the offset in its text. */
export class JsonFault extends Error {
  readonly kind: JsonFaultKind
  readonly offset: number

  constructor(kind: JsonFaultKind, offset: number) {
    super(kind)
    this.kind = kind
    this.offset = offset
  }
}
