import { describe, expect, it } from '@jest/globals';
import { createPushTracker } from '../src/demo/push-tracker.ts';
import { ordersPage, overview } from '../src/page/order-view.ts';
import { renderPage } from '../src/page/render-page.ts';
import type { EmittedOrder } from '../src/pressero/emitted-orders.ts';

const emitted = (index: number): EmittedOrder => ({
  kind: 'paid-and-approved', orderId: `order-${index}`, orderNumber: 100 + index, siteName: 'Shop <script>alert(1)</script> & Co', customer: 'O\'Brien "x"', placedAt: '2026-03-02T09:00:00.000Z',
  total: '10.00', currency: 'USD', itemCount: 1, decidingVersion: 1, lastVersion: 1, expected: { eligible: true, deliveries: [] },
});
const orders = Array.from({ length: 120 }, (_, index) => emitted(index));
const tracker = createPushTracker();

const render = (page: number): string => renderPage({
  overview: overview(orders, tracker), orders: ordersPage(orders, tracker, { page, pageSize: 50 }), deadLetters: [], nonce: 'n',
});

describe('the status page', () => {
  it('escapes whatever comes from an order', () => {
    const text = render(1);
    expect(text).toContain('Shop &lt;script&gt;alert(1)&lt;/script&gt; &amp; Co');
    expect(text).toContain('O&#39;Brien &quot;x&quot;');
    expect(text.match(/<script/g)).toHaveLength(1);
  });

  it('shows the newest orders first, page by page', () => {
    const numbers = (page: number): number[] => ordersPage(orders, tracker, { page, pageSize: 50 }).rows.map(({ orderNumber }) => orderNumber);
    expect([numbers(1)[0], numbers(1).length, numbers(3).at(-1), numbers(3).length]).toEqual([219, 50, 100, 20]);
    expect(numbers(99)).toEqual(numbers(3));
  });

  it('links to the neighbours of a page that has them', () => {
    expect([render(1), render(2), render(3)].map((text) => [text.includes('>Newer<'), text.includes('>Older<')])).toEqual([[false, true], [true, true], [true, false]]);
  });

  it('says that the admin pages are not part of it', () => {
    expect(render(1)).toContain('The admin pages are not part of this yet');
  });
});
