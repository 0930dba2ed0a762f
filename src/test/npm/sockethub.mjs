// @sockethub/client, unmodified, through scenes of its users; prints a line of JSON for each thing it is told.
// usage: node sockethub.mjs {folder of node_modules} {url} {path} [port of an IRC server]
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

class Person {
  constructor(name) {
    this.id = name + '@127.0.0.1';
    this.name = name;
    this.raw = io(url, {path: socketPath, reconnectionDelay: 50, forceNew: true});
    this.client = new SockethubClient(this.raw);
    this.events = [];
    this.wake = () => {};
    this.client.socket.on('message', message => {
      this.events.push(message);
      this.wake();
    });
  }

  async come() {
    await this.connected();
    this.client.ActivityStreams.Object.create({id: this.id, type: 'person', name: this.name});
  }

  connected() {
    return new Promise(resolve => this.client.socket.once('connect', resolve));
  }

  emit(name, content) {
    return new Promise(resolve => this.client.socket.emit(name, {actor: this.id, ...content}, resolve));
  }

  dummy(type, content) {
    return this.emit('message', {context: 'dummy', type, object: {type: 'message', content}});
  }

  irc(type, rest) {
    return this.emit('message', {context: 'irc', type, ...rest});
  }

  async event(fits) {
    for (;;) {
      const found = this.events.find(fits);
      if (found) return this.events.splice(this.events.indexOf(found), 1)[0];
      await new Promise(resolve => (this.wake = resolve));
    }
  }

  async login() {
    const object = {type: 'credentials', nick: this.name, server: '127.0.0.1', port: Number(ircPort), secure: false};
    say(this.name + ' credentials', await this.emit('credentials', {context: 'irc', type: 'credentials', object}));
    say(this.name + ' connect', await this.irc('connect'));
    say(this.name + ' join', await this.irc('join', {target: room}));
  }
}

const room = {id: 'test@127.0.0.1', type: 'room', name: '#test'};
const message = content => ({target: room, object: {type: 'message', content}});
const ann = new Person('ann');
await ann.come();
say('echo', await ann.dummy('echo', 'hello'));
say('fail', await ann.dummy('fail', 'no'));
say('throw', await ann.dummy('throw', 'boo'));
say('refused', await ann.dummy('dance', 'x'));

if (!ircPort) process.exit(0);
const bob = new Person('bob');
await bob.come();
await ann.login();
await bob.login();
say('joined', await ann.event(event => event.type === 'join'));
say('sent', await bob.irc('send', message('one')));
say('heard', await ann.event(event => event.type === 'send'));
// Her link breaks; what is said meanwhile waits, and the client says everything again.
const back = ann.connected();
ann.raw.io.engine.close();
await bob.irc('send', message('two'));
await back;
say('heard again', await ann.event(event => event.type === 'send'));
say('answered', await ann.irc('send', message('three')));
say('heard back', await bob.event(event => event.type === 'send'));
process.exit(0);
