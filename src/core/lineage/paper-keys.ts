import { hash } from 'node:crypto'
import { isUntoldType } from '#core/documents/document-type.ts'
import type { Body } from '#core/model/body.ts'
import { documentCode } from './codes.ts'

const NUMBER_BITS = 40n

/** Digests of the papers under which goods came: the type in the bits above the fortieth, the number below (`papers_agree` of the database compares them). Whole numbers as text. */
export function paperKeys({ documents = [] }: Body): string[] | null {
  const keys = documents.flatMap(({ role, type, number }) =>
    role !== 'upstream' || type === undefined || isUntoldType(type)
      ? []
      : String((bitsOf(type, 16n) << NUMBER_BITS) | bitsOf(documentCode(number), NUMBER_BITS)),
  )
  return keys.length === 0 ? null : [...new Set(keys)]
}

const bitsOf = (text: string, bits: bigint): bigint =>
  BigInt(`0x${hash('sha256', text, 'hex').slice(0, 16)}`) & ((1n << bits) - 1n)
