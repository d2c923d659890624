import Type from 'typebox'
import { listOf } from '#api/page.ts'
import { field } from '#core/model/field.ts'
import { component, count, nullable, text, time } from './fields.ts'

export const ChangesTaken = field(
  Type.Object({
    results: field(
      Type.Array(
        Type.Object({
          event: text(['Event', '事件标识']),
          verdict: field(Type.Enum(['ok', 'duplicate', 'retry', 'reject']), ['Verdict', '结论']),
          code: Type.Optional(
            text(['Code', '代码'], ['`stored_as_claim`, `origin_not_carried` …', '如 stored_as_claim']),
          ),
          detail: Type.Optional(text(['Detail', '说明'])),
          acknowledged: Type.Optional(
            field(
              Type.Object({ action: Type.Literal('stored') }),
              ['Acknowledged', '确认'],
              ['Of a hold', '仅停售召回记录'],
            ),
          ),
        }),
      ),
      ['Results', '处理结果'],
    ),
  }),
  ['Verdicts on changes', '变更处理结果'],
)

const peer = {
  system: text(['System', '系统标识']),
  hub: text(['Hub', '平台标识']),
  carries: field(
    Type.Array(Type.String()),
    ['Carries', '可转送的平台'],
    ['Hubs whose records it may bring beside its own', '除自身外，可带来哪些平台的记录'],
  ),
}

export const Peer = field(Type.Object(peer), ['Peer', '对端平台'])

export const Hub = field(
  Type.Object({
    id: text(['Identifier', '平台标识'], ['HUB_ID; it never changes', '即 HUB_ID，不再变更']),
    peers: field(Type.Array(component('Peer')), ['Peers', '对端平台列表']),
  }),
  ['This hub', '本平台'],
)

export const RecordRoad = field(
  Type.Object({
    id: text(['Record', '记录标识']),
    owner: text(['Owner', '归属平台']),
    isHere: field(Type.Boolean(), ['Owned by this hub', '归本平台所有']),
    versions: field(
      Type.Array(
        Type.Object({
          version: field(Type.Integer({ minimum: 1 }), ['Version', '版本']),
          hops: field(
            Type.Array(Type.String()),
            ['Hops', '途经平台'],
            ['None where this hub made it', '由本平台产生时为空'],
          ),
          via: nullable(
            Type.String(),
            ['Peer', '经由'],
            ['System of the peer that brought it', '带来它的对端系统'],
          ),
        }),
      ),
      ['Versions', '版本列表'],
      ['Newest first', '新版本在前'],
    ),
  }),
  ['Owner and road of a record', '记录的归属与路径'],
)

export const JoinedPeer = field(
  Type.Object({
    ...peer,
    path: text(
      ['Path', '接收路径'],
      ['Where the peer posts its changes to this hub', '对端平台向本平台推送变更的路径'],
    ),
    key: text(
      ['Key', '密钥'],
      [
        'For the peer, as the token of its link; shown only now',
        '交给对端平台作为其链路的令牌，仅此一次显示',
      ],
    ),
  }),
  ['Joined peer', '已互联的平台'],
)

const claim = {
  id: field(Type.String({ format: 'uuid' }), ['Identifier', '标识']),
  recordId: text(['Record', '记录标识']),
  kind: text(['Kind', '类型']),
  baseVersion: field(
    Type.Integer({ minimum: 1 }),
    ['Version that it is about', '所针对的版本'],
    ['The newest that the claimant knew', '主张方所知的最新版本'],
  ),
  status: field(
    Type.Enum(['active', 'void']),
    ['Status', '状态'],
    ['void: that the record be voided', 'void 表示主张作废'],
  ),
  owner: text(['Owner', '归属平台'], ['The hub that decides', '由其裁定']),
  claimant: text(['Claimant', '主张平台']),
  hops: field(Type.Array(Type.String()), ['Hops', '途经平台']),
  via: nullable(
    Type.String(),
    ['Peer', '经由'],
    ['System of the peer that brought it', '带来该主张的对端系统'],
  ),
  message: text(['Message', '原始报文']),
  receivedAt: time(['Received', '接收时间']),
  state: field(Type.Enum(['open', 'accepted', 'refused', 'superseded']), ['State', '状态']),
  decidedAt: nullable(Type.String({ format: 'date-time' }), ['Decided', '裁定时间']),
  decidedBy: nullable(Type.String(), ['Decided by', '裁定者']),
  reason: nullable(Type.String(), ['Reason', '理由']),
  version: nullable(Type.Integer({ minimum: 1 }), ['Version that it became', '采纳后的版本']),
  record: field(component('CanonicalRecord'), ['What is claimed', '主张内容']),
}

export const Claim = field(Type.Object(claim), ['Claim', '变更主张'])

export const ClaimPage = field(listOf('claims', 'Claim'), ['Claims', '变更主张列表'])

export const ClaimCard = field(
  Type.Object({
    ...claim,
    differences: field(
      Type.Array(
        Type.Object({
          at: text(['Field', '字段']),
          before: Type.Optional(Type.Unknown()),
          after: Type.Optional(Type.Unknown()),
        }),
      ),
      ['Differences', '差异'],
      [
        'From the newest version at this hub; what may be of a person is hidden',
        '与本平台最新版本相比；可能涉及个人的内容已隐藏',
      ],
    ),
    sendings: field(
      Type.Array(
        Type.Object({
          link: field(Type.String({ format: 'uuid' }), ['Link', '链路']),
          attempts: count(['Tries', '尝试次数']),
          sentAt: nullable(Type.String({ format: 'date-time' }), ['Answered', '应答时间']),
          verdict: nullable(Type.String(), ['Verdict', '结论']),
          code: nullable(Type.String(), ['Code', '代码']),
          detail: nullable(Type.String(), ['Detail', '说明']),
        }),
      ),
      ['Sent on over', '转送链路'],
    ),
  }),
  ['Claim with its way', '变更主张详情'],
)
