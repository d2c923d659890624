import { AdapterError, type AdapterParts, type HttpAnswer } from '#adapters/adapter.ts'
import { type Listing, repeatTest, rowDigest, type Sheet } from '#adapters/paging/listing.ts'
import { type MemberPath, memberAt } from '#adapters/paging/member.ts'
import { pagerOf } from '#adapters/paging/pager.ts'
import { successTest } from '#adapters/paging/success.ts'
import { readAnswer } from './answer/answer.ts'
import type { XmlValue } from './answer/tree.ts'
import type { SoapAccess } from './request/access.ts'
import type { Call } from './request/call.ts'
import { callHeaders, type Envelope, envelopeOf, type ParameterValue } from './request/envelope.ts'
import type { QuerySettings } from './settings/query.ts'
import type { SoapSettings } from './settings/settings.ts'

type Parts = AdapterParts<SoapSettings>

/** A query, and where it stands in the settings. */
export interface Query {
  readonly settings: QuerySettings
  readonly at: string
}

/**
 * The rows of an operation, which is called page by page.
 * @throws AdapterError config
 */
export function soapListing(
  parts: Parts,
  access: SoapAccess,
  call: () => Promise<Call>,
  { settings: query, at }: Query,
): Listing {
  const { settings, limits, http, clock } = parts
  const pager = pagerOf({
    paging: query.paging,
    at: `${at}/paging`,
    pageRows: limits.pageRows,
    secret: [],
  })
  const success = successTest(settings.success)
  const isRepeated = repeatTest()
  let known: Call | null = null

  const asked = async (parameters: Readonly<Record<string, ParameterValue>>): Promise<HttpAnswer> => {
    known ??= await call()
    const request = {
      method: 'POST',
      url: known.address,
      headers: { ...callHeaders(known), ...access.headers },
      body: envelopeOf({
        ...filled(query, access, parameters),
        call: known,
        token: access.token(clock.now()),
        header: access.element,
      }),
    } as const
    return await http.request(request).catch((error: unknown) => {
      throw blamed(error, addressSetting(settings))
    })
  }

  return {
    pager,
    accessSetting: access.setting,
    async ask(position, more) {
      const answer = await asked({ ...more, ...pager.parameters(position) })
      const read = readAnswer(
        answer,
        {
          row: query.row,
          inside: query.result,
          at,
          accessSetting: access.setting,
          urlSetting: addressSetting(settings),
        },
        clock.now(),
      )
      const document = { textAt: (path: MemberPath) => textAt(read.response, path) }
      success?.check(document, access.setting)
      const { rows } = read
      const whole = {
        document,
        bytes: answer.body,
        contentType: [answer.headers['content-type'] ?? ''].flat()[0] ?? '',
        link: undefined,
        url: known?.address ?? '',
      }
      const sheet: Sheet = {
        answer: whole,
        count: rows.length,
        next: () => pager.next(whole, position, rows.length),
        textOf: (index, field) => textAt(rows[index] ?? null, field),
        markOfText: rowDigest,
        markOf: (index) => rowDigest(JSON.stringify(rows[index])),
      }
      if (isRepeated(sheet, more))
        throw new AdapterError('source', 'the same page came again', { setting: `${at}/paging` })
      return sheet
    },
  }
}

type Values = Readonly<Record<string, ParameterValue>>

/** Constants first, so that what takes their place stands where they stood. */
function filled(
  { wrap, parameters }: QuerySettings,
  access: SoapAccess,
  given: Values,
): Pick<Envelope, 'parameters' | 'document'> {
  const outer = [...entries(parameters), ...entries(access.parameters)]
  if (wrap === undefined) return { parameters: new Map([...outer, ...entries(given)]) }
  const { parameter, root, values } = wrap
  const inner = new Map([...entries(values), ...entries(given)])
  return { parameters: new Map(outer), document: { parameter, root, parameters: inner } }
}

const entries = (values: Values | undefined): [string, ParameterValue][] => Object.entries(values ?? {})

/** Where the address stands: by the description, it is that of the description. */
export const addressSetting = ({ url }: SoapSettings): string =>
  url === undefined ? '/settings/wsdl' : '/settings/url'

function blamed(error: unknown, setting: string): unknown {
  if (!(error instanceof AdapterError) || error.setting !== undefined || error.class !== 'config')
    return error
  return new AdapterError(error.class, error.message, { setting, cause: error.cause })
}

const textAt = (value: XmlValue, path: MemberPath): string | undefined => {
  const found = memberAt(value, path)
  return typeof found === 'string' ? found : undefined
}
