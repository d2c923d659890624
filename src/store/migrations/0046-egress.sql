-- Where the links and channels of a partner may go (docs/outbound.md); null: anywhere that the address check lets pass.
alter table partners add column egress text[];
drop trigger note_setting on partners;
drop trigger note_setting_deleted on partners;
select watch_setting('partners', 'id', 'id name scopes created_at revoked_at egress');

-- A partner's are the links that its scopes name, and the links and channels of the systems that it sends or reads for. The list of a revoked
-- partner counts on: what it could not reach is not opened by revoking it. The first rule fits no address, so that an empty list lets nothing pass.
create function egress_rules(of_link uuid, of_system text) returns text[] language sql stable as $$
  select case when bool_or(p.egress is not null) then array['only:-'] || array(
           select distinct 'only:' || e from partners q, unnest(q.egress) e
            where q.scopes && array['link:' || of_link, 'push:' || of_system, 'read:' || of_system] order by 1)
         else '{}' end
    from partners p where p.scopes && array['link:' || of_link, 'push:' || of_system, 'read:' || of_system]
$$;
