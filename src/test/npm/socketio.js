// What socket.io-client makes of a server: prints what comes, line by line.
// usage: node socketio.js {url} {path} {transports, with commas between them} [{bytes of one event that is too large}]
const {io} = require('socket.io-client');
const [url, path, transports, tooLarge] = process.argv.slice(2);
const options = {path, transports: transports.split(','), reconnection: false, forceNew: true};
const socket = io(url, {...options, auth: {from: 'js'}});
const say = (...words) => console.log(words.join(' '));

async function scene() {
  socket.once('disconnect', reason => say('disconnected:', reason));
  if (tooLarge) {
    socket.emit('tell', 'x'.repeat(tooLarge));
    return;
  }
  const engine = socket.io.engine;
  const told = new Promise(resolve => socket.once('told', (...args) => resolve(args)));
  socket.emit('nosuch', 1);
  socket.emit('tell', 'ä€😀', {a: [1, null]});
  say('told', JSON.stringify(await told));
  if (options.transports.length > 1) {
    if (engine.transport.name !== 'websocket') await new Promise(resolve => engine.once('upgrade', resolve));
    say('upgraded', engine.transport.name);
  }
  const many = [];
  for (let i = 0; i < 50; i++) many.push(socket.emitWithAck('echo', i));
  say('echoed', (await Promise.all(many)).every((answer, i) => answer === i));
  say('binary', JSON.stringify(await socket.emitWithAck('echo', {bytes: Buffer.from([1, 2])})));
  say('large', (await socket.emitWithAck('echo', 'x'.repeat(200000))).length);
  await new Promise(resolve => {
    const other = io(url + '/x', options);
    other.on('connect_error', error => {
      say('refused', error.message);
      other.disconnect();
      resolve();
    });
  });
  socket.emit('go');
}
socket.io.on('open', () => say('opened', socket.io.engine.transport.name));
socket.on('connect', () => scene().catch(error => {
  console.error(error);
  process.exit(1);
}));
socket.on('connect_error', error => {
  console.error(error);
  process.exit(1);
});
