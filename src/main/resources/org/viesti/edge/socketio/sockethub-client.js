/*!
 * A client of Viesti's gateway, and of Sockethub 5.
 *
 *   const client = new SockethubClient(io(url, {path: '/sockethub'}));
 *   await client.ready();
 *   client.socket.emit('message', {'@context': client.contextFor('dummy'), type: 'echo', actor: 'me'}, answer => ...);
 *   client.socket.on('message', activity => ...);
 *
 * What is emitted before the server has said what it can do waits for that. After a break the client says its credentials,
 * connects and joins again.
 */
(function (root, factory) {
  if (typeof module === 'object' && module.exports) {
    module.exports = factory();
  } else {
    root.SockethubClient = factory();
  }
})(typeof self === 'undefined' ? this : self, function () {
  'use strict';

  const QUEUE_AT_MOST = 1000;
  const QUEUED_AT_MOST_MS = 30000;
  const ANSWER_WITHIN_MS = 5000;

  class Emitter {
    #listeners = new Map();

    on(event, listener) {
      this.#listeners.set(event, [...(this.#listeners.get(event) || []), listener]);
      return this;
    }

    once(event, listener) {
      const wrapped = (...args) => {
        this.off(event, wrapped);
        listener(...args);
      };
      wrapped.listener = listener;
      return this.on(event, wrapped);
    }

    /** Without a listener: all of the event. */
    off(event, listener) {
      const left = (this.#listeners.get(event) || []).filter(l => listener && l !== listener && l.listener !== listener);
      this.#listeners.set(event, left);
      return this;
    }

    tell(event, ...args) {
      (this.#listeners.get(event) || []).forEach(listener => listener(...args));
    }
  }

  // What a server that serves JSON Schemas (draft 7) refuses, as far as it can be said without asking it.

  const isObject = value => value !== null && typeof value === 'object' && !Array.isArray(value);
  const isUri = text => /^[a-z][a-z0-9+.-]*:\S+$/i.test(text);
  const formats = {
    iri: isUri,
    uri: isUri,
    'date-time': text => /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d/.test(text) && !isNaN(Date.parse(text)),
  };
  const types = {
    object: isObject,
    array: Array.isArray,
    string: value => typeof value === 'string',
    number: value => typeof value === 'number',
    integer: Number.isInteger,
    boolean: value => typeof value === 'boolean',
    null: value => value === null,
  };

  /** The first thing that is wrong, as "{path}: {what}"; null: nothing is. */
  function wrong(schema, value, path, whole) {
    const is = what => (path || 'activity stream') + ': ' + what;
    if (typeof schema === 'boolean') return schema ? null : is('boolean schema is false');
    if (!isObject(schema)) return null;
    if (schema.$ref) {
      const target = schema.$ref.replace(/^#\/?/, '').split('/').filter(Boolean).reduce((at, key) => at && at[key], whole);
      return wrong(target, value, path, whole);
    }
    if (schema.type && ![].concat(schema.type).some(type => !types[type] || types[type](value))) {
      return is('must be ' + [].concat(schema.type).join(','));
    }
    if (schema.enum && !schema.enum.includes(value)) return is('must be equal to one of the allowed values');
    if ('const' in schema && schema.const !== value) return is('must be equal to constant');
    if (typeof value === 'number' && value < schema.minimum) return is('must be >= ' + schema.minimum);
    if (typeof value === 'string') {
      if (value.length < schema.minLength) return is('must NOT have fewer than ' + schema.minLength + ' characters');
      if (formats[schema.format] && !formats[schema.format](value)) return is('must match format "' + schema.format + '"');
    }
    if (isObject(value)) {
      const missing = (schema.required || []).find(key => !(key in value));
      if (missing) return is("must have required property '" + missing + "'");
      const known = schema.properties || {};
      for (const key of Object.keys(value)) {
        if (key in known) {
          const inner = wrong(known[key], value[key], path + '/' + key, whole);
          if (inner) return inner;
        } else if (schema.additionalProperties === false) {
          return is('must NOT have additional properties: ' + key);
        }
      }
    }
    if (Array.isArray(value) && schema.items) {
      for (let i = 0; i < value.length; i++) {
        const inner = wrong(schema.items, value[i], path + '/' + i, whole);
        if (inner) return inner;
      }
    }
    for (const part of schema.allOf || []) {
      const inner = wrong(part, value, path, whole);
      if (inner) return inner;
    }
    const fits = part => wrong(part, value, path, whole) === null;
    if (schema.anyOf && !schema.anyOf.some(fits)) return is('must match a schema in anyOf');
    if (schema.oneOf && schema.oneOf.filter(fits).length !== 1) return is('must match exactly one schema in oneOf');
    if (schema.not !== undefined && fits(schema.not)) return is('must NOT be valid');
    return null;
  }

  const idOf = part => (isObject(part) ? part.id : part) || '';
  const asObject = (part, key) => (typeof part === 'string' ? {[key]: part} : part);

  class SockethubClient {
    #transport;
    #app = new Emitter();
    #options;
    #state = 'idle';
    #registry = null;
    #wasReady = false;
    #timer = null;
    #queue = [];
    #waiting = [];
    #credentials = new Map();
    #connects = new Map();
    #joins = new Map();

    /**
     * @param socket of socket.io-client
     * @param options initTimeoutMs: how long until the app hears that the server has not said what it can do
     */
    constructor(socket, options = {}) {
      if (!socket || typeof socket.emit !== 'function') {
        throw new Error('SockethubClient requires a socket.io instance');
      }
      this.#transport = socket;
      this.#options = {initTimeoutMs: ANSWER_WITHIN_MS, ...options};
      const app = this.#app;
      const self = this;
      this.socket = {
        emit(event, ...args) {
          self.#emit(event, args);
          return this;
        },
        on(event, listener) {
          app.on(event, listener);
          return this;
        },
        once(event, listener) {
          app.once(event, listener);
          return this;
        },
        off(event, listener) {
          app.off(event, listener);
          return this;
        },
        connect() {
          socket.connect();
          return this;
        },
        disconnect() {
          socket.disconnect();
          return this;
        },
        get connected() {
          return socket.connected;
        },
        get id() {
          return socket.id;
        },
      };
      socket.on('connect', () => {
        app.tell('connect');
        this.#begin();
      });
      socket.on('disconnect', reason => {
        clearTimeout(this.#timer);
        this.#state = reason === 'io client disconnect' ? 'closed' : 'idle';
        app.tell('disconnect', reason);
      });
      socket.on('connect_error', error => app.tell('connect_error', error));
      socket.on('schemas', payload => this.#registered(payload));
      for (const event of ['message', 'completed', 'failure', 'error']) {
        socket.on(event, (...args) => app.tell(event, ...args));
      }
      if (socket.connected) this.#begin();
    }

    // What the server can do.

    #begin() {
      this.#state = 'initializing';
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => {
        this.#state = 'init_error';
        const error = 'SockethubClient: the server sent no schemas within ' + this.#options.initTimeoutMs + 'ms';
        this.#app.tell('init_error', {error, phase: 'timeout', retrying: false});
      }, this.#options.initTimeoutMs);
      const known = this.#registry ? this.#registry.fingerprint || null : null;
      this.#transport.emit('schemas', known, payload => this.#registered(payload));
    }

    #registered(payload) {
      const unchanged = isObject(payload) && payload.unchanged === true && this.#registry !== null;
      if (!unchanged && !this.#isRegistry(payload)) return;
      const again = this.#state === 'ready';
      if (again && (unchanged || payload.fingerprint === this.#registry.fingerprint)) return;
      clearTimeout(this.#timer);
      if (!unchanged) {
        this.#registry = payload;
        this.#app.tell('schemas', payload);
      }
      this.#state = 'ready';
      const info = {
        state: 'ready',
        reason: again ? 'schemas-update' : this.#wasReady ? 'reconnect' : 'initial-connect',
        sockethubVersion: this.#registry.version,
        contexts: this.#registry.contexts,
        platforms: this.#registry.platforms,
      };
      this.#wasReady = true;
      this.#app.tell('ready', info);
      this.#waiting.splice(0).forEach(waiter => waiter(info));
      if (!again) {
        this.#replay();
        this.#flush();
      }
    }

    #isRegistry(payload) {
      return (
        isObject(payload) &&
        isObject(payload.contexts) &&
        typeof payload.contexts.as === 'string' &&
        typeof payload.contexts.sockethub === 'string' &&
        Array.isArray(payload.platforms) &&
        payload.platforms.every(p => isObject(p) && [p.id, p.version, p.contextUrl].every(text => typeof text === 'string'))
      );
    }

    /** Resolves once it is ready; rejects after timeoutMs, if given. */
    ready(timeoutMs) {
      if (this.#state === 'ready') {
        const {version, contexts, platforms} = this.#registry;
        return Promise.resolve({state: 'ready', reason: 'initial-connect', sockethubVersion: version, contexts, platforms});
      }
      return new Promise((resolve, reject) => {
        let timer = null;
        const waiter = info => {
          clearTimeout(timer);
          resolve(info);
        };
        this.#waiting.push(waiter);
        if (timeoutMs > 0) {
          timer = setTimeout(() => {
            this.#waiting = this.#waiting.filter(other => other !== waiter);
            reject(new Error('SockethubClient was not ready within ' + timeoutMs + 'ms'));
          }, timeoutMs);
        }
      });
    }

    isReady() {
      return this.#state === 'ready';
    }

    /** idle, initializing, ready, init_error or closed. */
    getInitState() {
      return this.#state;
    }

    getRegisteredPlatforms() {
      return this.#registry ? this.#registry.platforms : [];
    }

    getRegisteredBaseContexts() {
      return this.#registry ? this.#registry.contexts : null;
    }

    /**
     * @param kind messages or credentials
     */
    getPlatformSchema(platform, kind = 'messages') {
      const found = this.getRegisteredPlatforms().find(p => p.id === platform);
      return (found && found.schemas && found.schemas[kind]) || null;
    }

    /** The @context of a platform's activities. */
    contextFor(platform) {
      const found = this.getRegisteredPlatforms().find(p => p.id === platform);
      if (!found) {
        const known = this.getRegisteredPlatforms().map(p => p.id).join(', ');
        throw new Error('SockethubClient: no platform ' + platform + (this.#registry ? '; there are ' + known : ' before it is ready'));
      }
      const {as, sockethub} = this.#registry.contexts;
      return [as, sockethub, found.contextUrl];
    }

    /** Why the server would refuse an activity; empty: it would not, as far as can be said here. */
    validateActivity(activity) {
      if (!isObject(activity)) return 'message received is not an object.';
      const context = activity['@context'];
      if (!Array.isArray(context)) return 'activity stream must contain an @context array.';
      if (typeof activity.type !== 'string') return 'activity stream must contain a type property.';
      if (!activity.actor) return 'activity stream must contain an actor property.';
      const platform = this.getRegisteredPlatforms().find(p => context.includes(p.contextUrl));
      if (!platform) return 'platform context URL not registered with this Sockethub instance.';
      const kind = activity.type === 'credentials' ? 'credentials' : 'messages';
      const schema = this.getPlatformSchema(platform.id, kind);
      const found = schema && wrong(schema, activity, '', schema);
      return found ? '[' + platform.id + '] ' + found : '';
    }

    /** Forgets the credentials that would be said again after a break. */
    clearCredentials() {
      this.#credentials.clear();
    }

    // What the app says.

    #emit(event, args) {
      const callback = typeof args[args.length - 1] === 'function' ? args[args.length - 1] : null;
      const entry = {event, args, callback, timer: null};
      if (this.#state === 'ready') {
        this.#send(entry);
      } else if (this.#queue.length >= QUEUE_AT_MOST) {
        this.#fail(entry, 'SockethubClient queue overflow before ready');
      } else {
        entry.timer = setTimeout(() => {
          this.#queue = this.#queue.filter(other => other !== entry);
          this.#fail(entry, 'SockethubClient queued message expired after ' + QUEUED_AT_MOST_MS + 'ms before initialization');
        }, QUEUED_AT_MOST_MS);
        this.#queue.push(entry);
      }
    }

    #flush() {
      this.#queue.splice(0).forEach(entry => {
        clearTimeout(entry.timer);
        this.#send(entry);
      });
    }

    #fail(entry, error) {
      if (entry.callback) {
        entry.callback({error});
      } else {
        this.#app.tell('client_error', {event: entry.event, error});
      }
    }

    #send(entry) {
      const {event, args} = entry;
      if (event !== 'message' && event !== 'credentials') {
        this.#transport.emit(event, ...args);
        return;
      }
      const activity = this.#expanded(event, args[0]);
      const error = this.validateActivity(activity);
      if (error) {
        this.#fail(entry, 'SockethubClient validation failed: ' + error);
        return;
      }
      this.#remember(event, activity);
      this.#transport.emit(event, activity, ...args.slice(1));
    }

    #expanded(event, activity) {
      if (!isObject(activity)) return activity;
      const full = {...activity};
      for (const [part, key] of [['actor', 'id'], ['target', 'id'], ['object', 'content']]) {
        if (part in full) full[part] = asObject(full[part], key);
      }
      if (isObject(full.actor) && !full.actor.type) full.actor = {...full.actor, type: 'person'};
      if (event === 'credentials' && !full.type) full.type = 'credentials';
      return full;
    }

    // What is said again after a break.

    #remember(event, activity) {
      const context = activity['@context'].join(' ');
      const actor = context + ' ' + idOf(activity.actor);
      const both = actor + ' ' + idOf(activity.target);
      if (event === 'credentials') {
        if (isObject(activity.object) && activity.object.type === 'credentials') this.#credentials.set(actor, activity);
        return;
      }
      switch (activity.type) {
        case 'connect':
          this.#connects.set(actor, activity);
          break;
        case 'join':
          this.#joins.set(both, activity);
          break;
        case 'leave':
          this.#joins.delete(both);
          break;
        case 'disconnect':
          this.#connects.delete(actor);
          for (const key of this.#joins.keys()) if (key.startsWith(actor + ' ')) this.#joins.delete(key);
          break;
      }
    }

    #replay() {
      this.#credentials.forEach(activity => this.#transport.emit('credentials', activity));
      this.#connects.forEach(activity => this.#transport.emit('message', activity));
      this.#joins.forEach(activity => this.#transport.emit('message', activity));
    }
  }

  return SockethubClient;
});
