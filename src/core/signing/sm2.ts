import { createHash } from 'node:crypto'
import { DerFault, integerOf, partsOf, readDer } from '#core/der/der.ts'
import { der, derInteger } from '#core/der/write.ts'

/** The identity that signers have who agreed on none (GM/T 0009). */
export const SM2_ID = '1234567812345678'

const hex = (text: string): Buffer => Buffer.from(text, 'hex')
const A = hex('fffffffeffffffffffffffffffffffffffffffff00000000fffffffffffffffc')
const B = hex('28e9fa9e9d9f5e344d5a9e4bcf6509a7f39789f515ab8f92ddbcbd414d940e93')
const G = hex(
  '32c4ae2c1f1981195f9904466a39c9948fe30bbff2660be1715a4589334c74c7bc3736a2f4f6779c59bdcee36b692153d0a9877cc62a474002df32e52139f0a0',
)
const P = BigInt('0xfffffffeffffffffffffffffffffffffffffffff00000000ffffffffffffffff')
const N = BigInt('0xfffffffeffffffffffffffffffffffff7203df6b21c6052b53bbf40939d54123')
const CURVE = { a: P - 3n, b: BigInt(`0x${B.toString('hex')}`) }

const NUMBER_BYTES = 32
const POINT_BYTES = 1 + 2 * NUMBER_BYTES

/** Whether bytes are a point of the curve, written out: 04, x and y. A key that is none would make a signature mean nothing. */
export function isSm2Point(bytes: Uint8Array): boolean {
  if (bytes.length !== POINT_BYTES || bytes[0] !== 4) return false
  const x = numberOf(bytes.subarray(1, 1 + NUMBER_BYTES))
  const y = numberOf(bytes.subarray(1 + NUMBER_BYTES))
  return x < P && y < P && (y * y - (x * x * x + CURVE.a * x + CURVE.b)) % P === 0n
}

/**
 * What is signed with SM2 (GB/T 32918.2): SM3 over the digest of the signer's identity, curve and key, and the message. Node itself cannot set the
 * identity, so its own `sign` and `verify` are of no use here.
 */
export function sm2Digest(publicKey: Uint8Array, message: Uint8Array, id: string = SM2_ID): Buffer {
  const name = Buffer.from(id, 'utf8')
  const bits = Buffer.alloc(2)
  bits.writeUInt16BE(name.length * 8)
  const z = createHash('sm3')
    .update(bits)
    .update(name)
    .update(A)
    .update(B)
    .update(G)
    .update(publicKey.subarray(1))
    .digest()
  return createHash('sm3').update(z).update(message).digest()
}

/**
 * The numbers r and s of a signature, 32 bytes each, from DER (GM/T 0009) or from the two one behind the other; null where it is neither, or where
 * one of them is not from 1 to n − 1.
 */
export function readSm2Signature(bytes: Uint8Array): Buffer | null {
  const numbers = bytes.length === 2 * NUMBER_BYTES ? halves(bytes) : fromDer(bytes)
  if (numbers === null) return null
  const isInRange = numbers.every((number) => {
    const value = numberOf(number)
    return value > 0n && value < N
  })
  return isInRange ? Buffer.concat(numbers.map(padded)) : null
}

/** A signature of 64 bytes as DER. */
export const writeSm2Signature = (rs: Uint8Array): Buffer =>
  der(0x30, derInteger(rs.subarray(0, NUMBER_BYTES)), derInteger(rs.subarray(NUMBER_BYTES)))

const halves = (bytes: Uint8Array): Uint8Array[] => [
  bytes.subarray(0, NUMBER_BYTES),
  bytes.subarray(NUMBER_BYTES),
]

function fromDer(bytes: Uint8Array): Uint8Array[] | null {
  try {
    const [r, s, ...more] = partsOf(readDer(bytes))
    const numbers = [integerOf(r), integerOf(s)]
    if (more.length > 0 || numbers.some(([first = 0]) => first >= 0x80)) return null
    const short = numbers.map((number) => (number[0] === 0 ? number.subarray(1) : number))
    return short.some(({ length }) => length > NUMBER_BYTES) ? null : short
  } catch (error) {
    if (error instanceof DerFault) return null
    throw error
  }
}

const padded = (number: Uint8Array): Buffer =>
  Buffer.concat([Buffer.alloc(NUMBER_BYTES - number.length), number])

const numberOf = (bytes: Uint8Array): bigint =>
  bytes.length === 0 ? 0n : BigInt(`0x${Buffer.from(bytes).toString('hex')}`)
