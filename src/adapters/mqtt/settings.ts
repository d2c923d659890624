import Type from 'typebox'
import { field } from '#core/model/field.ts'

const Topic = Type.Object(
  {
    topic: field(
      Type.String({ minLength: 1, maxLength: 512 }),
      ['Topic', '主题'],
      [
        'A topic filter, with + for one level and # for all that follow; $share/<group>/… shares it with others',
        '主题过滤器，+ 代表一级，# 代表其后全部；$share/<组>/… 与其他订阅方分担',
      ],
    ),
    record: Type.Optional(
      field(
        Type.String({ pattern: '^[a-z][a-z0-9-]*$' }),
        ['Record', '数据项'],
        [
          'Which record of the system its messages are; that of the channel where it is absent',
          '该主题的报文属于本系统的哪一种数据；缺省为通道所定',
        ],
      ),
    ),
    contentType: Type.Optional(
      field(
        Type.String({ pattern: '^[\\w.+-]+/[\\w.+-]+$' }),
        ['Content type', '内容类型'],
        [
          'Of its messages; application/json where neither this nor the message says it',
          '报文的内容类型；此处与报文均未说明时按 application/json',
        ],
      ),
    ),
  },
  { additionalProperties: false },
)

export const MqttSettingsForm = Type.Object(
  {
    host: field(
      Type.String({ minLength: 1, maxLength: 253 }),
      ['Host', '主机'],
      ['Name or address of the broker', '消息服务器的域名或地址'],
    ),
    port: field(
      Type.Integer({ minimum: 1, maximum: 65_535, default: 1883 }),
      ['Port', '端口'],
      ['Usually 1883, or 8883 with TLS', '通常为 1883，加密时为 8883'],
    ),
    tls: field(
      Type.Boolean({ default: false }),
      ['TLS', '加密连接'],
      ['Whether the connection is encrypted (mqtts)', '是否加密（mqtts）'],
    ),
    version: field(
      Type.Enum(['5', '3.1.1'], { default: '5' }),
      ['Version of MQTT', 'MQTT 版本'],
      [
        'Version 5 tells why something is refused, and lets the hub say how much may be under way',
        '5 版会说明拒绝原因，并可约定在途报文数',
      ],
    ),
    clientId: field(
      Type.String({ pattern: '^[A-Za-z0-9_.-]{1,60}$' }),
      ['Client id', '客户端标识'],
      [
        'The broker keeps what was not taken yet under it: it never changes, and nobody else has it',
        '服务器按此标识保存尚未取走的报文：不可更改，也不可与他人共用',
      ],
    ),
    username: Type.Optional(
      field(
        Type.String({ minLength: 1, maxLength: 200 }),
        ['User', '用户名'],
        ['Where the broker asks for one', '服务器要求时填写'],
      ),
    ),
    topics: field(
      Type.Array(Topic, { maxItems: 100, default: [] }),
      ['Topics', '主题'],
      [
        'What is subscribed to, always with QoS 1; the first that fits a message says what it is',
        '订阅的主题（QoS 1）；报文按第一个匹配的主题归类',
      ],
    ),
    wide: field(
      Type.Boolean({ default: false }),
      ['All topics', '全部主题'],
      [
        'Whether topics may be subscribed to that begin with a wildcard for all, or with $SYS',
        '是否允许订阅 # 开头或 $SYS 主题',
      ],
    ),
    sessionExpiryS: field(
      Type.Integer({ minimum: 3600, maximum: 31_536_000, default: 2_592_000 }),
      ['Session kept for', '会话保留时间'],
      [
        'Seconds for which the broker keeps messages while the hub is not connected; by its own rules under version 3.1.1',
        '中心断开期间服务器保留报文的秒数；3.1.1 版由服务器自定',
      ],
    ),
    window: field(
      Type.Integer({ minimum: 1, maximum: 1000, default: 200 }),
      ['Messages under way', '在途报文数'],
      [
        'Most messages that may be delivered and not be acknowledged yet; by rules of the broker under version 3.1.1',
        '已送达而未确认的报文数上限；3.1.1 版由服务器自定',
      ],
    ),
    keepAliveS: field(
      Type.Integer({ minimum: 1, maximum: 600, default: 30 }),
      ['Keep-alive', '心跳间隔'],
      ['Seconds after which a quiet connection is tried', '连接空闲多少秒后探测一次'],
    ),
  },
  { additionalProperties: false },
)
export type MqttSettings = Type.Static<typeof MqttSettingsForm>

/** Filters that the session of the broker holds, so that one that is taken out of the settings can be given up. */
export const MqttStateForm = Type.Object(
  { topics: Type.Array(Type.String({ maxLength: 512 }), { maxItems: 100 }) },
  { additionalProperties: false },
)
export type MqttState = { readonly topics: readonly string[] }
