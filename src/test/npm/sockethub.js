// What the gateway's own client does: prints what comes, line by line.
// usage: node sockethub.js {url}
const {io} = require('socket.io-client');
const vm = require('vm');
const url = process.argv[2];
const say = (...words) => console.log(words.map(w => (typeof w === 'string' ? w : JSON.stringify(w))).join(' '));
const person = id => ({id, type: 'person'});

async function scene() {
  const page = vm.createContext({setTimeout, clearTimeout});
  page.self = page;
  for (const script of ['/socket.io.js', '/sockethub-client.min.js', '/sockethub-client.js?v=1']) {
    vm.runInContext(await (await fetch(url + script)).text(), page);
  }
  say('globals', typeof page.io, typeof page.SockethubClient);
  const transport = io(url, {path: '/sockethub', transports: ['websocket'], reconnectionDelay: 10});
  const client = new page.SockethubClient(transport);
  const emit = (event, activity) => new Promise(resolve => client.socket.emit(event, activity, resolve));
  say('state', client.getInitState());
  const early = emit('message', {'@context': context, type: 'echo', actor: 'q', object: 'queued'});
  client.socket.once('ready', info => say('ready', info.reason, info.platforms.length));
  client.socket.on('client_error', error => say('client_error', error));
  client.socket.on('disconnect', reason => say('disconnect', reason));
  await client.ready(10000);
  say('early', await early);
  say('contexts', client.contextFor('dummy'));
  say('local', await emit('message', {'@context': client.contextFor('dummy'), type: 'dance', actor: 'q'}));
  client.socket.emit('message', {'@context': client.contextFor('dummy'), type: 'dance', actor: 'q'});
  await emit('credentials', {'@context': context, actor: person('c'), object: {type: 'credentials', nick: 'c'}});
  await emit('message', {'@context': context, type: 'connect', actor: person('c')});
  await emit('message', {'@context': context, type: 'join', actor: person('c'), target: {id: 'r', type: 'room'}});
  await emit('message', {'@context': context, type: 'join', actor: person('c'), target: {id: 's', type: 'room'}});
  await emit('message', {'@context': context, type: 'leave', actor: person('c'), target: {id: 's', type: 'room'}});
  say('break');
  const again = new Promise(resolve => client.socket.once('ready', resolve));
  transport.io.engine.close();
  say('again', (await again).reason);
  await emit('message', {'@context': context, type: 'echo', actor: 'q'});
  client.socket.disconnect();
  say('state', client.getInitState());
}
const context = [
  'https://www.w3.org/ns/activitystreams',
  'https://sockethub.org/ns/context/v1.jsonld',
  'https://sockethub.org/ns/context/platform/dummy/v1.jsonld',
];
scene().catch(error => {
  console.error(error);
  process.exit(1);
});
