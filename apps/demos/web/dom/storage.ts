/** What was kept in this browser under a name; null where nothing was, or storage is closed to us. */
export function recall(key: string): unknown {
  try {
    return JSON.parse(localStorage.getItem(key) ?? "null");
  } catch {
    return null;
  }
}

/** Keeps a small thing in this browser. Where storage is closed or full, it lasts as long as the tab. */
export function remember(key: string, value: unknown): void {
  try {
    localStorage.setItem(key, JSON.stringify(value));
  } catch {
    // The page works without it.
  }
}
