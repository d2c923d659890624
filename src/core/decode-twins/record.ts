import type { Twins } from './text.ts'

/** Of records that can be read and not taken as they are: by the schema of their kind, their identifier, their bytes. */
export const RECORD_TWINS: Twins = [
  ['the schema has no such field', '模式中没有此字段'],
  ['the field is required', '此字段必填'],
  ['not valid', '无效'],
  [
    'Leave the field out, or see docs/model.md for its right name.',
    '请去掉此字段，或查阅 docs/model.md 中的正确名称。',
  ],
  ['See docs/model.md for the field.', '字段说明见 docs/model.md。'],
  ['See docs/model.md for the record.', '记录说明见 docs/model.md。'],
  [
    'no time of the calendar in ISO 8601, such as 2026-04-15T06:30:00+08:00',
    '不是 ISO 8601 格式的真实时间，例如 2026-04-15T06:30:00+08:00',
  ],
  ['Write the time with its zone, to the second.', '请写明时区，精确到秒。'],
  ['must be equal to one of the allowed values', '不在允许的取值之中'],
  ['must be equal to constant', '取值不符'],
  ['must be $1', '类型应为 $1'],
  ['must match pattern $1', '格式应符合 $1'],
  ['must match a schema in anyOf', '不符合任何一种允许的形式'],
  ['must match exactly one schema in oneOf', '应恰好符合一种允许的形式'],
  ['must NOT have fewer than $1 items', '至少应有 $1 项'],
  ['must NOT have more than $1 items', '最多 $1 项'],
  ['must NOT have duplicate items ($1)', '不得有重复项'],
  ['must NOT have fewer than $1 characters', '至少 $1 个字符'],
  ['must NOT have more than $1 characters', '最多 $1 个字符'],
  ['the key makes an identifier of more than $1 characters', '主键生成的标识超过 $1 个字符'],
  [
    'the key is one or several non-empty texts of at most 200 characters',
    '主键应为一个或多个非空文本，每个不超过 200 个字符',
  ],
  ['all records of one request are of one system, here $1', '一次请求中的记录应属于同一系统，此处为 $1'],
  ['active or void', '应为 active 或 void'],
  ['one of $1', '应为下列之一：$1'],
  ['the message makes more than $1 edges', '报文产生的批次关系超过 $1 条'],
  [
    '$1 codes lead to $2 codes in one record; at most $3 edges are made of one',
    '一条记录中 $1 个编码去向 $2 个编码；每条最多生成 $3 条批次关系',
  ],
  ['Send a key of few short parts.', '主键请由少量较短的部分组成。'],
  [
    'Send one record for each lot that goods went into, and fewer of them in one message.',
    '请按货物去向的批次逐条发送，并减少单份报文的条数。',
  ],
  [
    'the record is of the hub $1; this was kept as a claim, which it decides',
    '该记录属于平台 $1；此次内容作为主张保留，由其决定',
  ],
  ['a newer version than $1 is known; this one was kept out', '已有比 $1 更新的版本，此版本未采用'],
  ['no number of a paper, or too long', '凭证编号缺失或过长'],
  [
    'Send the number as it is written on the paper, or leave the paper out.',
    '请按凭证填写编号，或不填该凭证。',
  ],
  ['the $1 body ends too early', '$1 报文体提前结束'],
  ['the body is not $1', '报文体不是 $1'],
  [
    'Send the body with "Content-Encoding: $1" in that coding, or without the header as it is.',
    '请按 "Content-Encoding: $1" 压缩报文体，或不带此头直接发送。',
  ],
  ['no such link', '没有此链路'],
  ['the bytes of the message are no longer kept', '原始报文已不再保留'],
  ['Ask the sender to send it again.', '请发送方重新发送。'],
]
