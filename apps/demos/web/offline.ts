/** Has the browser keep the site, so that every page opens without a connection after the first visit. */
export function keepOffline(): void {
  // Not offered to addresses that are not secure; in development files change.
  if (!import.meta.env.PROD || !("serviceWorker" in navigator)) return;
  const register = (): void => {
    navigator.serviceWorker.register("sw.js").catch(() => {
      // A browser may refuse, in a private window for one: the site then needs its connection.
    });
  };
  if (document.readyState === "complete") register();
  else addEventListener("load", register);
}
