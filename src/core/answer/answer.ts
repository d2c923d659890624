import type { Row } from '#core/mapping/run/run.ts'
import type { AnswerPart } from './outline.ts'

export const ANSWER_FORMATS = ['json', 'xml', 'soap'] as const
export type AnswerFormat = (typeof ANSWER_FORMATS)[number]

/** What became of a message, in one word: which part of `answer:` its sender reads. */
export type AnswerShape = 'taken' | 'rejected' | 'refused' | 'later'

/** What an answer may tell of a message. Names of the members are those that `from` takes. */
export const MESSAGE_FACTS = [
  'error',
  'title',
  'reason',
  'place',
  'receipt',
  'received',
  'accepted',
  'unchanged',
  'rejected',
] as const
/** What an answer may tell of one source record. */
export const RECORD_FACTS = ['index', 'key', 'result', 'code', 'reason', 'place'] as const

/** What there is to tell. */
export interface AnswerFacts {
  readonly shape: AnswerShape
  /** Facts of the message, with what is repeated of it under `message`. */
  readonly message: Row
  /** Facts of its source records, in their order. */
  readonly results: readonly Row[]
  /** Who must act on a refusal, or what of the envelope was not understood: SOAP tells them apart. */
  readonly fault: SoapFault
  readonly soap: SoapVersion
}

export type SoapVersion = '1.1' | '1.2'
export type SoapFault = 'sender' | 'receiver' | 'version' | 'must-understand'

/** What the interface document of a SOAP answer says. */
export interface SoapContract {
  /** The element in the body of a request. */
  readonly operation: string
  readonly namespace: string
  /** The element in the body of its answer, and what stands in it. */
  readonly root: string
  readonly parts: readonly AnswerPart[]
}

/** An answer in the sender's own format. */
export interface WrittenAnswer {
  readonly contentType: string
  readonly text: string
}

/** The answer that the sender of a system waits for; the `answer:` block of system.yaml. */
export interface SystemAnswer {
  readonly format: AnswerFormat
  /** Whether its sender wants HTTP 200 for a refusal too. */
  readonly always200: boolean
  /** Whether its sender reads a fault from HTTP 500 only, as SOAP 1.1 binds it. */
  readonly faults500: boolean
  /** For SOAP: what a description of the service is made from. */
  readonly contract?: SoapContract
  /** Members of the message that an answer repeats. */
  readonly repeats: readonly (readonly string[])[]
  /** Whether it says in its own words that no record was taken, and that the sender shall come again. */
  readonly has: Readonly<Record<'rejected' | 'later', boolean>>
  write(facts: AnswerFacts): WrittenAnswer
}
