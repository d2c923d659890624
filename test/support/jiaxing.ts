/** A trade of `jiaxing-wholesale` as the market sends it, with changes. */
export const trade = (
  billNo: string,
  change: Readonly<Record<string, unknown>> = {},
): Record<string, unknown> => ({
  billNo,
  marketCode: '330402003',
  sellerCode: '3304020030107',
  sellerName: '嘉禾示例果蔬商行',
  buyerCode: '3301050120045',
  buyerName: '秀英示例蔬菜摊',
  goodsCode: '01233401',
  goodsName: '番茄',
  netWeight: '100.0',
  unit: '公斤',
  price: '4.80',
  amount: '480.00',
  originCode: '330825',
  originName: '龙游',
  certNo: 'HGZ20240415-7K3M',
  plateNo: '浙F00X00',
  tradeTime: '2024/4/15 3:42:10',
  payType: '4',
  status: '1',
  ...change,
})

export const TRADES = 'jiaxing-wholesale/trade'
