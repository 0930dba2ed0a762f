-- The last message of each topic that was published with retain, for those who subscribe later. Topics in byte order, so
-- that a filter's beginning is a range.
create table retained (
  tenant varchar(128) not null,
  topic varchar(800) collate "C" not null,
  payload bytea not null,
  qos smallint not null,
  published_at bigint not null,
  expires_at bigint not null,
  publisher varchar(400),
  properties text,
  primary key (tenant, topic)
);
