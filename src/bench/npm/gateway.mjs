// Load of the gateway with the client people have: socket.io-client, in a process of its own.
// usage: node gateway.mjs {folder of node_modules} {url} closed {connections} {unanswered each} {warm-up s} {s}
//                                                       open {connections} {jobs/s} {warm-up s} {s}
//                                                       idle {connections}      holds them until its input ends
// Prints one line of JSON: jobs done in the time, their latency in ms, and how many were wrong or not answered.
import {createRequire} from 'node:module';
import path from 'node:path';

const [modules, url, mode, ...numbers] = process.argv.slice(2);
const {io} = createRequire(path.join(modules, 'x.js'))('socket.io-client');
const [connections, load, warmup, seconds] = numbers.map(Number);
const context = [
  'https://www.w3.org/ns/activitystreams',
  'https://sockethub.org/ns/context/v1.jsonld',
  'https://sockethub.org/ns/context/platform/dummy/v1.jsonld',
];
const BYTES = 64;
const PATIENCE_MS = 10_000;

const connect = number =>
  new Promise((resolve, reject) => {
    const socket = io(url, {transports: ['websocket'], forceNew: true, reconnection: false});
    socket.actor = `jane${number}`;
    socket.once('connect', () => resolve(socket));
    socket.once('connect_error', reject);
  });

const sockets = [];
for (let at = 0; at < connections; at += 50) {
  const some = Array.from({length: Math.min(50, connections - at)}, (_, i) => connect(at + i));
  sockets.push(...(await Promise.all(some)));
}

let sent = 0;
let wrong = 0;
const open = new Map();
const latencies = [];
const start = performance.now();
const from = start + warmup * 1000;
const until = from + seconds * 1000;

/** Asks for an echo, and says when it was due: a stall shows, however little is asked meanwhile. */
function echo(socket, due, then) {
  const number = sent++;
  const content = String(number).padEnd(BYTES, 'x');
  open.set(number, due);
  const activity = {
    '@context': context,
    type: 'echo',
    actor: {id: socket.actor, type: 'person'},
    object: {type: 'message', content},
  };
  socket.emit('message', activity, answer => {
    open.delete(number);
    const now = performance.now();
    if (answer?.object?.content !== content || answer?.target?.id !== socket.actor) wrong++;
    if (due >= from && now <= until) latencies.push(now - due);
    then?.();
  });
}

if (mode === 'idle') {
  console.log(JSON.stringify({connections: sockets.length}));
  process.stdin.resume();
  await new Promise(resolve => process.stdin.once('end', resolve));
} else {
  if (mode === 'closed') {
    for (const socket of sockets) {
      const next = () => performance.now() < until && echo(socket, performance.now(), next);
      for (let i = 0; i < load; i++) next();
    }
  } else {
    const every = 1000 / load;
    let asked = 0;
    const timer = setInterval(() => {
      for (; start + asked * every <= Math.min(performance.now(), until); asked++) {
        echo(sockets[asked % sockets.length], start + asked * every);
      }
      if (performance.now() > until) clearInterval(timer);
    }, 1);
  }
  await new Promise(resolve => setTimeout(resolve, until - performance.now()));
  const end = performance.now() + PATIENCE_MS;
  while (open.size > 0 && performance.now() < end) await new Promise(resolve => setTimeout(resolve, 20));
  latencies.sort((a, b) => a - b);
  const at = share => latencies[Math.min(latencies.length - 1, Math.floor(share * latencies.length))] ?? 0;
  console.log(
    JSON.stringify({rate: latencies.length / seconds, p50: at(0.5), p99: at(0.99), wrong, unanswered: open.size}),
  );
}
process.exit(0);
