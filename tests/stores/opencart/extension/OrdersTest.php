<?php
declare(strict_types=1);

namespace XeroConnector\Tests;

/** Pages of orders are exact, and an order in them is whole. */
final class OrdersTest extends ShopTestCase
{
    /** @return array<int, int> */
    private function ids(array $said): array
    {
        return array_map(static function (array $order): int {
            return (int) $order['order']['order_id'];
        }, $said['orders']);
    }

    /** @return array<int, int> the ids of all pages, read as the connector reads them */
    private function pages(array $parameters, ?callable $between = null): array
    {
        $ids = [];
        do {
            $said = $this->shop->call('orders', $parameters);
            $ids = array_merge($ids, $this->ids($said));
            $last = end($said['orders']);
            $parameters['after'] = ['moment' => $last['x_changed'], 'id' => (int) $last['order']['order_id']];
            if ($between !== null) {
                $between();
                $between = null;
            }
        } while ($said['more']);
        return $ids;
    }

    public function testPagesAreSortedByMomentAndNumber(): void
    {
        $this->order('2026-11-02 10:00:00');
        $this->order('2026-11-01 10:00:00');
        $this->order('2026-11-02 10:00:00');
        $this->order('2026-11-03 10:00:00');
        self::assertSame([2, 1, 3, 4], $this->pages(['by' => 'changed', 'limit' => 1]));
        self::assertSame([2, 1, 3, 4], $this->pages(['by' => 'changed', 'limit' => 3]));
    }

    public function testAHundredThatChangedAtOneMomentAreEachReadOnce(): void
    {
        for ($number = 0; $number < 45; $number++) {
            $this->order();
        }
        self::assertSame(range(1, 45), $this->pages(['by' => 'changed', 'limit' => 10]));
    }

    public function testAnOrderThatChangesWhileItIsReadIsMetAgainAndHidesNoOther(): void
    {
        foreach ([1, 2, 3, 4] as $day) {
            $this->order("2026-11-0$day 10:00:00");
        }
        $ids = $this->pages(['by' => 'changed', 'limit' => 2], function (): void {
            $this->put("UPDATE shop_order SET date_modified = '2026-11-09 10:00:00' WHERE order_id = 2");
        });
        self::assertSame([1, 2, 3, 4, 2], $ids);
    }

    public function testAnOrderThatChangesBetweenListAndReadingStandsWhereItWasListed(): void
    {
        $this->order('2026-11-01 10:00:00');
        $this->order('2026-11-02 10:00:00');
        $this->shop->db->before = function (string $sql): void {
            if (strpos($sql, 'SELECT o.*') === 0) {
                $this->put("UPDATE shop_order SET total = 99, date_modified = '2026-11-09 10:00:00' WHERE order_id = 1");
            }
        };
        $said = $this->shop->call('orders', ['by' => 'changed', 'limit' => 1]);
        self::assertSame('2026-11-01 10:00:00', $said['orders'][0]['x_changed']);
    }

    public function testBothEndsOfTheTimeAreWithin(): void
    {
        foreach (['09:59:59', '10:00:00', '11:00:00', '11:00:01'] as $time) {
            $this->order('2026-11-01 ' . $time);
        }
        $span = ['by' => 'changed', 'since' => '2026-11-01 10:00:00', 'until' => '2026-11-01 11:00:00'];
        self::assertSame([2, 3], $this->pages($span + ['limit' => 100]));
        self::assertSame(2, $this->shop->call('count', $span)['count']);
    }

    public function testByPlacingTheDateOfTheOrderCounts(): void
    {
        $this->order('2026-11-09 10:00:00', 1, '2026-11-02 10:00:00');
        $this->order('2026-11-08 10:00:00', 1, '2026-11-01 10:00:00');
        $said = $this->shop->call('orders', ['by' => 'placed', 'limit' => 1]);
        self::assertSame([2], $this->ids($said));
        $after = ['moment' => $said['orders'][0]['order']['date_added'], 'id' => 2];
        self::assertSame([1], $this->ids($this->shop->call('orders', ['by' => 'placed', 'after' => $after])));
    }

    public function testAHistoryAndAReturnChangeTheirOrder(): void
    {
        $this->order('2026-11-01 10:00:00');
        $this->order('2026-11-02 10:00:00');
        $this->put("INSERT INTO shop_order_history (order_id, order_status_id, comment, date_added)
            VALUES (1, 5, '', '2026-11-03 10:00:00')");
        self::assertSame([2, 1], $this->pages(['by' => 'changed', 'limit' => 1]));
        $this->put("INSERT INTO shop_return (order_id, date_added, date_modified)
            VALUES (2, '2026-11-04 10:00:00', '2026-11-04 10:00:00')");
        self::assertSame([1, 2], $this->pages(['by' => 'changed', 'limit' => 1]));
    }

    public function testACheckoutThatNobodyFinishedIsToldByItsNumberAlone(): void
    {
        $this->order('2026-11-01 10:00:00', 0);
        self::assertSame([], $this->shop->call('orders', ['by' => 'changed'])['orders']);
        self::assertSame([], $this->shop->call('orders', ['after_id' => 0])['orders']);
        self::assertSame([1], $this->ids($this->shop->call('orders', ['ids' => [1, 2]])));
    }

    public function testPagesByNumber(): void
    {
        foreach ([1, 2, 3] as $day) {
            $this->order("2026-11-0$day 10:00:00");
        }
        $said = $this->shop->call('orders', ['after_id' => 1, 'limit' => 1]);
        self::assertSame([[2], true, 3], [$this->ids($said), $said['more'], $said['last_id']]);
    }

    public function testAnOrderIsFoundByItsNumberAndByItsInvoiceNumber(): void
    {
        $this->order();
        $this->order();
        $this->put("UPDATE shop_order SET invoice_no = 1, invoice_prefix = 'INV-26-' WHERE order_id = 2");
        self::assertSame([1], $this->ids($this->shop->call('orders', ['number' => '1'])));
        self::assertSame([2], $this->ids($this->shop->call('orders', ['number' => 'INV-26-1'])));
        self::assertSame([], $this->ids($this->shop->call('orders', ['number' => 'INV-0'])));
        self::assertSame([], $this->ids($this->shop->call('orders', ['number' => "1' OR '1'='1"])));
        self::assertSame([], $this->ids($this->shop->call('orders', ['number' => "\u{1F600}"])));
    }

    public function testAnOrderIsWhole(): void
    {
        $this->product('SKU-1');
        $this->put("UPDATE shop_product SET upc = '12', ean = '34' WHERE product_id = 1");
        $this->put("INSERT INTO shop_category_path VALUES (7, 3, 0), (7, 7, 1)");
        $this->put("INSERT INTO shop_category_description VALUES (3, 1, 'Food &amp; Drink'), (7, 1, 'Tea')");
        $this->put('INSERT INTO shop_product_to_category VALUES (1, 7)');
        $this->shop->connector()->accounts()->keep(1, '200', '310');
        $this->order();
        $this->put("INSERT INTO shop_voucher (order_id, code) VALUES (77, 'GIFT')");
        $this->put('INSERT INTO shop_voucher_history (voucher_id, order_id, amount) VALUES (1, 1, -5)');
        $this->put("INSERT INTO shop_return (order_id, date_added, date_modified) VALUES (1, NOW(), NOW())");
        $order = $this->shop->call('orders', ['ids' => [1]])['orders'][0];
        $line = $order['order_product'][0];
        self::assertSame(['GB', 'LDN', '', ''], [
            $order['order']['payment_iso_code_2'], $order['order']['payment_zone_code'],
            $order['order']['shipping_iso_code_2'], $order['order']['shipping_zone_code'],
        ]);
        self::assertSame(['en-gb', 'Pending', '12.0000'], [
            $order['order']['language_code'], $order['order']['x_status_name'], $order['order']['total'],
        ]);
        self::assertSame(['SKU-1', '12', '34', '9', ['Food & Drink > Tea'], '200', '310'], [
            $line['sku'], $line['upc'], $line['ean'], $line['tax_class_id'], $line['x_categories'],
            $line['sales_account'], $line['purchase_account'],
        ]);
        self::assertSame(['sub_total', 'total'], array_column($order['order_total'], 'code'));
        $redeemed = [['code' => 'GIFT', 'amount' => '-5.0000', 'voucher_order_id' => '77']];
        self::assertSame($redeemed, $order['x_vouchers_redeemed']);
        self::assertCount(1, $order['return']);
        self::assertSame('Retail', $order['x_customer_group']);
        self::assertArrayNotHasKey('x_deleted', $order);
    }

    public function testALineOfADeletedProductIsStillALine(): void
    {
        $this->order();
        $line = $this->shop->call('orders', ['ids' => [1]])['orders'][0]['order_product'][0];
        self::assertSame(['', null, [], ''], [
            $line['sku'], $line['tax_class_id'], $line['x_categories'], $line['sales_account'],
        ]);
    }

    public function testATextIsDecodedOnceAndJsonNotAtAll(): void
    {
        $this->order();
        $this->put("UPDATE shop_order SET payment_company = 'Smith &amp;amp; &quot;Sons&quot;',
            comment = 'a &lt;b&gt; c', payment_method = '{\"name\":\"A &amp; B\"}', custom_field = '[\"&amp;\"]'");
        $order = $this->shop->call('orders', ['ids' => [1]])['orders'][0]['order'];
        self::assertSame('Smith &amp; "Sons"', $order['payment_company']);
        self::assertSame('a <b> c', $order['comment']);
        self::assertSame('{"name":"A &amp; B"}', $order['payment_method']);
        self::assertSame('["&amp;"]', $order['custom_field']);
    }

    public function testFieldsOfTheShopHaveTheirNames(): void
    {
        $this->order();
        $this->put("INSERT INTO shop_custom_field VALUES (1, 'text', 'account'), (2, 'checkbox', 'address')");
        $this->put("INSERT INTO shop_custom_field_description VALUES (1, 1, 'VAT number'), (2, 1, 'How')");
        $this->put("INSERT INTO shop_custom_field_value_description VALUES (5, 1, 'Mail'), (6, 1, 'Phone')");
        $this->put("UPDATE shop_order SET custom_field = '{\"1\":\"GB1 &amp; 2\",\"9\":\"gone\"}',
            payment_custom_field = '{\"2\":[\"5\",\"6\"]}'");
        $order = $this->shop->call('orders', ['ids' => [1]])['orders'][0];
        self::assertSame([
            ['name' => 'VAT number', 'value' => 'GB1 & 2', 'location' => 'account'],
            ['name' => 'How', 'value' => 'Mail, Phone', 'location' => 'address'],
        ], $order['x_custom_fields']);
    }

    public function testADeletedOrderIsToldAsItStood(): void
    {
        $this->order('2026-11-01 10:00:00', 5);
        $this->order();
        $before = $this->shop->call('orders', ['ids' => [1]])['orders'][0];
        $outbox = $this->shop->connector()->outbox();
        $outbox->deletingOrder(1);
        $this->put('DELETE FROM shop_order WHERE order_id = 1');
        $this->put('DELETE FROM shop_order_total WHERE order_id = 1');
        $outbox->deletedOrder(1);
        $said = $this->shop->call('orders', ['ids' => [1, 2]])['orders'];
        self::assertSame(['2', '1'], [$said[0]['order']['order_id'], $said[1]['order']['order_id']]);
        self::assertMatchesRegularExpression('/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/', $said[1]['x_deleted']);
        unset($before['x_changed'], $said[1]['x_changed'], $said[1]['x_deleted']);
        self::assertSame($before, $said[1]);
    }

    public function testManyOrdersAreReadInAsManyStatementsAsOne(): void
    {
        for ($number = 0; $number < 60; $number++) {
            $this->order();
        }
        $this->statements(['ids' => [1]]);
        self::assertSame($this->statements(['ids' => [1]]), $this->statements(['ids' => range(1, 60)]));
        self::assertLessThan(25, $this->statements(['by' => 'changed', 'limit' => 60]));
    }

    public function testVouchersAreLeftOutWhereTheShopHasNone(): void
    {
        $this->order();
        $this->put('DROP TABLE shop_order_voucher, shop_voucher, shop_voucher_history');
        $order = $this->shop->call('orders', ['ids' => [1]])['orders'][0];
        self::assertSame([[], []], [$order['order_voucher'], $order['x_vouchers_redeemed']]);
    }

    private function statements(array $parameters): int
    {
        $this->shop->db->statements = [];
        $this->shop->call('orders', $parameters);
        return count($this->shop->db->statements);
    }
}
