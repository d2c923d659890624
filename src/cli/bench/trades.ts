/** A bill of the wholesale market, as its settlement server posts it. */
export type Trade = Record<string, string>

const GOODS = [
  ['01233401', '番茄', '4.80'],
  ['01232011', '大白菜', '1.60'],
  ['01233402', '茄子', '5.10'],
  ['01231201', '黄瓜', '4.20'],
  ['01232402', '胡萝卜', '2.20'],
] as const

/** Trades with numbers of their own, varied as a real morning varies: 5 goods, 80 stalls, 200 certificates, kilograms and jin. */
export function tradeMaker(prefix: string): () => Trade {
  let n = 0
  return () => {
    n++
    const [goodsCode, goodsName, price] = GOODS[n % GOODS.length] as (typeof GOODS)[number]
    const weight = 20 + (n % 180)
    const minute = n % 60
    return {
      billNo: `${prefix}${String(n).padStart(9, '0')}`,
      marketCode: '330402003',
      sellerCode: n % 2 ? '3304020030107' : '3304020030112',
      sellerName: n % 2 ? '嘉禾示例果蔬商行' : '南湖示例菜行',
      buyerCode: `33011002100${String(10 + (n % 80)).padStart(2, '0')}`,
      buyerName: `良渚示例摊户${n % 80}`,
      cardNo: '00018823',
      goodsCode,
      goodsName,
      netWeight: `${weight}.5`,
      unit: n % 3 ? '公斤' : '斤',
      price,
      amount: (weight * 4).toFixed(2),
      originCode: '330825',
      originName: '龙游',
      certNo: `HGZ20240415-${String(n % 200).padStart(4, '0')}`,
      plateNo: '浙F00X00',
      tradeTime: `2024/4/15 ${n % 8}:${String(minute).padStart(2, '0')}:${String(n % 60).padStart(2, '0')}`,
      payType: String(1 + (n % 4)),
      status: '1',
    }
  }
}

export const batchBody = (make: () => Trade, size: number): Buffer =>
  Buffer.from(JSON.stringify(Array.from({ length: size }, make)))
