-- The filters of sessions that may be away: what matches one of them is journaled. The tag stands for the filter.
create table durable_filter (
  session varchar(400) not null,
  tag varchar(22) not null,
  tenant varchar(128) not null,
  filter varchar(65535) not null,
  primary key (session, tag)
);

create index durable_filter_tag on durable_filter (tenant, tag);

-- Devices are woken too, and their names are longer.
alter table wake_up alter column topic varchar(400);
