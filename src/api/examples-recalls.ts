const kilograms = (value: string) => [{ value, unit: 'KGM' }]
const place = {
  name: null,
  code: null,
  booth: null,
  market: null,
  region: '330105',
  lots: 1,
  passedOn: false,
  left: [{ value: '46.85', unit: 'KGM', atLeast: false, maybeSold: '0' }],
}

/** Answer of a rehearsal, shortened. */
export const rehearsalExample = {
  asked: '33010501224041500003',
  part: false,
  direction: 'source',
  confidence: 0.8,
  at: null,
  roots: ['lot:33010501224041500003'],
  sources: ['lot:33082500724041500002'],
  numbers: {
    lots: 3,
    sites: {
      farm: 1,
      slaughterhouse: 0,
      market: 3,
      stall: 3,
      store: 0,
      canteen: 0,
      cold_store: 0,
      business: 0,
    },
    parties: 4,
    persons: 0,
    systems: 4,
    links: 2,
  },
  mass: [
    {
      stage: 0,
      unit: 'KGM',
      stated: '90',
      found: '90',
      where: {
        soldWholesale: '0',
        atSites: '86.85',
        soldRetail: '3.15',
        disposed: '0',
        leftRegion: '0',
        returned: '0',
        processed: '0',
      },
      away: { soldWholesale: '0', atSites: '0', soldRetail: '0', disposed: '0', returned: '0' },
      notFound: '0',
      maybeSold: '0',
    },
  ],
  lots: [
    {
      codes: ['doc:JXSG2024041500031', 'lot:33010501224041500003'],
      product: '小白菜',
      source: false,
      stage: 0,
      systems: ['jiaxing-wholesale', 'mofcom-city'],
      region: '330105',
      came: kilograms('50'),
      wentOn: [],
      found: [
        { where: 'soldRetail', value: '3.15', unit: 'KGM' },
        { where: 'atSites', value: '46.85', unit: 'KGM' },
      ],
      notFound: [],
      leftBetween: [],
    },
  ],
  regions: [
    {
      region: '330105',
      name: '拱墅区',
      markets: [
        {
          name: '大关湾示例农贸市场',
          code: '330105012',
          left: place.left,
          stalls: [
            {
              ...place,
              kind: 'stall',
              name: '秀英示例蔬菜摊',
              booth: 'B-045',
              market: '大关湾示例农贸市场',
            },
          ],
        },
      ],
      others: [],
    },
  ],
  parties: [{ name: '嘉禾示例果蔬商行', roles: ['buyer', 'seller'] }],
  systems: [{ system: 'jiaxing-wholesale', records: 2 }],
  links: [
    {
      id: '01900000-0000-7000-8000-000000000001',
      name: 'city market supervision',
      system: null,
      state: 'active',
    },
  ],
  unsure: { confidence: 0.6, edges: 20, lots: 0, sites: 0, kilograms: '0' },
  truncated: false,
  rehearsedAt: '2024-04-15T03:00:00.000Z',
  ms: 180,
}
