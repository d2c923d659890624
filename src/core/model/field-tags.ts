import { PART_SHARING, RECORD_SHARING, type Shared } from './sharing.ts'

/** What a field of the model holds, in the words of the inventory of the columns. */
export type FieldTag = 'none' | 'business' | 'personal' | 'digest'

/** Digests under a secret of the hub: they tell persons apart and name nobody. */
const DIGESTS: ReadonlySet<string> = new Set(['contactDigest'])
const TAG_OF = { public: 'none', partner: 'business', restricted: 'business', personal: 'personal' } as const

/** The tag of a field by its sharing class; a field that may be a person's in some records is personal. */
const tagOf = (name: string, { is, but, take }: Shared): FieldTag => {
  if (DIGESTS.has(name)) return 'digest'
  return but?.startsWith('personal') === true && take === undefined ? 'personal' : TAG_OF[is]
}

/** Every field of a record and of its parts (`PartyPart.name`) with what it holds. */
export const taggedFields = (): { readonly field: string; readonly tag: FieldTag }[] =>
  [['Record', RECORD_SHARING] as const, ...Object.entries(PART_SHARING)].flatMap(([part, rules]) =>
    Object.entries(rules as Record<string, Shared>).map(([name, shared]) => ({
      field: `${part}.${name}`,
      tag: tagOf(name, shared),
    })),
  )
