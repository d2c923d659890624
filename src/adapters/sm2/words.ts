/** What a thread of SM2 is asked. Bytes are hexadecimal; the message is known by its digest alone. */
export type Sm2Question =
  | {
      readonly number: number
      readonly ask: 'verify'
      readonly publicKey: string
      readonly digest: Uint8Array
      readonly signature: string
    }
  | {
      readonly number: number
      readonly ask: 'sign'
      readonly privateKey: string
      readonly digest: Uint8Array
    }

/** `signature` is there where one was asked for; `fits` false also where the library could make nothing of what it was given. */
export interface Sm2Answer {
  readonly number: number
  readonly fits: boolean
  readonly signature?: string
}
