<?php
declare(strict_types=1);

namespace XeroConnector\Tests;

/** Customers, products, stock, statuses: what is read and what is written. */
final class RecordsTest extends ShopTestCase
{
    public function testACustomerIsToldWithoutWhatLetsSomebodyLogIn(): void
    {
        $this->put("INSERT INTO shop_customer (firstname, email, token, date_added)
            VALUES ('Ada &amp; Co', 'ada@example.com', 't', '2026-11-01 10:00:00')");
        $this->put("INSERT INTO shop_address (customer_id, address_1, country_id, zone_id)
            VALUES (1, '1 Fleet St', 222, 3553)");
        $customer = $this->shop->call('customers', ['by' => 'placed'])['customers'][0];
        $expected = [
            'customer_id', 'customer_group_id', 'firstname', 'email', 'date_added', 'x_group', 'addresses', 'x_changed',
        ];
        self::assertSame($expected, array_keys($customer));
        self::assertSame(['Ada & Co', 'Retail'], [$customer['firstname'], $customer['x_group']]);
        $address = $customer['addresses'][0];
        self::assertSame(['GB', 'United Kingdom', 'LDN', 'Greater London'], [
            $address['iso_code_2'], $address['country'], $address['zone_code'], $address['zone'],
        ]);
    }

    public function testAProductIsToldInTheLanguageOfTheShop(): void
    {
        $this->product('SKU-1');
        $this->put("INSERT INTO shop_product_description VALUES (1, 1, 'Tea &amp; Co',
            '&lt;p&gt;Black&amp;nbsp;tea.&lt;/p&gt;&lt;p&gt;Strong &amp;amp; good&lt;/p&gt;'), (1, 2, 'Tee', '')");
        $this->put("INSERT INTO shop_product_option_value (product_id, quantity, price) VALUES (1, 4, 2)");
        $this->put("INSERT INTO shop_option_description VALUES (1, 1, 'Size')");
        $this->put("INSERT INTO shop_option_value_description VALUES (1, 1, 'Big')");
        $product = $this->shop->call('products', ['by' => 'changed'])['products'][0];
        self::assertSame('Tea & Co', $product['name']);
        self::assertSame("Black tea.\nStrong & good", $product['description']);
        self::assertSame([[
            'name' => 'Size', 'value' => 'Big', 'quantity' => '4', 'subtract' => '1', 'price' => '2.0000',
            'price_prefix' => '+',
        ]], $product['options']);
        self::assertSame('2026-02-01 00:00:00', $product['x_changed']);
    }

    public function testCodesOfProductsAreFoundWhereOpenCart41KeepsThem(): void
    {
        $this->product('');
        $this->put('ALTER TABLE shop_product DROP sku, DROP upc, DROP ean');
        $this->put('CREATE TABLE shop_product_code (product_code_id INT AUTO_INCREMENT PRIMARY KEY, product_id INT,
            code VARCHAR(48), value VARCHAR(255))');
        $this->put("INSERT INTO shop_product_code (product_id, code, value) VALUES (1, 'SKU', 'S-1'), (1, 'EAN', '34')");
        $this->order();
        $line = $this->shop->call('orders', ['ids' => [1]])['orders'][0]['order_product'][0];
        self::assertSame(['S-1', '', '34', '9'], [$line['sku'], $line['upc'], $line['ean'], $line['tax_class_id']]);
        $stock = $this->shop->call('stock', ['skus' => ['S-1']])['stock'];
        self::assertSame([['1', 'S-1']], [[$stock[0]['product_id'], $stock[0]['sku']]]);
    }

    public function testStockIsReadPageByPage(): void
    {
        foreach (['A', 'B', 'C'] as $sku) {
            $this->product($sku);
        }
        $said = $this->shop->call('stock', ['after' => 1, 'limit' => 1]);
        self::assertSame([['B'], true], [array_column($said['stock'], 'sku'), $said['more']]);
        $said = $this->shop->call('stock', ['after' => 2, 'limit' => 1]);
        self::assertSame([['C'], false], [array_column($said['stock'], 'sku'), $said['more']]);
    }

    public function testStockIsSetByIdAndBySku(): void
    {
        $this->product('A');
        $this->product('b');
        $this->product('B');
        $this->product('', 3, 'MODEL');
        $this->product('D');
        $this->product('D');
        $this->product('O');
        $this->put('INSERT INTO shop_product_option_value (product_id, subtract) VALUES (7, 1)');
        $said = $this->shop->call('set_stock', ['items' => [
            ['product_id' => 1, 'quantity' => '-2'],
            ['sku' => ' B ', 'quantity' => 8],
            ['sku' => 'MODEL', 'quantity' => '9'],
            ['sku' => 'D', 'quantity' => '10'],
            ['product_id' => 7, 'quantity' => '11'],
            ['product_id' => 99, 'quantity' => '12'],
        ]]);
        self::assertSame([
            ['product_id' => 1, 'done' => true],
            ['sku' => 'B', 'done' => true],
            ['sku' => 'MODEL', 'done' => true],
            ['sku' => 'D', 'done' => false, 'code' => 'ambiguous'],
            ['product_id' => 7, 'done' => false, 'code' => 'has_options'],
            ['product_id' => 99, 'done' => false, 'code' => 'not_found'],
        ], $said['items']);
        $quantities = array_column($this->rows('SELECT quantity FROM shop_product ORDER BY product_id'), 'quantity');
        self::assertSame(['-2', '3', '8', '9', '3', '3', '3'], $quantities);
    }

    public function testAStatusIsSetThroughTheShop(): void
    {
        $this->order();
        $said = $this->shop->call('set_status', ['order_id' => 1, 'status_id' => 5, 'comment' => 'Paid']);
        self::assertSame(['5', 'Complete', ['', 'Paid']], [$said['status'], $said['x_status_name'], $said['comments']]);
    }

    public function testACommentLeavesTheStatus(): void
    {
        $this->order('2026-11-01 10:00:00', 5);
        self::assertSame('5', $this->shop->call('add_comment', ['order_id' => 1, 'comment' => 'x'])['status']);
    }

    public function testAnOrderThatIsNotThereIsNotWrittenTo(): void
    {
        $said = $this->shop->call('set_status', ['order_id' => 1, 'status_id' => 5]);
        self::assertSame([404, 'not_found'], [$said['http'], $said['error']['code']]);
    }

    public function testACheckoutThatNobodyFinishedIsNotMadeAnOrder(): void
    {
        $this->order('2026-11-01 10:00:00', 0);
        $history = $this->rows('SELECT * FROM shop_order_history');
        foreach (['add_comment' => ['comment' => 'x'], 'set_status' => ['status_id' => 5]] as $call => $values) {
            $said = $this->shop->call($call, ['order_id' => 1] + $values);
            self::assertSame([422, 'not_placed'], [$said['http'], $said['error']['code']]);
        }
        self::assertSame($history, $this->rows('SELECT * FROM shop_order_history'));
    }

    public function testTheLastStateOfARecordIsKept(): void
    {
        $this->order();
        $this->product('A');
        $state = ['kind' => 'order', 'id' => 1, 'state' => 'held', 'reason' => 'No account.', 'at' => '2026-11-30T18:00Z'];
        $said = $this->shop->call('sync_states', ['states' => [
            $state, ['kind' => 'product', 'reason' => ''] + $state, ['id' => 77] + $state, ['kind' => 'customer'] + $state,
        ]]);
        self::assertSame(['kept' => 2, 'unknown' => [77, 1]], ['kept' => $said['kept'], 'unknown' => $said['unknown']]);
        $states = $this->shop->connector()->states();
        self::assertSame(2, $states->countNeedingAttention());
        $change = ['state' => 'in_xero', 'number' => 'INV-1', 'url' => 'https://x.example.com/1', 'reason' => ''];
        $this->shop->call('sync_states', ['states' => [$change + $state]]);
        self::assertSame(['in_xero', 'INV-1'], array_values(array_intersect_key(
            $states->of('order', [1])[1],
            ['state' => 1, 'number' => 1]
        )));
        self::assertSame(['product'], array_column($states->needingAttention(0, 10), 'kind'));
    }

    public function testTheProbeSaysHowTheShopIsSetUp(): void
    {
        $this->order();
        $this->shop->config->values += [
            'config_name' => 'Tea &amp; Co', 'config_tax' => '1', 'config_processing_status' => ['1'],
            'config_complete_status' => ['5'], 'payment_cod_status' => '1', 'total_tax_sort_order' => '5',
        ];
        $this->put("INSERT INTO shop_extension VALUES ('payment', 'cod'), ('payment', 'cheque'), ('total', 'tax')");
        $this->put("INSERT INTO shop_setting (code, `key`, value) VALUES ('x', 'shipping_flat_tax_class_id', '9'),
            ('x', 'total_low_order_fee_tax_class_id', '0')");
        $this->put('INSERT INTO shop_zone_to_geo_zone VALUES (3, 222, 0), (3, 222, 3553)');
        $said = $this->shop->call('probe');
        self::assertSame([1, '3.0.5.1', 'Tea & Co', 'https://shop.example.com', 'USD', true], [
            $said['protocol'], $said['opencart'], $said['name'], $said['url'], $said['base_currency'],
            $said['prices_include_tax'],
        ]);
        self::assertSame([
            ['code' => 'cheque', 'title' => 'Cheque', 'status' => ''],
            ['code' => 'cod', 'title' => 'Cod', 'status' => '1'],
        ], $said['payment_methods']);
        self::assertSame(['shipping.flat' => '9', 'total.low_order_fee' => '0'], $said['classes']);
        self::assertSame([
            ['geo_zone_id' => '3', 'country' => 'GB', 'zone' => ''],
            ['geo_zone_id' => '3', 'country' => 'GB', 'zone' => 'LDN'],
        ], $said['zones']);
        self::assertSame(['orders' => 1, 'products' => 0, 'customers' => 0], $said['counts']);
        self::assertNull($said['paired']);
    }

    /** Programs that import products often leave both dates at zero. */
    public function testRecordsWithoutADateAreListedFirstAndPagedById(): void
    {
        foreach (['A', 'B', 'C'] as $sku) {
            $this->product($sku);
        }
        $this->put("UPDATE shop_product SET date_added = '0000-00-00 00:00:00', date_modified = '0000-00-00 00:00:00'
            WHERE sku <> 'C'");
        $first = $this->shop->call('products', ['by' => 'changed', 'limit' => 1]);
        self::assertSame([['1', '1000-01-01 00:00:00'], true], [
            [$first['products'][0]['product_id'], $first['products'][0]['x_changed']], $first['more'],
        ]);
        $after = ['moment' => $first['products'][0]['x_changed'], 'id' => 1];
        $rest = $this->shop->call('products', ['by' => 'changed', 'after' => $after]);
        self::assertSame(['2', '3'], array_column($rest['products'], 'product_id'));
    }
}
