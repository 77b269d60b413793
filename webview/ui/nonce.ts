// Owns one quiet word to the toolkit's libraries: the page's nonce. On load they try whether `:focus-visible` is known
// by adding a <style> element; without this the policy reports it and they fall back to rings on every mouse click.
// Must be imported before the toolkit. The host's policy allows the nonce in style-src.
const script = document.querySelector<HTMLScriptElement>('script[nonce]');
if (script !== null && document.querySelector('meta[property="csp-nonce"]') === null) {
  const meta = document.createElement('meta');
  meta.setAttribute('property', 'csp-nonce');
  meta.setAttribute('content', script.nonce);
  document.head.append(meta);
}
export {};
