/** Examples of the gate's check. Codes and names are made up, in the form of real ones. */

export const papersQuestionExample = {
  papers: [
    {
      number: 'HGZ20240415-U2CX',
      type: 'promise_cert',
      on: '2024-04-15',
      product: '菠菜',
      quantity: '60',
      unit: '公斤',
      site: '330110021',
      plate: '浙A00X00',
    },
    { number: '3413028812', type: 'product_B', on: '2024-04-15', product: '带皮片猪', site: '330109004' },
  ],
}

export const papersAnswerExample = {
  papers: [
    {
      number: 'HGZ20240415-U2CX',
      type: 'promise_cert',
      title: { en: 'Commitment certificate', zh: '承诺达标合格证' },
      on: '2024-04-15',
      verdict: 'refuse',
      status: 'active',
      issuer: '龙游溪口示例蔬菜专业合作社',
      issuedOn: '2024-04-15',
      validUntil: null,
      product: '菠菜',
      goods: [
        {
          name: '菠菜',
          productClass: 'vegetable',
          productCode: '01232201',
          stated: [{ value: '200', unit: 'KGM' }],
          used: [{ value: '260', unit: 'KGM' }],
          left: { value: '-60', unit: 'KGM' },
        },
      ],
      stated: [{ value: '200', unit: 'KGM' }],
      used: [{ value: '260', unit: 'KGM' }],
      left: { value: '-60', unit: 'KGM' },
      reasons: [
        {
          code: 'used_up',
          severity: 'refuse',
          values: { unit: 'KGM', stated: '200', used: '260', left: '-60' },
          en: 'Nothing is left of the paper: stated 200, used 260 kg.',
          zh: '凭证数量已用完：凭证 200，已用 260 公斤。',
          ask: {
            en: 'A paper that covers this load; where did the rest of the batch go?',
            zh: '请提供覆盖本车货物的凭证，说明同批其余货物去向。',
          },
        },
      ],
      ask: [
        {
          en: 'A paper that covers this load; where did the rest of the batch go?',
          zh: '请提供覆盖本车货物的凭证，说明同批其余货物去向。',
        },
      ],
      needs: [],
      candidates: [
        {
          type: 'promise_cert',
          system: 'zj-agri-certificate',
          issuer: '龙游溪口示例蔬菜专业合作社',
          issuedOn: '2024-04-15',
          status: 'active',
          product: '菠菜',
        },
      ],
    },
    {
      number: '3413028812',
      type: 'product_B',
      title: {
        en: 'Animal product quarantine certificate B (inside the province)',
        zh: '动物检疫合格证明（产品B）',
      },
      on: '2024-04-15',
      verdict: 'unknown',
      status: null,
      issuer: null,
      issuedOn: null,
      validUntil: null,
      product: null,
      goods: [],
      stated: [],
      used: [],
      left: null,
      reasons: [
        {
          code: 'not_found',
          severity: 'warn',
          values: {},
          en: 'No record names this paper.',
          zh: '没有任何记录提到该凭证。',
          ask: {
            en: 'Show the original paper or its QR code; compare number, type and issuer.',
            zh: '请出示凭证原件或二维码，核对编号、类型和开具单位。',
          },
        },
      ],
      ask: [
        {
          en: 'Show the original paper or its QR code; compare number, type and issuer.',
          zh: '请出示凭证原件或二维码，核对编号、类型和开具单位。',
        },
      ],
      needs: [
        [
          {
            type: 'meat_quality',
            title: { en: 'Meat quality inspection certificate', zh: '肉品品质检验合格证' },
          },
        ],
      ],
      candidates: [],
    },
  ],
}
