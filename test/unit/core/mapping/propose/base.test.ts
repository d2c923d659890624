import { describe, expect, it } from 'vitest'
import { proposed } from './proposed.ts'

/** A vegetable base: pinyin for columns, the place in four of them, a void in the remarks. */
const BASE = [
  'bh,qymc,dkmc,pzmc,gg,csrq,cssl,dw,产地_省,产地_市,产地_县,产地_乡镇,fzr,hgzh,cnyj,bz',
  'C1,龙游示例蔬菜专业合作社,1号棚,番茄,大果,2026-04-01,350,公斤,浙江省,衢州市,龙游县,湖镇镇,张示例,HGZ20260401-7K3M,自行检测合格,',
  'C2,龙游示例蔬菜专业合作社,2号棚,小白菜,散装,2026-04-01,120,斤,浙江省,衢州市,龙游县,湖镇镇,张示例,HGZ20260401-8K3M,委托检测合格,已作废',
  'C3,龙游示例蔬菜专业合作社,3号棚,黄瓜,散装,2026-04-02,80,公斤,浙江省,衢州市,龙游县,湖镇镇,张示例,HGZ20260402-9K3M,1,雨后采收',
].join('\r\n')

describe('the ledger of a vegetable base', async () => {
  const { mapping, mistakes, mapped, open } = await proposed(BASE)

  it('leaves nothing open', () => {
    expect(mistakes).toEqual([])
    expect(open).toEqual([])
    expect(mapping).toContain('product: { name: pzmc, specification: gg }')
    expect(mapping).toContain('ignore: [fzr]')
  })

  it('takes a township for the end of a place', () => {
    expect(mapping).toContain('origin: { name: { concat: [产地_省, 产地_市, 产地_县, 产地_乡镇] } }')
    expect(mapped[0]?.records[0]?.body).toMatchObject({ origin: { code: '330825' } })
  })

  it('takes 承诺依据 with its paper, by a form that a person has to check', () => {
    expect(mapping).toMatch(/# CHECK the form[^\n]*\n\s+documents:/u)
    expect(mapped.map(({ records }) => records[0]?.body)).toMatchObject([
      { documents: [{ basis: ['自行检测合格'] }] },
      { documents: [{ basis: ['委托检测合格'] }] },
      { documents: [{ basis: ['质量安全控制符合要求'] }] },
    ])
  })

  it('takes a row whose remark says that it is void for a void, and any other remark for text', () => {
    expect(mapping).toMatch(/# CHECK[^\n]*已作废[^\n]*bz/u)
    expect(mapped.map(({ records }) => records[0]?.operation)).toEqual(['upsert', 'void', 'upsert'])
    expect(mapped.flatMap(({ issues }) => issues.filter(({ code }) => code.startsWith('E_')))).toEqual([])
  })
})

it('a column of its own for the status counts before the remarks', async () => {
  const rows = BASE.split('\r\n').map((line, i) => `${line},${['zt', '1', '0', '1'][i]}`)
  const { mapping, mistakes } = await proposed(rows.join('\r\n'))
  expect(mistakes).toEqual([])
  expect(mapping).toContain('status: { from: zt')
})
