import { readFile } from 'node:fs/promises'
import { join } from 'node:path'

/** A sample file as its system would send it. */
export interface SampleFile {
  readonly system: string
  readonly record: string
  readonly file: string
  readonly contentType: string
  /** Why the demo sends it. */
  readonly about: { readonly zh: string; readonly en: string }
}

const shaoxing = (record: string, file: string, zh: string, en: string): SampleFile => ({
  system: 'shaoxing-slaughter',
  record,
  file,
  contentType: 'text/xml; charset=UTF-8',
  about: { zh, en },
})
const agri = (file: string, zh: string, en: string): SampleFile => ({
  system: 'zj-agri-certificate',
  record: 'certificate',
  file,
  contentType: 'application/json; charset=utf-8',
  about: { zh, en },
})
const jiaxing = (file: string, zh: string, en: string): SampleFile => ({
  system: 'jiaxing-wholesale',
  record: 'trade',
  file,
  contentType: 'application/json; charset=utf-8',
  about: { zh, en },
})

/** What the three systems send in the demo, in the order of the night of 2024-04-15. */
export const demoFiles: readonly SampleFile[] = [
  shaoxing(
    'arrival',
    'valid/arrival-one.xml',
    '生猪进厂，GBK 字节、报文头却写 UTF-8',
    'pigs arrive; GBK bytes under a UTF-8 header',
  ),
  shaoxing(
    'arrival',
    'valid/arrival-day.xml',
    '当晚其余进厂，含已撤销的绍兴县代码',
    'the other arrivals, one from a county that no longer exists',
  ),
  shaoxing(
    'arrival',
    'valid/arrival-one-resend.xml',
    '网络重发，仅上传时间不同',
    'sent again after a network error; only the upload time differs',
  ),
  shaoxing(
    'quarantine',
    'valid/quarantine-day.xml',
    '屠宰检疫，一批阳性',
    'quarantine after slaughter, one lot positive',
  ),
  agri('valid/one.json', '番茄合格证', 'certificate of the tomatoes'),
  agri(
    'valid/day.json',
    '当日合格证九张，数量单位写法各异',
    'nine certificates, quantities written in many ways',
  ),
  agri('valid/forms.json', '2019、2021、2026 三代样式', 'three generations of the form'),
  shaoxing(
    'trade',
    'valid/trade-one.xml',
    '猪肉交易：主表、明细两个根元素',
    'a pork trade: base and detail are two roots of one file',
  ),
  shaoxing(
    'trade',
    'valid/trade-day.xml',
    '当日其余交易，明细在前或主表在前',
    'the other trades, details before or after their base',
  ),
  shaoxing(
    'trade',
    'valid/trade-one-corrected.xml',
    '更正：同一凭证号、重量改为 185.5 公斤',
    'a correction: same voucher, the mass is now 185.5 kg',
  ),
  jiaxing(
    'valid/one.json',
    '番茄批发交易，单据即支付',
    'a wholesale trade of tomatoes; the bill is also its payment',
  ),
  jiaxing(
    'valid/day.json',
    '公斤与斤混用，产地代码过期',
    'kilograms and jin, an origin code that ended in 2013',
  ),
  jiaxing('valid/fifty.json', '五十笔交易', 'fifty trades'),
  jiaxing('valid/one.json', '结算服务器重发同一报文', 'the settlement server sends the same bytes again'),
  shaoxing('trade', 'invalid/trade-mixed.xml', '七条明细，五条有误', 'seven details, five of them damaged'),
  agri('invalid/mixed.json', '九张合格证，五张有误', 'nine certificates, five of them damaged'),
  jiaxing('invalid/mixed.json', '八笔交易，四笔有误', 'eight trades, four of them damaged'),
]

/** Sent last, because the demo shows what they change. */
export const voidFiles: readonly SampleFile[] = [
  jiaxing('valid/void.json', '作废一笔交易：只有四个字段', 'a trade is made void by four fields'),
  agri('valid/void.json', '合格证在货物售出后作废', 'a certificate is made void after the goods were sold'),
]

export const readSample = (mappings: string, sample: SampleFile): Promise<Buffer> =>
  readFile(join(mappings, sample.system, 'samples', sample.file))
