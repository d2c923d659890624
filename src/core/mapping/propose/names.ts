import type { Meaning } from './meaning.ts'

/**
 * Names of fields as existing systems write them, by what they mean: the snake case of the commerce platforms (SB/T 10683 annex A),
 * the camel case of market and agriculture systems, Chinese column names, and the initials of pinyin that ledgers and old settlement
 * systems use. Written without joints and in small letters.
 */
const TABLE: readonly (readonly [meaning: Meaning, names: string])[] = [
  [
    'key',
    `billno billid billcode orderno orderid uuid id recordid rowid serialno serial no tk ticketno outno inno docno dh djh djbh lsh xh pzh
     saletranid traderecordid zslrecordid rkdh ckdh rkbh ckbh bh mxid 单号 单据号 交易单号 订单号 流水号 序号 记录号 小票号 出库单号 入库单号 明细编号 进货单号`,
  ],
  [
    'time',
    `tradetime trandate transdate tradedate saletime saledate selldate indate intime arrivedate arrivetime outdate outtime checkdate
     checktime testdate detectiondate issuedate issuetime dateqf usetime harvestdate occurredat occurtime datetime date time ts rq sj jyrq jysj
     jhrq jcrq ccrq qfrq kjrq cssj rkrq rksj ckrq cksj 日期 时间 交易日期 交易时间 销售日期 销售时间 进货日期 进场日期 入场日期 进场时间 入库时间 出场日期 出库时间 检测日期
     检测时间 签发日期 开具日期 开具时间 采收日期 收获日期 捕捞日期 csrq 发生时间 售卖时间 过磅时间 开证日期
     开证时间 出证日期 出证时间 发证日期 入库日期 出库时间 收货日期 发货日期 发货时间 采收时间 收获时间 上市日期 起捕日期 出塘日期 出栏日期`,
  ],
  [
    'recorded',
    `createtime creattime createdat createdate uploadtime uploaddate updatetime updatedat upts gxsj scsj lrsj cjsj sbsj 上传时间 录入时间 创建时间
     更新时间 上报时间`,
  ],
  ['produced', 'productiondate producedate producedon mfgdate proddate scrq 生产日期 加工日期 屠宰日期'],
  [
    'status',
    'status state zt st isdelete isdeleted deleted iscancel isvoid delflag uploadtype 状态 是否作废 作废标志 删除标志 是否删除',
  ],
  ['void-reason', 'voidreason cancelreason deletereason zfyy 作废原因 撤销原因 删除原因'],
  ['void-time', 'voidtime canceltime deletetime zfsj 作废时间 删除时间'],
  [
    'seller.code',
    `sellerid sellercode sellerno wholesalerid retailerid merchantid merchantcode mch operatorcode mjbh mjbm xfbm 卖方编码 卖家编号 卖方编号
     经营者编码 商户编码 商户号 销售者编码 经营户编号`,
  ],
  [
    'seller.name',
    `sellername seller wholesalername retailername merchantname operatorname shopname mjmc mj xfmc jyz 卖方 卖方名称 卖家 经营者 经营者名称 商户名称
     商户 销售者名称 销售者 经营户 摊主`,
  ],
  [
    'buyer.code',
    'buyerid buyercode buyerno customerid mcbh gfbm 买方编码 买家编号 买方编号 购买方编码 购货方编码 客户编号 收货方编码 收货商户编码',
  ],
  [
    'buyer.name',
    'buyername buyer customername customer mcmc mc gfmc gkmc khmc 买方 买方名称 买家 购买方 购货方 购货单位 客户 客户名称 采购方 收货商户 收货商户名称 收货方 收货方名称 收货单位',
  ],
  [
    'supplier.code',
    'supplierid suppliercode providerid wssupplierid gysbm gysbh 供货商编码 供应商编码 供应商编号 供货单位编码 供货者编码',
  ],
  [
    'supplier.name',
    `suppliername supplier providername wssuppliername gys gysmc ghdw ghs 供货商 供应商 供货商名称 供应商名称 供货单位 供货者 供货者名称
     进货渠道 上游企业`,
  ],
  ['owner.code', 'ownerid ownercode hzbm hzxydm 货主编码 货主信用代码 货主统一社会信用代码'],
  [
    'owner.name',
    'ownername owner cargoowner pacargoowner pbcargoowner hz hzmc 货主 货主名 货主名称 货主姓名',
  ],
  ['producer.code', 'producerid producercode subjectcode'],
  [
    'producer.name',
    'producername producer manufacturer productionunit paproductionunit pbproductionunit scdw 生产者 生产单位 生产者名称 生产企业 种植户 养殖户',
  ],
  ['issuer.code', 'creditcode uscc socialcreditcode tyshxydm 统一社会信用代码 信用代码 社会信用代码'],
  [
    'issuer.name',
    'subjectname promiseuser issuername enterprisename 承诺主体 主体名称 开具主体 企业名称 单位名称 养殖主体 种植主体 生产主体 经营主体 qymc dwmc hzsmc ztmc 合作社名称',
  ],
  [
    'market.code',
    'marketid marketcode mkt retailmarketid supermarketid nodeid nodecode recordnodeid scbm scbh 市场编码 市场编号 节点编码',
  ],
  [
    'market.name',
    'marketname retailmarketname supermarketname nodename recordnodename scmc 市场名称 市场 所属市场 农贸市场',
  ],
  [
    'stall.code',
    'boothno booth stallno stallid positionid shopno twh twbh 摊位号 摊位 摊位编号 档口号 铺位号',
  ],
  ['slaughterhouse.code', 'butcherfacid slaughterid tzcbm 屠宰厂编码 屠宰场编码'],
  ['slaughterhouse.name', 'butcherfacname slaughtername tzcmc 屠宰厂名称 屠宰场名称 屠宰企业'],
  [
    'cold_store.code',
    'coldstoreid coldstorecode storeid warehouseid kfbm kfbh lkbm 冷库编码 冷库编号 库房编码',
  ],
  [
    'cold_store.name',
    'coldstorename coldstore warehousename warehouse kfmc lkmc 冷库名称 冷库 库房 库房名称',
  ],
  [
    'farm.code',
    'farmcode pondno pondcode plotno plotcode dkbh tkbh jdbh 地块编号 塘口编号 塘号 基地编号 大棚编号',
  ],
  [
    'farm.name',
    `farmname basename pondname pond plotname dkmc tkmc jdmc yzc yzcmc 养殖场 养殖场名称 生产基地 基地名称 基地 地块 地块名称 塘口 塘口名称 池塘 大棚`,
  ],
  [
    'product.code',
    'goodscode goodsid productcode meatcode commodityid commoditycode plucode plu spbm spbh cpbm 商品编码 商品编号 产品编码 货号 品种编码',
  ],
  [
    'product.name',
    `goodsname productname meatname commodityname name goods samplename paname pbname pm spmc cpmc hwmc hpmc mingcheng pzmc pz fishname vegname 商品名称 商品 品名 产品名称 产品 名称
     品种 货物名称 样品名称 动物种类 食用农产品名称 菜名`,
  ],
  [
    'product.specification',
    'spec specs specification samplespec goodsspec gg ggxh guige 规格 规格型号 商品规格 产品规格 包装规格',
  ],
  [
    'quantity',
    `weight netweight quantity qty num number goodsweight totalweight kg g zl jz sl cssl csl chl ckl cszl shuliang zhongliang paquantity 重量 净重 数量 交易量 进货数量
     销售数量 斤数 公斤数 数量以及单位 总重量 采收数量 采收量 采收重量 出塘重量 捕捞量`,
  ],
  ['heads', 'heads headcount quarantinenum checknum toushu jcts ts头 头数 只数 检疫头数'],
  ['arrived.heads', 'rcts arrivedcount 进场头数 入场头数 进厂头数 入厂头数 进栏头数'],
  ['slaughtered.heads', 'tzts tztou slaughtercount slaughternum 屠宰头数 宰杀头数 屠宰数量'],
  ['live.mass', 'liveweight 活重 活体重量 宰前重量 宰前活重 毛猪重量'],
  ['carcass.mass', 'ttz ttzl btz btzl carcassweight 胴体重 胴体重量 白条重 白条重量 出肉量 产肉量'],
  ['dead', 'deadnum diedcount twts 途亡数 途亡头数 死亡数 死亡头数'],
  ['unit', 'unit unite units goodsunit weightunit dw danwei padanwei pbdanwei jldw 单位 计量单位 数量单位'],
  ['price', 'price unitprice purchaseprice up dj jj danjia jg 单价 价格 进价 售价 批发价'],
  ['amount', 'amount amt totalamount totalprice money total je jine zje 金额 总金额 交易金额 总价 合计金额'],
  ['origin.code', 'areaoriginid origincode areacode cdbm 产地编码 产地代码'],
  [
    'origin.name',
    'areaoriginname originname origin placeoforigin productionarea traceaddress cd cdmc chandi 产地 产地名称 来源地 原产地',
  ],
  ['destination.code', 'destcode destinationcode 到达地编码 目的地编码'],
  [
    'destination.name',
    'dest destination destinations padestinations ddd mdd qx qxmc 到达地 目的地 去向 流向 销往地',
  ],
  ['region.code', 'regioncode xzqh countycode 行政区划 行政区划代码 区划代码 县区代码'],
  ['document.sales_voucher', 'tranid pzbh voucherno 凭证号 交易凭证号 销售凭证号 上级交易凭证号'],
  [
    'document.promise_cert',
    'certificatecode hgzbh hgz hegezheng 合格证编号 合格证号 承诺达标合格证编号 合格证',
  ],
  ['basis', 'commitmentbasis promisebasis cnyj 承诺依据'],
  ['document.origin_cert', 'provid cdzm cdzmh cdzmbh 产地证明 产地证明号 产地证明编号 蔬菜产地证明号'],
  ['document.animal', 'quarantineid dwjyzh cdjyzh 产地检疫证号 动物检疫证号 动物检疫合格证号'],
  [
    'document.product',
    'quarantineanimalproductsid panumber pbnumber dwjyhg cpjyzh 动物产品检疫合格证号 动物产品检疫证号 产品检疫证号',
  ],
  ['document.meat_quality', 'inspectionmeatid rqqzjyhgz rppzh rppzzh 肉品品质检验合格证号 肉品检验合格证号'],
  ['document.veg_test_cert', 'quarantinevegeid 蔬菜检测合格证号 检测合格证号'],
  [
    'document.by-number',
    'certno certificateno certnumber zjh zsbh jyzh jyzbh jyzmbh 证件号 凭证编号 证明编号 检疫证号 检疫证编号 证书编号 编号',
  ],
  [
    'lot',
    `batchid batchno batch batchcode lot lotno tracecode prodbatchid harvestbatchid tracebatch dimenno tc pch pich ph zsm 批次号 批次 批号 追溯码
     生产批次 生产批次号 进货批次号 采收批次 采收批号 采收批次号 产品批号`,
  ],
  [
    'vehicle',
    'transporterid plateno platenumber vehicle pavehicle carcode carno transport cph 车牌 车牌号 车牌号码 运输车牌号 运载工具牌号',
  ],
  ['payment', 'paytype paymethod pay zffs 支付方式 付款方式 结算方式'],
  [
    'test.verdict',
    'checkresult detectionresult testresult result verdict tested jcjg jyjg jcqk jl 检测结果 结论 检测结论 检验结果 检测情况',
  ],
  ['test.value', 'value testvalue doublevalue stringvalue jcz 检测值 数值 抑制率 测定值'],
  ['test.item', 'itemname testitem jcxm 检测项目 项目名称 检验项目'],
  ['test.item-code', 'itemcode itemid 项目编码 检测项目编码'],
  ['test.sample', 'sampleid sampleno ypbh 样品编号'],
  ['test.sampled', 'samplenum samplecount cyts 采样头数 抽检头数 抽样头数 采样数 抽检数'],
  ['test.positive', 'positivenum positivecount yxts 阳性头数 阳性数'],
  ['test.device', 'deviceid deviceno sn sbbh 仪器编号 设备编号 秤号'],
  ['note', 'remark remarks note memo comment bz 备注 说明'],
  [
    'personal',
    `phone contactphone tel telephone mobile linkphone linkman contact contacts lxdh lxr sjh idcard idno sfzh sfz principalid principalname
     cardno icno fzr xm fzrxm jyy jcy veterinary paveterinary pbveterinary detector inspector handler driver 联系电话 电话 手机 手机号 手机号码 供货商电话 联系人 身份证号
     身份证 负责人 负责人姓名 卡号 官方兽医 经手兽医姓名 检测员 经办人 驾驶员 司机`,
  ],
]

/** Chinese columns by the words at their end, whatever stands before: 水产品名称, 运输车牌, 药残快检结果. */
export const ENDINGS: readonly (readonly [meaning: Meaning, ending: RegExp])[] = [
  ['product.name', /(?:产品|商品|货物|货品|物品|品种|食品|品名)(?:名称)?$/u],
  ['vehicle', /车牌(?:号码?)?$/u],
  ['test.verdict', /(?:检测|检验|快检|抽检)(?:结果|结论)$/u],
  ['personal', /(?:电话|手机|手机号码?|联系人|身份证号?码?)$/u],
]

export const NAMES: ReadonlyMap<string, Meaning> = new Map(
  TABLE.flatMap(([meaning, names]) => names.split(/\s+/u).map((name) => [name, meaning] as const)),
)
