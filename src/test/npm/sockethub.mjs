// @sockethub/client, unmodified, through scenes of its users; prints a line of JSON for each thing it is told.
// usage: node sockethub.mjs {folder of node_modules} {url} {path} {port of an ircd}
import {createRequire} from 'node:module';
import {pathToFileURL} from 'node:url';
import path from 'node:path';

const [modules, url, socketPath, ircPort] = process.argv.slice(2);
const require = createRequire(path.join(modules, 'x.js'));
const {io} = require('socket.io-client');
const {default: SockethubClient} = await import(
  pathToFileURL(path.join(modules, '@sockethub/client/dist/sockethub-client.js'))
);

const say = (what, value) => console.log(JSON.stringify({what, value}));
const client = new SockethubClient(io(url, {path: socketPath, reconnectionDelay: 50}));
const events = [];
let wake = () => {};
client.socket.on('message', message => {
  events.push(message);
  wake();
});
const event = async fits => {
  for (;;) {
    const found = events.find(fits);
    if (found) return events.splice(events.indexOf(found), 1)[0];
    await new Promise(resolve => (wake = resolve));
  }
};
const emit = (name, content) => new Promise(resolve => client.socket.emit(name, content, resolve));
const connected = () => new Promise(resolve => client.socket.once('connect', resolve));

await connected();
client.ActivityStreams.Object.create({id: 'ann@127.0.0.1', type: 'person', name: 'ann'});
const dummy = (type, content) =>
  emit('message', {context: 'dummy', type, actor: 'ann@127.0.0.1', object: {type: 'message', content}});
say('echo', await dummy('echo', 'hello'));
say('fail', await dummy('fail', 'no'));
say('throw', await dummy('throw', 'boo'));
say('refused', await dummy('dance', 'x'));

if (ircPort) {
  const irc = {context: 'irc', actor: 'ann@127.0.0.1'};
  const room = {id: 'test@127.0.0.1', type: 'room', name: '#test'};
  const credentials = {type: 'credentials', nick: 'ann', server: '127.0.0.1', port: Number(ircPort), secure: false};
  say('credentials', await emit('credentials', {...irc, type: 'credentials', object: credentials}));
  say('connect', await emit('message', {...irc, type: 'connect'}));
  say('join', await emit('message', {...irc, type: 'join', target: room}));
  // Its link breaks: it comes back, and says everything again.
  const back = connected();
  client.socket._socket ? client.socket._socket.io.engine.close() : client._socket.io.engine.close();
  await back;
  say('send', await emit('message', {...irc, type: 'send', target: room, object: {type: 'message', content: 'hi'}}));
  say('heard', await event(message => message.type === 'send'));
}
process.exit(0);
