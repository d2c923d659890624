-- Who changes a rule of erasure behind the hub's back leaves an entry in the log; how far it is read is no setting.
select watch_setting('erasure_rules', 'id', 'id classes systems kinds product_classes after_days reason created_at created_by ended_at ended_by');
