import type { DeadLetter } from '@pes/contracts';
import { html, type Html } from './html.ts';
import { pageScript, pageStyle } from './page-assets.ts';
import type { OrderView, Overview, Page, PushView } from './order-view.ts';

export interface PageContent {
  overview: Overview;
  orders: Page<OrderView>;
  deadLetters: readonly DeadLetter[];
  /** Allows the one script and style of the page. */
  nonce: string;
}

export function renderPage({ overview, orders, deadLetters, nonce }: PageContent): string {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Pressero Embedded Services, standalone</title>
<style nonce="${nonce}">${pageStyle}</style>
<noscript><meta http-equiv="refresh" content="5"></noscript>
</head>
<body>
<header>
<h1>Pressero Embedded Services</h1>
<p>Standalone with simulated providers and a simulated storefront. The admin pages are not part of this yet; this page only shows what the events say.</p>
<form method="post" action="/demo-orders"><button>Emit 10 demo orders</button></form>
</header>
<main>
${renderOverview(overview)}
${renderOrders(orders)}
${renderDeadLetters(deadLetters)}
</main>
<script nonce="${nonce}">${pageScript}</script>
</body>
</html>
`.html;
}

function renderOverview({ orders, eligible, waiting, undecided, states, deadLetters }: Overview): Html {
  const facts: [string, number][] = [
    ['orders', orders], ['eligible', eligible], ['waiting', waiting], ['undecided', undecided],
    ...Object.entries(states).sort(([a], [b]) => a.localeCompare(b, 'en')).map(([state, count]): [string, number] => [`pushes ${state}`, count]),
    ['dead letters', deadLetters],
  ];
  return html`<dl class="totals">${facts.map(([name, count]) => html`<div><dt>${name}</dt><dd>${count}</dd></div>`)}</dl>`;
}

function renderOrders({ rows, page, pages }: Page<OrderView>): Html {
  if (rows.length === 0) return html`<p>No orders yet.</p>`;
  return html`<table>
<thead><tr><th>Order</th><th>Site and buyer</th><th>Decision</th><th>Accounts</th></tr></thead>
<tbody>${rows.map(renderOrder)}</tbody>
</table>
<nav aria-label="Pages">${page > 1 ? html`<a href="/?page=${page - 1}">Newer</a>` : ''} Page ${page} of ${pages} ${page < pages ? html`<a href="/?page=${page + 1}">Older</a>` : ''}</nav>`;
}

function renderOrder(order: OrderView): Html {
  return html`<tr>
<th scope="row">${order.orderNumber}<small>${order.story}</small><small>${order.placedAt.slice(0, 19).replace('T', ' ')} UTC</small></th>
<td>${order.site}<small>${order.customer}</small><small>${order.items} ${order.items === 1 ? 'item' : 'items'}, ${order.total}</small></td>
<td>${badge(order.decision)}${order.waitingFor.map((reason) => html`<small>${reason}</small>`)}</td>
<td>${order.pushes.map(renderPush)}</td>
</tr>`;
}

function renderPush({ account, state, message, reference, providerRef, attempt, nextAttemptAt }: PushView): Html {
  const facts = [
    reference, providerRef === '' ? '' : `id ${providerRef}`, attempt > 1 ? `attempt ${attempt}` : '', nextAttemptAt === '' ? '' : `next ${nextAttemptAt.slice(11, 19)} UTC`,
  ];
  return html`<div class="push">${badge(state)} <b>${account}</b> <span>${facts.filter((fact) => fact !== '').join(' · ')}</span><small>${message}</small></div>`;
}

const tones: Readonly<Record<string, string>> = {
  sent: 'good', eligible: 'good',
  rejected: 'bad', dead: 'bad', 'needs-person': 'bad', blocked: 'bad',
  waiting: 'held', 'waiting-mapping': 'held', withdrawn: 'held', 'no-target': 'held',
};

function badge(state: string): Html {
  return html`<span class="badge ${tones[state] ?? 'busy'}">${state}</span>`;
}

function renderDeadLetters(letters: readonly DeadLetter[]): Html {
  if (letters.length === 0) return html``;
  const rows = letters.map(({ deadAt, consumer, subject, code, errors }) =>
    html`<tr><td>${deadAt.slice(0, 19).replace('T', ' ')}</td><td>${consumer}</td><td>${subject}</td><td>${code}<small>${errors.join('; ')}</small></td></tr>`);
  return html`<h2>Newest dead letters</h2><table><thead><tr><th>Time (UTC)</th><th>Reader</th><th>Subject</th><th>Why</th></tr></thead><tbody>${rows}</tbody></table>`;
}
