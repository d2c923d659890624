import type { TSchema } from 'typebox'

/** Title and description of a field in both languages: `[English, Chinese]`. */
export type Bilingual = readonly [en: string, zh: string]

/**
 * A schema with its title and description in English (the JSON Schema keywords) and in Chinese (`x-zh`).
 * The same texts feed OpenAPI, `docs/model.md`, the mapping schema of editors and the public page.
 */
export function field<T extends TSchema>(schema: T, title: Bilingual, description?: Bilingual): T {
  const zh = description ? { title: title[1], description: description[1] } : { title: title[1] }
  // TypeBox keeps "optional" in properties that are not enumerable; a plain copy would make the field required.
  const copy = Object.defineProperties({}, Object.getOwnPropertyDescriptors(schema)) as T
  return Object.assign(copy, {
    title: title[0],
    ...(description ? { description: description[0] } : {}),
    'x-zh': zh,
  })
}
