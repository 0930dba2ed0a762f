-- Sessions of the gateway: the key that seals whatever one leaves, itself sealed by the cluster's. Without its row nobody can read
-- anything of a session any more.
create table gateway_session (
  session_id varchar(64) primary key,
  session_key bytea not null
);
