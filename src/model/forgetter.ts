/**
 * Makes what takes the oldest entry out of a map each time it is called, where entries are only added and deleted. It
 * goes on from where it was: a map keeps the places of what was deleted for a while, and whoever begins anew passes all
 * of them, tens of thousands for each entry.
 */
export function forgetterOf<Key>(map: Map<Key, unknown>): () => void {
  let keys = map.keys();
  return () => {
    let oldest = keys.next();
    if (oldest.done === true) {
      keys = map.keys();
      oldest = keys.next();
    }
    if (oldest.done !== true) map.delete(oldest.value);
  };
}
