import { partNameOf } from './record-parts.ts'

type Json = null | boolean | number | string | Json[] | { [name: string]: Json }

/**
 * The OpenAPI document with every part of a record written as a reference to its component: the schemas hold the parts themselves,
 * because validators need them whole, and would repeat each of them in all fourteen kinds.
 */
export function withNamedParts<T extends object>(document: T): T {
  return named(document as unknown as Json, '') as unknown as T
}

/** @param own name of the component that is being written, which must not become a reference to itself */
function named(value: Json, own: string): Json {
  if (value === null || typeof value !== 'object') return value
  if (Array.isArray(value)) return value.map((one) => named(one, ''))
  const part = value['type'] === 'object' ? partNameOf(value) : undefined
  if (part && part !== own) return reference(part, value)
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, named(one, name)]))
}

/** What the field adds to its part stands beside the reference, as OpenAPI 3.1 allows. */
function reference(part: string, { title, description, 'x-zh': zh }: { [name: string]: Json }): Json {
  return {
    $ref: `#/components/schemas/${part}`,
    ...(title === undefined ? {} : { title }),
    ...(description === undefined ? {} : { description }),
    ...(zh === undefined ? {} : { 'x-zh': zh }),
  }
}
