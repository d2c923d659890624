import { saleId } from './examples-push.ts'

/** Examples of traces, lots and papers in the OpenAPI document. Codes and names are made up, in the form of real ones. */

const time = { at: '2026-07-15T04:12:30+08:00', precision: 'second' }
const node = (code: string, more: object): object => ({
  parties: [],
  sites: [],
  tests: [],
  holds: [],
  moreRecords: false,
  code,
  ...more,
})
const certificate = node('doc:3304260715000018', {
  kind: 'document',
  value: '3304260715000018',
  type: 'promise_cert',
  relation: 'back',
  depth: 1,
  state: 'valid',
  product: { name: '番茄', class: 'vegetable' },
  records: [],
})
const lot = node('lot:33041234567890123456', {
  kind: 'lot',
  value: '33041234567890123456',
  scheme: 'cn.mofcom.trace20',
  relation: 'root',
  depth: 0,
  state: 'active',
  product: { name: '番茄', class: 'vegetable' },
  quantity: { value: '186.5', unit: 'KGM' },
  occurredAt: time,
  records: [
    {
      id: saleId,
      kind: 'sale',
      version: 1,
      status: 'active',
      role: 'subject',
      occurredAt: time,
      system: 'jiaxing-wholesale',
      summary: '番茄 186.5 kg',
    },
  ],
})

export const traceExample = {
  code: '33041234567890123456',
  direction: 'back',
  at: null,
  roots: ['lot:33041234567890123456'],
  candidates: [],
  nodes: [lot, certificate],
  edges: [
    {
      from: 'doc:3304260715000018',
      to: 'lot:33041234567890123456',
      rule: 'document',
      confidence: 1,
      quantity: '186.5',
      unit: 'KGM',
      kind: 'sale',
      record: saleId,
      version: 1,
      system: 'jiaxing-wholesale',
      occurredAt: '2026-07-14T20:12:30.000Z',
    },
  ],
  truncated: false,
  next: null,
}

export const lotExample = {
  code: '33041234567890123456',
  candidates: [],
  lot,
  documents: [
    {
      code: 'doc:3304260715000018',
      number: '3304260715000018',
      type: 'promise_cert',
      state: 'valid',
      side: 'back',
    },
  ],
  from: ['doc:3304260715000018'],
  to: [],
  truncated: false,
}

export const documentExample = {
  number: '3304260715000018',
  type: 'promise_cert',
  on: '2026-07-15',
  verdict: 'valid',
  issues: [],
  statedKg: '500',
  usedKg: '186.5',
  countedKind: 'sale',
  overKg: null,
  stated: [{ value: '500', unit: 'KGM' }],
  used: [{ value: '186.5', unit: 'KGM' }],
  sent: [{ value: '500', unit: 'KGM' }],
  takenIn: [{ value: '186.5', unit: 'KGM' }],
  left: { value: '313.5', unit: 'KGM' },
  goods: [
    {
      name: '番茄',
      productClass: 'vegetable',
      productCode: '01233401',
      stated: [{ value: '500', unit: 'KGM' }],
      used: [{ value: '186.5', unit: 'KGM' }],
      left: { value: '313.5', unit: 'KGM' },
    },
  ],
  sites: [
    {
      site: '330402003',
      name: '嘉兴南湖示例果蔬批发市场',
      kind: 'sale',
      records: 2,
      used: [{ value: '186.5', unit: 'KGM' }],
      firstOn: '2026-07-15',
      lastOn: '2026-07-15',
    },
  ],
  siteCount: 1,
  useCount: 2,
  orders: [
    {
      kind: 'recalled',
      since: '2026-07-15',
      case: '0f5c8f0e-6a5a-5d0e-8d6d-0f1c2b3a4d5e',
      record: 'urn:cnft:hold:trace-hub:hold:hub-1:0f5c8f0e-6a5a-5d0e-8d6d-0f1c2b3a4d5e:330402003',
      likely: false,
      lots: ['33040200326071500018'],
      lotCount: 1,
      covered: 3,
    },
  ],
  reasons: [
    {
      code: 'recalled',
      severity: 'refuse',
      values: {
        since: '2026-07-15',
        case: '0f5c8f0e-6a5a-5d0e-8d6d-0f1c2b3a4d5e',
        lots: '33040200326071500018',
        order: 'urn:cnft:hold:trace-hub:hold:hub-1:0f5c8f0e-6a5a-5d0e-8d6d-0f1c2b3a4d5e:330402003',
      },
      en: 'Goods of this paper are recalled since 2026-07-15 (case 0f5c8f0e-6a5a-5d0e-8d6d-0f1c2b3a4d5e, lots 33040200326071500018 (of 3 under the paper)): they may not come in.',
      zh: '该凭证的货物已被召回（自 2026-07-15 起）（案件 0f5c8f0e-6a5a-5d0e-8d6d-0f1c2b3a4d5e，批次 33040200326071500018（凭证共 3 批）），不得入场。',
      ask: {
        en: 'Keep the goods apart and tell the authority; for other goods, a paper that is for them alone.',
        zh: '请将货物单独存放并报告监管部门；确非所涉货物的，请提供仅对应该货物的凭证。',
      },
    },
  ],
  candidates: [
    {
      type: 'promise_cert',
      system: 'zj-agri-certificate',
      issuedOn: '2026-07-15',
      status: 'active',
      product: '番茄',
    },
  ],
  uses: [],
  moreUses: true,
  next: 'WyIyMDI2LTA3LTE1IiwidXJuOmNuZnQ6c2FsZTp4Il0',
}

export const documentLookupExample = {
  number: documentExample.number,
  candidates: documentExample.candidates,
  document: documentExample,
}

export const requiredExample = {
  product: '猪肉',
  productClass: 'pork',
  on: '2024-04-15',
  groups: [
    {
      present: true,
      documents: [
        {
          type: 'product_A',
          title: {
            en: 'Animal product quarantine certificate A (across provinces)',
            zh: '动物检疫合格证明（产品A）',
          },
          form: '2010',
        },
        {
          type: 'product_B',
          title: {
            en: 'Animal product quarantine certificate B (inside the province)',
            zh: '动物检疫合格证明（产品B）',
          },
          form: '2010',
        },
      ],
    },
    {
      present: false,
      documents: [
        {
          type: 'meat_quality',
          title: { en: 'Meat quality inspection certificate', zh: '肉品品质检验合格证' },
        },
      ],
    },
  ],
  isComplete: false,
}
