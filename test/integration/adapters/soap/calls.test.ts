import { createHash } from 'node:crypto'
import { expect, it } from 'vitest'
import type { AdapterError } from '#adapters/adapter.ts'
import type { SoapSettings } from '#adapters/soap/settings/settings.ts'
import { soap } from '#adapters/soap/soap.ts'
import { adapterParts, type TestParts } from '#test/adapters/parts.ts'
import { type Operation, type SoapSource, type SourceWish, startSource, textElements } from './soap-source.ts'

const PASSWORD = 'service-Pa55word'
const TOKEN = 'service-T0ken'
const ROWS = `<xs:element name="row" minOccurs="0" maxOccurs="unbounded"><xs:complexType><xs:sequence>${textElements('id')}</xs:sequence></xs:complexType></xs:element>`
const WISH: SourceWish = { request: textElements('area', 'page'), response: ROWS }
const two: Operation = ({ page }) => ({ row: page === '1' ? [{ id: '1' }, { id: '2' }] : [] })

async function withService<T>(
  wish: SourceWish,
  operation: Operation,
  work: (service: SoapSource) => Promise<T>,
): Promise<T> {
  const service = await startSource(wish, operation)
  try {
    return await work(service)
  } finally {
    await service.stop()
  }
}

/** Settings beside or in place of those of all these tests. */
type Given = { readonly [name in keyof SoapSettings]?: SoapSettings[name] | undefined }

const partsOf = (service: SoapSource, settings: Given): TestParts<SoapSettings> =>
  adapterParts<SoapSettings>(soap as never, {
    allow: [`127.0.0.1/32:${service.port}`],
    secrets: { password: PASSWORD, token: TOKEN },
    settings: {
      wsdl: service.wsdl,
      operation: 'queryRecords',
      row: 'row',
      paging: { page: { parameter: 'page' } },
      ...settings,
    },
  })

/** Pages as texts; throws what the reading throws. */
async function read(service: SoapSource, settings: Given = {}): Promise<string[]> {
  const { parts, close } = partsOf(service, settings)
  const pages: string[] = []
  try {
    for await (const { bytes } of soap.read(parts, null))
      if (bytes !== null) pages.push(Buffer.from(bytes as Uint8Array).toString())
    return pages
  } finally {
    close()
  }
}

const SOAP_12 = 'http://www.w3.org/2003/05/soap-envelope'

it.each([
  ['1.1', 'http://schemas.xmlsoap.org/soap/envelope/'],
  ['1.2', SOAP_12],
] as const)(
  'a service of others is called by SOAP %s, page by page, and its answers come as they are',
  async (version, uri) => {
    await withService(WISH, two, async (service) => {
      const pages = await read(service, { version, parameters: { area: '浙江 & 安徽' } })
      expect(pages).toHaveLength(1)
      expect(pages[0]).toContain('<id>2</id>')
      expect(service.received).toHaveLength(2)
      expect(service.received[0]).toContain(`xmlns:s="${uri}"`)
      expect(service.received[0]).toContain('<area>浙江 &amp; 安徽</area><page>1</page>')
      expect(service.last()?.headers[version === '1.1' ? 'soapaction' : 'content-type']).toContain(
        '"urn:queryRecords"',
      )
    })
  },
)

it('a service that is not described is called as it is declared', async () => {
  await withService(WISH, two, async (service) => {
    const pages = await read(service, {
      wsdl: undefined,
      url: `${service.origin}/service`,
      namespace: 'http://records.example.gov.cn/',
      action: 'urn:queryRecords',
    })
    expect(pages).toHaveLength(1)
  })
})

it('parameters have the namespace where the description says so, and stand in its order', async () => {
  await withService(
    { ...WISH, qualified: true, request: textElements('page', 'area') },
    two,
    async (service) => {
      await read(service, { parameters: { area: '3301' } })
      expect(service.received[0]).toContain('<q:page>1</q:page><q:area>3301</q:area>')
    },
  )
})

it('a document in a parameter is read by the service as one text', async () => {
  const seen: unknown[] = []
  const operation: Operation = (asked) => {
    seen.push(asked)
    return {}
  }
  await withService({ ...WISH, request: textElements('user', 'request') }, operation, async (service) => {
    const wrap = { parameter: 'request', root: 'query', values: { 'head.area': '3301' } }
    await read(service, { wrap, auth: { parameter: { name: 'user' } } })
    expect(seen).toEqual([
      { user: TOKEN, request: '<query><head><area>3301</area></head><page>1</page></query>' },
    ])
  })
})

it('the hub is known by Basic, a header, an element of the service’s own, and a digest that shows no password', async () => {
  await withService(WISH, two, async (service) => {
    const tokens: Record<string, string>[] = []
    service.server.authenticate = (security) => {
      const { Password, Nonce, Created } = security?.UsernameToken ?? {}
      if (Password)
        tokens.push({
          password: Password.$value ?? Password,
          nonce: Nonce?.$value ?? Nonce,
          created: Created,
        })
      return true
    }
    await read(service, {
      auth: {
        basic: { username: 'hub' },
        element: { name: 'Auth', namespace: 'urn:auth', field: 'key', values: { user: 'hub' } },
      },
    })
    expect(service.last()?.headers.authorization).toBe(
      `Basic ${Buffer.from(`hub:${PASSWORD}`).toString('base64')}`,
    )
    expect(service.received.at(-1)).toContain(
      `<h:Auth xmlns:h="urn:auth"><h:user>hub</h:user><h:key>${PASSWORD}</h:key></h:Auth>`,
    )
    await read(service, { auth: { header: { name: 'X-Key', prefix: 'Key ' } } })
    expect(service.last()?.headers['x-key']).toBe(`Key ${TOKEN}`)
    await read(service, { auth: { usernameToken: { username: 'hub', type: 'digest' } } })
    const { password, nonce = '', created } = tokens.at(-1) ?? {}
    const wanted = createHash('sha1')
      .update(Buffer.from(nonce, 'base64'))
      .update(`${created}${PASSWORD}`)
      .digest('base64')
    expect(password).toBe(wanted)
    expect(service.received.at(-1)).not.toContain(PASSWORD)
  })
})

it('a fault of the service says who has to do something, without its words', async () => {
  const faulting =
    (fault: object): Operation =>
    () => {
      throw { Fault: fault }
    }
  const failed = async (fault: object): Promise<AdapterError> =>
    await withService(WISH, faulting(fault), async (service) => {
      const error = await read(service).then(
        () => null,
        (thrown: AdapterError) => thrown,
      )
      if (error === null) throw new Error('nothing was thrown')
      return error
    })
  const reason = { Text: '张三 13800000000' }
  const client = await failed({ faultcode: 'soap:Client', faultstring: '张三 13800000000', statusCode: 500 })
  expect([client.class, client.setting]).toEqual(['config', '/settings/parameters'])
  const receiver = await failed({ Code: { Value: 'soap:Receiver' }, Reason: reason, statusCode: 500 })
  expect(receiver.class).toBe('retry')
  const denied = await failed({
    Code: { Value: 'soap:Sender', Subcode: { value: 'x' } },
    Reason: reason,
    statusCode: 403,
  })
  expect([denied.class, denied.setting]).toEqual(['auth', '/settings/auth'])
  expect([client.message, receiver.message, denied.message].join()).not.toMatch(/张三|138/)
})
