<?php
declare(strict_types=1);

namespace XeroConnector\Tests;

/** Orders come whole, in their order, in as many statements for a page as for one. */
final class OrdersTest extends ShopTestCase
{
    private function listed(array $parameters = []): array
    {
        return $this->call('orders', $parameters + ['by' => 'changed']);
    }

    private function ids(array $said): array
    {
        return array_map('intval', array_column($said['orders'], 'order_id'));
    }

    public function testAnOrderIsTheObjectOfTheRestApiWithWhatThatLacks(): void
    {
        $this->put("INSERT INTO cs_payments (payment_id, processor_id, processor_params) VALUES (1, 4, 'secret keys')");
        $this->put("INSERT INTO cs_payment_descriptions (payment_id, payment) VALUES (1, 'Card')");
        $this->put("INSERT INTO cs_payment_processors VALUES (4, 'Some gateway')");
        $id = $this->order();
        $this->data($id, 'P', strrev(serialize(['transaction_id' => 'T-1', 'card_number' => '4111111111111111',
            'cvv2' => '123', 'nested' => ['expiry_year' => '29', 'note' => 'n']])));
        $this->data($id, 'L', serialize([['shipping_id' => 3, 'rate' => 0, 'group_key' => 0]]));
        $this->data($id, 'U', serialize(['GC-1' => ['amount' => 5, 'cost' => 2]]));
        $this->data($id, 'I', serialize(['points' => 10, 'cost' => 1]));
        $this->data($id, 'C', serialize(['SPRING' => [1]]));
        $this->put("INSERT INTO cs_shipping_descriptions (shipping_id, shipping) VALUES (3, 'Post')");
        $this->put("INSERT INTO cs_order_docs VALUES (77, 'C', $id)");
        $this->put("INSERT INTO cs_profile_fields_data VALUES ($id, 'O', 38, 'GB123456789')");
        $return = $this->put("INSERT INTO cs_rma_returns (order_id, timestamp, action, status)
            VALUES ($id, 1796000001, 4, 'C')");
        $this->put("INSERT INTO cs_rma_return_products VALUES ($return, 1234567890, 7, 1, 1, 'A', 6, ''),
            ($return, 1234567890, 7, 1, 1, 'D', 6, '')");
        $shipment = $this->put("INSERT INTO cs_shipments (shipping_id, carrier, timestamp) VALUES (3, 'ups', 1796000002)");
        $this->put("INSERT INTO cs_shipment_items VALUES (1234567890, $shipment, $id, 7, 1)");
        $order = $this->listed()['orders'][0];
        self::assertSame([(string) $id, '12.00', 'P'], [$order['order_id'], $order['total'], $order['status']]);
        $product = $order['products']['1234567890'];
        self::assertSame(['6.00', '2', '12.00', 'TEA', 'Tea', true, 1, '6.00'], [
            $product['price'], $product['amount'], $product['subtotal'], $product['product_code'],
            $product['product'], $product['deleted_product'], $product['shipped_amount'], $product['base_price'],
        ]);
        self::assertSame('20.000', $order['taxes']['6']['rate_value']);
        self::assertSame([], $order['taxes']['6']['applies']['items']['S']);
        self::assertSame(['EUR', ['GC-1' => ['amount' => 5, 'cost' => 2]], ['points' => 10, 'cost' => 1]], [
            $order['secondary_currency'], $order['use_gift_certificates'], $order['points_info']['in_use'],
        ]);
        self::assertSame('Post', $order['shipping'][0]['shipping']);
        self::assertSame(['SPRING' => [1]], $order['coupons']);
        self::assertSame(['T-1', ['note' => 'n']], array_values($order['payment_info']));
        self::assertSame(['Card', 'Some gateway'], [
            $order['payment_method']['payment'], $order['payment_method']['processor'],
        ]);
        self::assertSame([null, '77', ['C' => '77']], [
            $order['invoice_id'], $order['credit_memo_id'], $order['doc_ids'],
        ]);
        self::assertSame(['38' => 'GB123456789'], $order['fields']);
        self::assertSame(['United States', 'Massachusetts'], [$order['b_country_descr'], $order['b_state_descr']]);
        self::assertSame(['1', 'A', '1'], [
            $order['returns'][$return]['products']['1234567890']['amount'],
            $order['returns'][$return]['products']['1234567890']['type'],
            $order['returns'][$return]['products']['1234567890-D']['amount'],
        ]);
        self::assertSame(['ups', ['1234567890' => '1']], [
            $order['shipments'][0]['carrier'], $order['shipments'][0]['products'],
        ]);
        self::assertSame(['USD', 'Tea shop', 'Processed', true], [
            $order['x_base_currency'], $order['x_company'], $order['x_status_name'], $order['need_shipping'],
        ]);
        $text = json_encode($order);
        foreach (['secret keys', '4111', 'cvv2', 'validation_code', 'ip_address', 'expiry_year'] as $secret) {
            self::assertStringNotContainsString($secret, $text);
        }
    }

    public function testAPageTakesAsManyStatementsAsOneOrder(): void
    {
        $this->order();
        $this->listed(); // which notes that the connector was here
        CsCartState::$statements = [];
        $this->listed();
        $forOne = count(CsCartState::$statements);
        for ($number = 0; $number < 59; $number++) {
            $this->order();
        }
        CsCartState::$statements = [];
        self::assertCount(60, $this->listed()['orders']);
        self::assertCount($forOne, CsCartState::$statements);
        self::assertLessThan(30, $forOne);
    }

    public function testOrdersAreListedByWhenTheyChangedAndPagedWithoutGaps(): void
    {
        $old = $this->order(1000);
        $edited = $this->order(2000, 'P', 9000);
        $noted = $this->order(3000);
        $this->order(4000, 'N');
        $this->clock->now = 8000;
        $this->connector()->outbox()->changed('order', $noted);
        self::assertSame([$old, $noted, $edited], $this->ids($this->listed()));
        self::assertSame([$old, $edited, $noted], $this->ids($this->listed(['by' => 'placed'])));
        self::assertSame([$noted, $edited], $this->ids($this->listed(['since' => 8000])));
        self::assertSame([$noted], $this->ids($this->listed(['since' => 8000, 'until' => 8999])));
        $page = $this->listed(['limit' => 2]);
        self::assertSame([true, 8000, 4], [$page['more'], $page['orders'][1]['x_changed'], $page['last_id']]);
        $after = ['moment' => 8000, 'id' => $noted];
        self::assertSame([$edited], $this->ids($this->listed(['after' => $after])));
        self::assertSame(2, $this->call('count', ['by' => 'changed', 'since' => 8000])['count']);
        self::assertSame([$noted, 4], $this->ids($this->call('orders', ['ids' => [4, $noted, 99]])));
        self::assertSame([$noted], $this->ids($this->call('orders', ['after_id' => 2])));
    }

    public function testOlderVersionsHaveNoDatesOfChange(): void
    {
        $this->put('ALTER TABLE cs_orders DROP COLUMN updated_at');
        $this->put("INSERT INTO cs_orders (total, timestamp) VALUES (12, 5000)");
        self::assertSame([1], $this->ids($this->listed()));
        $this->clock->now = 6000;
        $this->connector()->outbox()->changed('order', 1);
        self::assertSame(6000, $this->listed(['since' => 5500])['orders'][0]['x_changed']);
    }

    public function testADeletedOrderComesAsItStood(): void
    {
        $id = $this->order(1000);
        $never = $this->order(1000, 'N');
        $this->clock->now = 7000;
        foreach ([$id, $never] as $gone) {
            $this->connector()->outbox()->deletingOrder($gone);
            $this->put("DELETE FROM cs_orders WHERE order_id = $gone");
            $this->put("DELETE FROM cs_order_details WHERE order_id = $gone");
        }
        $said = $this->listed(['since' => 2000]);
        self::assertSame([$id], $this->ids($said));
        self::assertSame([7000, 7000, '6.00'], [
            $said['orders'][0]['x_deleted'], $said['orders'][0]['x_changed'],
            $said['orders'][0]['products']['1234567890']['price'],
        ]);
        self::assertSame([$id], $this->ids($this->call('orders', ['ids' => [$id, $never]])));
        $this->clock->now += 401 * 86400;
        $this->connector()->outbox()->deletingOrder($this->order());
        self::assertSame([], $this->ids($this->call('orders', ['ids' => [$id]])));
    }

    public function testADeletionThatWasNotFinishedLeavesTheOrder(): void
    {
        $id = $this->order(1000);
        $this->connector()->outbox()->deletingOrder($id);
        $said = $this->listed();
        self::assertSame([$id], $this->ids($said));
        self::assertArrayNotHasKey('x_deleted', $said['orders'][0]);
    }

    public function testTheShopsOwnFunctionMayMakeTheOrders(): void
    {
        $id = $this->order();
        $this->order();
        CsCartState::$orders = [$id => ['order_id' => $id, 'total' => '12.00', 'status' => 'P', 'company_id' => '1',
            'validation_code' => 'x', 'payment_method' => ['payment' => 'Card', 'processor_params' => 'keys'],
            'payment_info' => ['cvv2' => '123', 'transaction_id' => 'T'], 'products' => []]];
        $said = $this->listed(['as' => 'shop']);
        self::assertSame([$id], $this->ids($said));
        $order = $said['orders'][0];
        self::assertSame([['payment' => 'Card'], ['transaction_id' => 'T'], 'Tea shop', []], [
            $order['payment_method'], $order['payment_info'], $order['x_company'], $order['returns'],
        ]);
        self::assertArrayNotHasKey('validation_code', $order);
    }

    public function testStoredRubbishIsNoReasonToFailAndNoObjectIsMade(): void
    {
        $id = $this->put("INSERT INTO cs_orders (total, timestamp, promotions) VALUES (1, 5, 'rubbish')");
        $this->data($id, 'T', 'a:1:{i:0;');
        $this->data($id, 'C', serialize(['A' => new \ArrayObject(['x'])]));
        $this->data($id, 'L', serialize('text'));
        $this->data($id, 'P', 'garbage');
        $this->put("INSERT INTO cs_order_details VALUES (5, $id, 7, '', 1, 1, '\\xff\\xfe')");
        $order = $this->listed()['orders'][0];
        self::assertSame([[], ['A' => null], [], []], [
            $order['taxes'], $order['coupons'], $order['shipping'], $order['payment_info'],
        ]);
        self::assertSame([], $order['products']['5']['extra']);
    }

    public function testAShopWithoutReturnsHasNone(): void
    {
        $this->put('DROP TABLE cs_rma_returns');
        $this->put('DROP TABLE cs_rma_properties');
        $this->order();
        self::assertSame([], $this->listed()['orders'][0]['returns']);
        self::assertSame([], $this->call('probe')['return_actions']);
    }
}
