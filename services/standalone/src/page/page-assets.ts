import { html } from './html.ts';

export const pageStyle = html`
:root { color-scheme: light dark; --line: light-dark(#d5d9e0, #3a404a); --soft: light-dark(#5a6372, #a3acba); }
body { font: 15px/1.45 system-ui, sans-serif; margin: 0 auto; max-width: 76rem; padding: 1rem; }
h1 { font-size: 1.4rem; margin: 0; } h2 { font-size: 1.1rem; }
header p { color: var(--soft); margin: .3rem 0 .8rem; }
button { font: inherit; padding: .35rem .8rem; }
.totals { display: flex; flex-wrap: wrap; gap: .4rem 1.6rem; margin: 1rem 0; }
.totals dt { color: var(--soft); font-size: .85rem; } .totals dd { margin: 0; font-size: 1.3rem; font-variant-numeric: tabular-nums; }
table { border-collapse: collapse; width: 100%; }
th, td { border-top: 1px solid var(--line); padding: .45rem .6rem; text-align: left; vertical-align: top; overflow-wrap: anywhere; }
tbody th { font-weight: 600; white-space: nowrap; }
th:nth-child(2), td:nth-child(2) { min-width: 11rem; }
small { color: var(--soft); display: block; font-weight: 400; }
.push + .push { margin-top: .5rem; } .push span:not(.badge) { color: var(--soft); }
.badge { border-radius: .7rem; display: inline-block; font-size: .8rem; padding: 0 .55rem; white-space: nowrap; }
.good { background: light-dark(#d8f0dd, #1e4a2a); } .bad { background: light-dark(#fadada, #5c2323); }
.held { background: light-dark(#fbecc8, #55430f); } .busy { background: light-dark(#dfe8f7, #263a58); }
nav { margin: 1rem 0; }
`;

/** Replaces the content every three seconds, while the page is looked at; where the reader is stays where it is. */
export const pageScript = html`
async function refresh() {
  if (document.hidden) return;
  try {
    const response = await fetch(location.href);
    const fresh = new DOMParser().parseFromString(await response.text(), 'text/html').querySelector('main');
    if (response.ok) document.querySelector('main').replaceChildren(...fresh.childNodes);
  } catch { /* the server is gone or comes back */ }
}
setInterval(refresh, 3000);
`;
