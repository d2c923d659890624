import { describe, expect, test } from 'vitest'
import { decode, isText } from '#adapters/push/decode.ts'
import type { Body } from '#core/model/body.ts'
import { loadRegistry } from '#flow/systems/load.ts'

/** What interface documents say of their systems and no sample of theirs shows. */
const registry = await loadRegistry('mappings')
const receivedAtMs = Date.UTC(2026, 5, 1)

function mapped(system: string, record: string, text: string | Buffer) {
  const mapping = registry.systems.get(system)?.records.get(record)?.mapping
  if (!mapping || !isText(mapping.read)) throw new Error(`no mapping of texts ${system}/${record}`)
  return decode(Buffer.from(text as string), mapping.read).records.map((source) =>
    mapping.map(source, { receivedAtMs }),
  )
}
const first = (system: string, record: string, text: string | Buffer): Body => {
  const [source] = mapped(system, record, text)
  const body = source?.records[0]?.body
  if (!body) throw new Error(JSON.stringify(source?.issues))
  return body
}
const sample = async (path: string) => {
  const { readFile } = await import('node:fs/promises')
  return readFile(`mappings/${path}`)
}

describe('market-scales', async () => {
  const ticket = JSON.parse(String(await sample('market-scales/samples/valid/one.ndjson'))) as object
  test('an unknown product is told at its name, not at the number of the scale', () => {
    const [source] = mapped('market-scales', 'ticket', JSON.stringify({ ...ticket, name: '不知名的菜' }))
    expect(source?.issues).toMatchObject([
      { path: 'line 1, name', code: 'W_PRODUCT_UNKNOWN', value: '不知名的菜' },
    ])
  })
})

describe('codes that kept their number in 2021 and not their ground', async () => {
  const { territoryOf } = await import('#core/regions/territory.ts')
  const { trade } = await import('#test/jiaxing.ts')
  const origin = (code: string, tradeTime: string) =>
    first(
      'jiaxing-wholesale',
      'trade',
      JSON.stringify(trade('X1', { originCode: code, originName: '', tradeTime })),
    ).origin
  test.each(['330102', '330105', '330110'])(
    '%s of a record has the year that tells which ground it was',
    (code) => {
      const [before, after] = [origin(code, '2020/4/15 3:42:10'), origin(code, '2024/4/15 3:42:10')]
      expect([before, after]).toMatchObject([
        { code, year: 2020 },
        { code, year: 2024 },
      ])
      const [then, now] = [territoryOf(code, before?.year ?? 0), territoryOf(code, after?.year ?? 0)]
      expect([then?.until, now?.since]).toEqual([2021, 2021])
      expect(then).not.toEqual(now)
    },
  )
  test('330113 of a record of 2020, when there was none, is the ground of then, and is marked', () => {
    const text = JSON.stringify(
      trade('X1', { originCode: '330113', originName: '', tradeTime: '2020/4/15 3:42:10' }),
    )
    expect(first('jiaxing-wholesale', 'trade', text)).toMatchObject({
      origin: { code: '330110', year: 2020 },
      flags: expect.arrayContaining(['W_AREA_CHANGED']),
    })
  })
})

describe('shaoxing-slaughter', () => {
  test('a detail without the number that joins it says so once', () => {
    const text =
      '<meat_out_info_detail><tran_id></tran_id><meat_code>21113013</meat_code></meat_out_info_detail>'
    const [source] = mapped('shaoxing-slaughter', 'trade', text)
    expect(source?.issues.map(({ path, code }) => [path, code])).toEqual([
      ['meat_out_info_detail[0]/tran_id', 'E_NO_KEY'],
    ])
  })
})

describe('words where a code should stand', async () => {
  const [bill] = JSON.parse(String(await sample('jiaxing-wholesale/samples/valid/one.json'))) as object[]
  const sold = (parts: object) =>
    mapped('jiaxing-wholesale', 'trade', JSON.stringify({ ...bill, ...parts }))[0]

  test.each(['个体户', '无证照', '#N/A', '——＊'])(
    'make all who write them no one party: %s',
    (sellerCode) => {
      const source = sold({ sellerCode })
      const seller = source?.records[0]?.body?.parties?.find(({ role }) => role === 'seller')
      expect(seller).toMatchObject({ ids: [], name: '嘉禾示例果蔬商行' })
      expect(source?.issues).toContainEqual(
        expect.objectContaining({ path: '/sellerCode', code: 'W_ID_UNKNOWN', value: sellerCode }),
      )
    },
  )

  test.each(['有', '见附件', '#REF!'])('are no paper: %s', (certNo) => {
    const source = sold({ certNo })
    expect(source?.records[0]?.body?.documents?.map(({ role }) => role)).toEqual(['voucher'])
    expect(source?.issues).toMatchObject([{ path: '/certNo', code: 'W_ID_UNKNOWN', value: certNo }])
  })

  test('a number of a source with letters or digits stays, marked', () => {
    const source = sold({ sellerCode: 'B区12号' })
    expect(source?.records[0]?.body?.parties?.[0]?.ids).toMatchObject([{ scheme: 'local.jiaxing-wholesale' }])
    expect(source?.issues).toMatchObject([{ code: 'W_ID_UNKNOWN' }])
  })

  test('an error of a spreadsheet is the name of nobody', () => {
    const source = sold({ sellerName: '#N/A' })
    expect(source?.rejected).toBe(true)
    expect(source?.issues).toMatchObject([{ path: '/sellerName', code: 'E_ENCODING' }])
  })
})

describe('names with which a system was tried out', async () => {
  const [bill] = JSON.parse(String(await sample('jiaxing-wholesale/samples/valid/one.json'))) as object[]
  const issuesOf = (parts: object) =>
    mapped(
      'jiaxing-wholesale',
      'trade',
      JSON.stringify([
        { ...bill, ...parts },
        { ...bill, ...parts },
      ]),
    ).map(({ issues, rejected }) => ({
      rejected,
      told: issues.map(({ path, code, value }) => [path, code, value]),
    }))

  test('are marked each time and taken; what may be a person is not told', () => {
    expect(issuesOf({ sellerName: '张三', buyerName: '测试摊位' })).toEqual(
      [0, 1].map((i) => ({
        rejected: false,
        told: [
          [`/${i}/sellerName`, 'W_TEST_DATA', undefined],
          [`/${i}/buyerName`, 'W_TEST_DATA', undefined],
        ],
      })),
    )
    expect(issuesOf({ goodsName: '番茄测试2' })[0]?.told).toContainEqual([
      '/0/goodsName',
      'W_TEST_DATA',
      '番茄测试2',
    ])
  })

  test('are none where a name only resembles them', () => {
    for (const sellerName of ['张三丰', '测试中心', '杭州食品测试技术公司', 'Testa农场', '示例商行'])
      expect(issuesOf({ sellerName })[0]?.told, sellerName).toEqual([])
  })
})

describe('jiaxing-wholesale', async () => {
  const [bill] = JSON.parse(String(await sample('jiaxing-wholesale/samples/valid/one.json'))) as Record<
    string,
    string
  >[]
  const sale = (parts: Record<string, string>) =>
    first('jiaxing-wholesale', 'trade', JSON.stringify({ ...bill, ...parts }))

  test('a single object is taken as an array of one', () => {
    expect(mapped('jiaxing-wholesale', 'trade', JSON.stringify(bill))).toHaveLength(1)
  })

  test('a certificate number of digits only does not tell its type: it is marked', () => {
    const body = sale({ certNo: '112245677' })
    expect(body.documents).toContainEqual({ number: '112245677', role: 'upstream', type: 'unknown' })
    expect(body.flags).toContain('W_DOC_TYPE_GUESSED')
  })

  test('the price is for the unit of the line', () => {
    expect(sale({ unit: '斤', price: '2.40', netWeight: '100' })).toMatchObject({
      price: { value: '4.8', per: 'KGM' },
      quantity: { value: '50', unit: 'KGM' },
    })
  })
})

describe('zj-agri-certificate', async () => {
  const certificate = JSON.parse(
    String(await sample('zj-agri-certificate/samples/valid/one.json')),
  ) as Record<string, unknown>
  const paper = (parts: Record<string, unknown>) =>
    first('zj-agri-certificate', 'certificate', JSON.stringify([{ ...certificate, ...parts }]))

  test('the unit is null where the quantity has it, and the text decides over the unit', () => {
    expect(paper({ quantity: '500公斤', unit: null }).quantity).toMatchObject({ value: '500', unit: 'KGM' })
    expect(paper({ quantity: '约100斤', unit: '公斤' }).quantity).toMatchObject({
      value: '50',
      unit: 'KGM',
      approx: true,
    })
    expect(paper({ quantity: '60箱', unit: null })).toMatchObject({ quantity: { value: '60', unit: 'PKG' } })
  })

  test('the same basis code means another thing in each form; the form of 2019 has none', () => {
    const basis = (formVersion: string) => paper({ formVersion, commitmentBasis: '1' }).documents?.[0]?.basis
    expect(basis('2021-1')).toEqual(['委托检测'])
    expect(basis('2026-1')).toEqual(['质量安全控制符合要求'])
    expect(paper({ formVersion: '2019-1', commitmentBasis: undefined }).documents?.[0]).not.toHaveProperty(
      'basis',
    )
  })

  test('the telephone number is nowhere in the record', () => {
    expect(JSON.stringify(paper({ contactPhone: '0570-1234567' }))).not.toContain('1234567')
  })
})

describe('shaoxing-slaughter', () => {
  const trade = (parts: { date?: string; dest?: string; weight?: string }) =>
    `<?xml version="1.0" encoding="UTF-8"?><meat_out_info_detail><tran_id>33060300100120000157</tran_id><quarantine_animal_products_id>3306041501</quarantine_animal_products_id><inspection_meat_id>ZJ-RP-0415088</inspection_meat_id><meat_code>21113013</meat_code><meat_name>带皮片猪</meat_name><weight>${parts.weight ?? '10'}</weight><price>23</price><dest>${parts.dest ?? '杭州市'}</dest></meat_out_info_detail><meat_out_info_base><butcher_fac_id>330603001</butcher_fac_id><butcher_fac_name>绍兴稽山示例肉联厂</butcher_fac_name><tran_date>${parts.date ?? '20240415'}</tran_date><seller_id>3306030010012</seller_id><seller_name>稽山示例生猪批发部</seller_name><buyer_id>3301050120023</buyer_id><buyer_name>阿庆示例肉铺</buyer_name><tran_id>33060300100120000157</tran_id></meat_out_info_base>`
  const sale = (parts: Parameters<typeof trade>[0]) => first('shaoxing-slaughter', 'trade', trade(parts))

  test('a detail before its base, full-width digits', () => {
    expect(sale({ weight: '１８６．５' })).toMatchObject({
      quantity: { value: '186.5', unit: 'KGM' },
      parties: [{ role: 'seller' }, { role: 'buyer' }],
    })
  })

  test('product B certificates are for the province, until 2025', () => {
    expect(sale({}).flags).not.toContain('W_DOC_TERRITORY')
    expect(sale({ dest: '上海市浦东新区' }).flags).toContain('W_DOC_TERRITORY')
    const in2026 = sale({ dest: '上海市浦东新区', date: '20260415' })
    expect(in2026.documents).toContainEqual({ number: '3306041501', role: 'upstream', type: 'product_2026' })
    expect(in2026.flags).not.toContain('W_DOC_TERRITORY')
  })

  test('animal certificates B do not bring pigs of another province', () => {
    const arrival = (origin: string) =>
      first(
        'shaoxing-slaughter',
        'arrival',
        `<animal_in_info><butcher_fac_id>330603001</butcher_fac_id><in_date>20240414</in_date><batch_id>SX1</batch_id><seller_id>3306030010012</seller_id><quarantine_id>3308000218</quarantine_id><area_origin_id>${origin}</area_origin_id></animal_in_info>`,
      ).flags
    expect(arrival('330803')).toEqual([])
    expect(arrival('330621')).not.toContain('W_DOC_TERRITORY')
    expect(arrival('341302')).toEqual(['W_DOC_TERRITORY'])
  })
})

describe('livestock-quarantine', async () => {
  const text = String(await sample('livestock-quarantine/samples/valid/one.xml'))
  const paper = (change: (text: string) => string) => first('livestock-quarantine', 'product-a', change(text))

  test('arg0 may be escaped in place of CDATA, in an envelope of SOAP 1.2', () => {
    const inner = /<!\[CDATA\[([\s\S]*)\]\]>/.exec(text)?.[1] ?? ''
    const escaped = text
      .replace(/<!\[CDATA\[[\s\S]*\]\]>/, inner.replaceAll('<', '&lt;'))
      .replace('http://schemas.xmlsoap.org/soap/envelope/', 'http://www.w3.org/2003/05/soap-envelope')
    expect(escaped).not.toContain('CDATA')
    expect(paper(() => escaped)).toEqual(paper((same) => same))
  })

  test('all names in capitals give the same record, also where both cases stand in one row', () => {
    const capitals = (whole: string) =>
      whole.replace(
        /<(\/?)(PA\w+|DateQF|IsPrant|UploadType)>/g,
        (_, slash, name) => `<${slash}${name.toUpperCase()}>`,
      )
    expect(capitals(text)).toContain('<PANUMBER>')
    expect(paper(capitals)).toEqual(paper((same) => same))
    expect(paper((whole) => whole.replaceAll('PAName>', 'PANAME>'))).toEqual(paper((same) => same))
  })

  test('days of validity end with those of the law; the veterinarian is nowhere in the record', () => {
    const body = paper((whole) => whole.replace('<PAYouXiaoRi>2<', '<PAYouXiaoRi>15<'))
    expect(body.documents?.[0]?.validUntil).toEqual({
      at: '2024-04-21T00:00:00+08:00',
      precision: 'day',
      raw: '15',
    })
    expect(JSON.stringify(body)).not.toContain('示例兽医')
  })

  test('an owner with the name of a person is personal, one with that of an enterprise is not', () => {
    const owner = (name: string) =>
      paper((whole) => whole.replaceAll('埇桥示例食品有限公司', name)).parties?.find(
        ({ role }) => role === 'owner',
      )
    expect(owner('李四')).toMatchObject({ name: '李四', personal: true })
    expect(owner('埇桥示例食品有限公司')).not.toHaveProperty('personal')
  })

  test('the place of PAOrigin counts as the origin where it is filled', () => {
    const body = paper((whole) =>
      whole.replace('<PAProductionunit>', '<PAOrigin>河南省商丘市虞城县</PAOrigin><PAProductionunit>'),
    )
    expect(body).toMatchObject({ origin: { code: '411425' }, region: { code: '341302' } })
  })
})

describe('quzhou-animal-quarantine', () => {
  const NAMES =
    '编号,货主名,联系电话,动物种类,数量以及单位,用途,启运地点_省份,启运地点_地级市,启运地点_县级市,启运地点_详细,到达地点_省份,到达地点_地级市,到达地点_县级市,到达地点_详细,牲畜耳标号,签发日期,合格证有效天数,经手兽医姓名,状态'
  const ROW = {
    编号: '3308000217',
    货主名: '张三',
    联系电话: '13800000000',
    动物种类: '猪',
    数量以及单位: '贰拾头',
    启运地点_省份: '浙江省',
    启运地点_地级市: '衢州市',
    启运地点_县级市: '衢江区',
    到达地点_省份: '浙江省',
    到达地点_地级市: '绍兴市',
    到达地点_县级市: '柯桥区',
    到达地点_详细: '某肉联厂',
    签发日期: '2024-4-14',
    合格证有效天数: '当日',
    经手兽医姓名: '王五兽医',
    状态: '有效',
  }
  const paper = (parts: Partial<Record<keyof typeof ROW | '牲畜耳标号' | '用途', string>>) => {
    const row: Record<string, string> = { ...ROW, ...parts }
    return first(
      'quzhou-animal-quarantine',
      'animal-b',
      `${NAMES}\r\n${NAMES.split(',')
        .map((name) => `"${row[name] ?? ''}"`)
        .join(',')}\r\n`,
    )
  }

  test.each(['2024年4月14日', '2024-4-14', '2024/4/14', '2024.4.14', '20240414'])('the date %s', (date) => {
    expect(paper({ 签发日期: date }).occurredAt).toMatchObject({
      at: '2024-04-14T00:00:00+08:00',
      precision: 'day',
    })
  })

  test('validity is the same day, whatever number of days a certificate B states', () => {
    for (const days of ['当日', '1', '3'])
      expect(paper({ 合格证有效天数: days }).documents?.[0]?.validUntil).toMatchObject({
        at: '2024-04-14T00:00:00+08:00',
        raw: days,
      })
    expect(paper({ 合格证有效天数: '3', 签发日期: '2026-4-14' }).documents?.[0]).toMatchObject({
      type: 'animal_2026',
      validUntil: { at: '2026-04-17T00:00:00+08:00' },
    })
  })

  test('an owner who is a person is personal; telephone and veterinarian are nowhere in the record', () => {
    const body = paper({})
    expect(body.parties).toContainEqual({ ids: [], name: '张三', personal: true, role: 'owner' })
    expect(JSON.stringify(body)).not.toMatch(/13800000000|王五/)
    expect(paper({ 货主名: '衢江莲花示例养殖场' }).parties?.[0]).not.toHaveProperty('personal')
  })

  test('a place is told from the columns that are filled', () => {
    expect(
      paper({ 到达地点_省份: '上海市', 到达地点_地级市: '', 到达地点_县级市: '浦东新区' }).destination,
    ).toMatchObject({ code: '310115' })
    expect(paper({ 到达地点_县级市: '' }).destination).toMatchObject({ code: '330600' })
    expect(paper({ 到达地点_地级市: '/', 到达地点_县级市: '/' }).destination).toMatchObject({
      code: '330000',
    })
  })

  test('a certificate B to another province is marked until 2025', () => {
    const away = { 到达地点_省份: '上海市', 到达地点_地级市: '', 到达地点_县级市: '浦东新区' }
    expect(paper(away).flags).toContain('W_DOC_TERRITORY')
    expect(paper({ ...away, 签发日期: '2026-1-1' }).flags).not.toContain('W_DOC_TERRITORY')
    expect(paper({}).flags).not.toContain('W_DOC_TERRITORY')
  })
})
