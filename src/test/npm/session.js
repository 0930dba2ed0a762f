// A session of MQTT.js: subscribes and leaves, then comes back and prints what it was sent.
// usage: node session.js {url} {user} {token} {client id} {filter} {subscribe | number of messages}
const mqtt = require('mqtt');
const [url, username, password, clientId, filter, what] = process.argv.slice(2);
const client = mqtt.connect(url, {
  protocolVersion: 5,
  clean: false,
  properties: {sessionExpiryInterval: 3600},
  username,
  password,
  clientId,
});
let left = Number(what);
client.on('connect', connack => {
  console.log('present ' + connack.sessionPresent);
  if (what === 'subscribe') {
    client.subscribe(filter, {qos: 2}, error => {
      if (error) throw error;
      client.end();
    });
  }
});
client.on('message', (topic, payload) => {
  console.log(topic + ' ' + payload);
  if (--left === 0) setTimeout(() => client.end(), 0);
});
client.on('error', error => {
  console.error(error);
  process.exit(1);
});
