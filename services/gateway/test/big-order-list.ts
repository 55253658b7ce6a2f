import type { Pool } from '@pes/store';

export const big = {
  subscriber: '44444444-0000-7000-8000-000000000001',
  site: (n: number): string => `44444444-0000-7000-8000-0000000010${String(n).padStart(2, '0')}`,
  account: (n: number): string => `44444444-0000-7000-8000-00000000200${n}`,
  from: '2025-05-01T00:00:00.000Z',
};

/** Seconds between two orders, so that a million of them are a year. */
const secondsApart = 30;

export function placedAt(n: number): string {
  return new Date(Date.parse(big.from) + n * secondsApart * 1_000).toISOString();
}

const id = (kind: string, n: string): string => `('44444444-0000-7000-${kind}-' || lpad(to_hex(${n}), 12, '0'))::uuid`;

/**
 * Orders 1..count of one subscriber and a fifth of that of others. Of a hundred orders 94 are sent, two wait, two failed, one is on its
 * way and one had no target; the second account has every second order, the third every five hundredth.
 */
export async function fillOrders(db: Pool, count: number): Promise<void> {
  const step = 100_000;
  for (let start = 1; start <= count; start += step) {
    const end = Math.min(count, start + step - 1);
    await db.query(`
      insert into read_order (order_id, subscriber_id, site_id, order_number, placed_at, placed_known, version, decided_at, result, reasons, item_numbers, no_target_version, pushes)
      select ${id('8001', 'n')}, '${big.subscriber}', ('44444444-0000-7000-8000-0000000010' || lpad((n % 20)::text, 2, '0'))::uuid, n, timestamptz '${big.from}' + n * interval '${secondsApart} seconds', true, 1, now(),
        case when n % 100 in (0, 1) then 'waiting' else 'eligible' end, case when n % 100 in (0, 1) then '[{"code":"ORDER_NOT_PAID","itemNumber":null,"message":"The order is not paid."}]' else '[]' end::json, '{1}',
        case when n % 100 = 2 then 1 else 0 end,
        case when n % 100 in (0, 1, 2) then '{}' else jsonb_build_object(${id('8002', 'n')}, jsonb_build_array(3, case n % 100 when 3 then 'rejected' when 4 then 'dead' when 5 then 'queued' else 'sent' end, '${big.account(1)}'))
          || case when n % 2 = 0 then jsonb_build_object(${id('8003', 'n')}, jsonb_build_array(3, 'sent', '${big.account(2)}')) else '{}' end end
      from generate_series(${start}, ${end}) as n`);
    await db.query(`
      insert into read_push (push_id, order_id, subscriber_id, site_id, account_id, provider, order_number, placed_at, state, message, reference, reference_key, attempt, revision, changed_at)
      select case a when 1 then ${id('8002', 'n')} when 2 then ${id('8003', 'n')} else ${id('8004', 'n')} end, ${id('8001', 'n')}, '${big.subscriber}',
        ('44444444-0000-7000-8000-0000000010' || lpad((n % 20)::text, 2, '0'))::uuid, ('44444444-0000-7000-8000-00000000200' || a)::uuid, 'press-' || a, n, timestamptz '${big.from}' + n * interval '${secondsApart} seconds',
        case when a > 1 then 'sent' when n % 100 = 3 then 'rejected' when n % 100 = 4 then 'dead' when n % 100 = 5 then 'queued' else 'sent' end, 'It is so.', 'R' || a || '-' || n, 'R' || a || '-' || n, 1, 3, timestamptz '${big.from}' + n * interval '${secondsApart} seconds'
      from generate_series(${start}, ${end}) as n cross join generate_series(1, 3) as a
      where n % 100 > 2 and (a = 1 or (a = 2 and n % 2 = 0) or (a = 3 and n % 500 = 250))`);
  }
  // Others, with the same order numbers and references.
  await db.query(`
    insert into read_order (order_id, subscriber_id, site_id, order_number, placed_at, placed_known, version, result, pushes)
    select ${id('8005', 'n')}, ('55555555-0000-7000-8000-0000000000' || lpad((n % 50)::text, 2, '0'))::uuid, '${big.site(1)}', n, timestamptz '${big.from}' + n * interval '${secondsApart} seconds', true, 1, 'eligible',
      jsonb_build_object(${id('8006', 'n')}, jsonb_build_array(3, 'sent', '${big.account(9)}')) from generate_series(1, ${Math.ceil(count / 5)}) as n`);
  await db.query(`
    insert into read_push (push_id, order_id, subscriber_id, site_id, account_id, provider, order_number, placed_at, state, message, reference, reference_key, attempt, revision, changed_at)
    select ${id('8006', 'n')}, ${id('8005', 'n')}, ('55555555-0000-7000-8000-0000000000' || lpad((n % 50)::text, 2, '0'))::uuid, '${big.site(1)}', '${big.account(9)}', 'press-1', n, now(), 'sent', '', 'R1-' || n, 'R1-' || n, 1, 3, now()
    from generate_series(1, ${Math.ceil(count / 5)}) as n`);
  await db.query(`insert into read_account select '${big.subscriber}', ('44444444-0000-7000-8000-00000000200' || a)::uuid, 'press-' || a from generate_series(1, 3) as a`);
  await db.query('vacuum analyze read_order, read_push, read_account');
  // Else it is written while the lists are measured.
  await db.query('checkpoint');
}
