/** A text in both languages of the hub. */
export interface Words {
  readonly en: string
  readonly zh: string
}
