-- What lets a device in that shows its secret instead of a token: a hash of it. At most one for each device, by tenant/user/device.
create table device_secret (
  device varchar(400) primary key,
  fingerprint varchar(64) not null,
  made_at bigint not null
);
