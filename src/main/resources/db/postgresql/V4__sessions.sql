-- The filters of sessions that may be away: what matches one of them is journaled. The tag stands for the filter.
create table durable_filter (
  session varchar(400) collate "C" not null,
  tag varchar(22) collate "C" not null,
  tenant varchar(128) collate "C" not null,
  filter text not null,
  primary key (session, tag)
);

create index durable_filter_tag on durable_filter (tenant, tag);

-- Devices are woken too, and their names are longer.
alter table wake_up alter column topic type varchar(400);
