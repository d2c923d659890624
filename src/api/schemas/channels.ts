import Type from 'typebox'
import { listOf } from '#api/page.ts'
import { field } from '#core/model/field.ts'
import { component, count, nullable, text, time, words } from './fields.ts'

const open = Type.Record(Type.String(), Type.Unknown())

export const AdapterView = field(
  Type.Object({
    name: text(['Name', '名称'], ['As it stands in a system.yaml', 'system.yaml 中的写法']),
    title: field(words, ['Title', '标题']),
    description: field(words, ['Description', '说明']),
    reads: field(
      Type.Enum(['ends', 'listens']),
      ['How it reads', '读取方式'],
      ['ends: to the end, again and again; listens: without end', 'ends 反复读至末尾；listens 持续接收'],
    ),
    settings: field(open, ['Settings', '设置'], ['JSON Schema of its settings', '设置项的 JSON Schema']),
    secrets: field(
      Type.Record(Type.String(), words),
      ['Secrets', '密钥'],
      ['That it may use, by name', '可使用的密钥'],
    ),
    limits: field(open, ['Bounds', '限额'], ['Where an operator says nothing', '未设定时的限额']),
  }),
  ['Adapter', '适配器'],
)

export const AdapterList = field(
  Type.Object({
    adapters: Type.Array(component('AdapterView')),
    limits: field(open, ['Form of the bounds', '限额格式']),
  }),
  ['Adapters', '适配器列表'],
)

export const ChannelProblem = field(
  Type.Object({
    class: field(
      Type.Enum(['retry', 'auth', 'config', 'source', 'hub']),
      ['Who must act', '责任方'],
      [
        'retry: nobody; auth: a secret; config: a setting; source: it answers wrongly; hub: it was busy',
        'retry 无需处理；auth 密钥；config 设置；source 来源应答有误；hub 平台繁忙',
      ],
    ),
    detail: text(['What happened', '原因']),
    setting: Type.Optional(text(['Setting', '设置项'], ['JSON pointer', 'JSON 指针'])),
    at: time(['When', '时间']),
  }),
  ['Why a channel fails', '通道故障'],
)

export const Channel = field(
  Type.Object({
    system: text(['System', '对接系统']),
    name: text(['Name', '名称']),
    title: field(words, ['Title', '标题']),
    adapter: text(['Adapter', '适配器']),
    record: nullable(
      Type.String(),
      ['Record', '来源记录'],
      ['Of what names none itself', '未自带记录名时使用'],
    ),
    on: field(Type.Boolean(), ['On', '启用']),
    rhythm: nullable(
      open,
      ['Rhythm', '读取频率'],
      [
        '{every} or {cron}; null: it listens, or runs when asked to',
        '{every} 或 {cron}；null 为持续接收或按需读取',
      ],
    ),
    settings: field(
      open,
      ['Settings', '设置'],
      ['Of the operator over those of the system.yaml', '运维设置覆盖 system.yaml'],
    ),
    set: field(open, ['Settings of the operator', '运维设置']),
    limits: field(open, ['Bounds', '限额']),
    allowAddress: field(
      Type.Array(Type.String()),
      ['Private networks', '允许的内网地址'],
      ['CIDR:port', 'CIDR:端口'],
    ),
    secrets: field(
      Type.Array(Type.String()),
      ['Secrets that are set', '已设置的密钥'],
      ['Names only', '仅名称'],
    ),
    state: nullable(open, ['State', '读取进度'], ['From which exactly the rest follows', '由此继续读取']),
    working: field(Type.Boolean(), ['Being read', '正在读取']),
    nextAt: nullable(
      Type.String({ format: 'date-time' }),
      ['Due', '下次读取'],
      ['null: now, or never by itself', 'null 为立即或不自动'],
    ),
    attempts: count(['Failures in a row', '连续失败次数']),
    error: nullable(component('ChannelProblem'), ['Why it fails', '故障']),
    ranAt: nullable(Type.String({ format: 'date-time' }), ['Last begun', '最近开始']),
    doneAt: nullable(Type.String({ format: 'date-time' }), ['Last read to its end', '最近读完']),
    messages: count(['Messages', '报文数']),
    received: count(['Source records', '来源记录数']),
    rejected: count(['Rejected', '待处理数']),
    refused: count(['Messages that could not be read', '无法读取的报文数']),
    scannedAt: nullable(Type.String({ format: 'date-time' }), ['Last scan for deletes', '最近核对删除']),
    scanError: nullable(component('ChannelProblem'), ['Why the scan failed', '核对故障']),
    doubts: field(
      Type.Array(Type.String()),
      ['Left at the source', '未读取的来源数据'],
      [
        'What the last reading did not take, as rows of a time that has not come, and what to do; it goes on all the same',
        '最近一次读取未取的数据（如时间未到的行）及处理建议；读取照常进行',
      ],
    ),
  }),
  ['Channel', '通道'],
)

export const ChannelPage = listOf('channels', 'Channel')

export const ChannelCheck = field(
  Type.Object({
    ok: field(Type.Boolean(), ['Everything is right', '全部通过']),
    checks: field(
      Type.Array(
        Type.Object({
          setting: text(['Setting', '设置项'], ['JSON pointer', 'JSON 指针']),
          ok: field(Type.Boolean(), ['Right', '通过']),
          reason: text(['What was found', '结果']),
          advice: Type.Optional(text(['How to mend it', '处理建议'])),
        }),
      ),
      ['By setting', '逐项结果'],
    ),
  }),
  ['What a check found', '检查结果'],
)
