// One at a time: two tabs and the service worker must not send the same report side by side.

const LEASE_MS = 90_000;

/**
 * Runs `work` while nobody else does under the same name. With `wait` it waits for its turn; else gives undefined when
 * somebody else is at it. A tab that dies lets go.
 */
export function alone(name, work, { wait = false } = {}) {
  const key = `gatami ${name}`;
  if (navigator.locks) {
    return navigator.locks.request(key, { ifAvailable: !wait }, (lock) => (lock ? work() : undefined));
  }
  return leased(key, work);
}

/** Without TLS there are no locks: a mark with an end keeps other tabs away, and the server's keys do the rest. */
async function leased(key, work) {
  const now = Date.now();
  if (Number(read(key)) > now) return undefined;
  write(key, now + LEASE_MS);
  try {
    return await work();
  } finally {
    write(key, null);
  }
}

function read(key) {
  try { return localStorage.getItem(key); } catch { return null; }
}

function write(key, value) {
  try {
    if (value === null) localStorage.removeItem(key);
    else localStorage.setItem(key, String(value));
  } catch { /* Nobody else can read it then either. */ }
}
