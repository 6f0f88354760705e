// Wraps a client's functions so that a test can tell which were never called.
export function watch(functions) {
  const uncalled = new Set();
  const wrap = (value, path) => {
    if (typeof value === "function") {
      uncalled.add(path);
      return (...args) => { uncalled.delete(path); return value(...args); };
    }
    return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, wrap(member, `${path}.${key}`)]));
  };
  return { functions: wrap(functions, "functional"), uncalled };
}
