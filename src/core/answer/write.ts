import type { Output, Outputs } from '#core/mapping/backward/fields.ts'
import { element, escaped } from '#core/mapping/backward/xml.ts'
import { newRun } from '#core/mapping/run/new-run.ts'
import type {
  AnswerFacts,
  AnswerFormat,
  AnswerShape,
  SoapFault,
  SoapVersion,
  SystemAnswer,
  WrittenAnswer,
} from './answer.ts'
import type { WriteShape } from './shape.ts'

interface Options {
  readonly root: string
  readonly namespace: string
}

/** How an answer is written. */
export function writerOf(
  format: AnswerFormat,
  options: Options,
  shapes: ReadonlyMap<AnswerShape, WriteShape>,
): SystemAnswer['write'] {
  const valuesOf = (facts: AnswerFacts): Outputs => {
    const run = newRun()
    run.row = facts.message
    const shape = shapes.get(facts.shape) ?? shapes.get(facts.shape === 'rejected' ? 'taken' : 'refused')
    return shape?.(run, facts.results) ?? {}
  }
  if (format === 'json')
    return (facts) => ({
      contentType: 'application/json; charset=utf-8',
      text: JSON.stringify(valuesOf(facts)),
    })
  if (format === 'xml')
    return (facts) => ({
      contentType: 'text/xml; charset=utf-8',
      text: `${DECLARATION}${element(options.root, valuesOf(facts), wrapped)}`,
    })
  return (facts) => soapOf(facts, options, () => valuesOf(facts))
}

const DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>\n'

/** A document in a document stands between CDATA marks: the senders that write it so look for its signs in the reply. */
const wrapped = (text: string): string =>
  /[<&]/.test(text) && !text.includes(']]>') ? `<![CDATA[${clean(text)}]]>` : escaped(text)
const clean = (text: string): string =>
  text.replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '')

const ENVELOPES = {
  '1.1': 'http://schemas.xmlsoap.org/soap/envelope/',
  '1.2': 'http://www.w3.org/2003/05/soap-envelope',
} as const
const CONTENT_TYPES = {
  '1.1': 'text/xml; charset=utf-8',
  '1.2': 'application/soap+xml; charset=utf-8',
} as const

/** An envelope of the version that was sent, with the response, or with a fault. */
function soapOf(facts: AnswerFacts, options: Options, values: () => Outputs): WrittenAnswer {
  const { soap, shape } = facts
  const isFault = shape === 'refused' || shape === 'later'
  const inner = isFault ? faultOf(facts, options) : responseOf(options, values())
  return {
    contentType: CONTENT_TYPES[soap],
    text: `${DECLARATION}<soap:Envelope xmlns:soap="${ENVELOPES[soap]}"><soap:Body>${inner}</soap:Body></soap:Envelope>`,
  }
}

function responseOf({ root, namespace }: Options, values: Outputs): string {
  const parts = Object.entries(values).map(([name, value]) => element(name, value, wrapped))
  return `<ns:${root} xmlns:ns="${escaped(namespace)}">${parts.join('')}</ns:${root}>`
}

/** Fault codes of both versions. */
const CODES: Readonly<Record<SoapFault, Readonly<Record<SoapVersion, string>>>> = {
  sender: { '1.1': 'Client', '1.2': 'Sender' },
  receiver: { '1.1': 'Server', '1.2': 'Receiver' },
  version: { '1.1': 'VersionMismatch', '1.2': 'VersionMismatch' },
  'must-understand': { '1.1': 'MustUnderstand', '1.2': 'MustUnderstand' },
}

function faultOf({ soap, fault, message }: AnswerFacts, { namespace }: Options): string {
  const told = (name: string): string => String(message[name] ?? '')
  const details = ['error', 'place', 'receipt'].filter((name) => told(name) !== '')
  const inner = details.map((name) => element(name, told(name) satisfies Output)).join('')
  const problem = `<ns:problem xmlns:ns="${escaped(namespace)}">${inner}</ns:problem>`
  // A detail is of the body; a fault of the envelope has none.
  const isOfBody = fault === 'sender' || fault === 'receiver'
  const words = escaped(told('reason') || told('title'))
  const code = `soap:${CODES[fault][soap]}`
  const language = /[\u4e00-\u9fff]/.test(words) ? 'zh' : 'en'
  if (soap === '1.1')
    return `<soap:Fault><faultcode>${code}</faultcode><faultstring>${words}</faultstring>${isOfBody ? `<detail>${problem}</detail>` : ''}</soap:Fault>`
  return `<soap:Fault><soap:Code><soap:Value>${code}</soap:Value></soap:Code><soap:Reason><soap:Text xml:lang="${language}">${words}</soap:Text></soap:Reason>${isOfBody ? `<soap:Detail>${problem}</soap:Detail>` : ''}</soap:Fault>`
}
