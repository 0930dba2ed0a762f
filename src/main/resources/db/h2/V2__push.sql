-- Owners that must be woken though nobody speaks to them: a room with users to tell, a user with pushes to send.
create table wake_up (
  topic varchar(300) not null primary key,
  due_at bigint not null,
  since bigint not null
);

create index wake_up_due on wake_up (due_at, topic);

-- Pushes that could not be delivered. They hold no content of messages and no tokens.
create table dead_letter (
  id varchar(36) not null primary key,
  tenant varchar(128) not null,
  user_id varchar(128) not null,
  device varchar(128) not null,
  provider varchar(128) not null,
  payload varchar(16000) not null,
  reason varchar(1000) not null,
  attempts integer not null,
  created_at bigint not null
);

create index dead_letter_age on dead_letter (created_at, id);
