<?php
declare(strict_types=1);

namespace XeroConnector\Tests;

/** Customers, products, stock and the shop itself; and what is written. */
final class RecordsTest extends ShopTestCase
{
    public function testACustomerComesWithAddressesGroupsAndNoSecrets(): void
    {
        $id = $this->put("INSERT INTO cs_users (email, firstname, timestamp) VALUES ('a@example.com', 'Ann', 500)");
        $this->put("INSERT INTO cs_users (email, user_type) VALUES ('admin@example.com', 'A')");
        $this->put("INSERT INTO cs_user_profiles (user_id, b_address, b_country) VALUES ($id, 'Road 1', 'GB')");
        $this->put("INSERT INTO cs_user_profiles (user_id, profile_type, b_address) VALUES ($id, 'S', 'Other')");
        $this->put("INSERT INTO cs_usergroup_links (user_id, usergroup_id, status) VALUES ($id, 9, 'A')");
        $said = $this->call('customers', ['by' => 'changed']);
        self::assertCount(1, $said['customers']);
        $customer = $said['customers'][0];
        self::assertSame(['Ann', 'Road 1', 'A', '500'], [
            $customer['firstname'], $customer['b_address'], $customer['usergroups'][9]['status'], $customer['x_changed'],
        ]);
        self::assertSame([], array_intersect(['password', 'salt', 'api_key', 'last_passwords'], array_keys($customer)));
        $this->clock->now = 900;
        $this->connector()->outbox()->changed('customer', $id);
        self::assertCount(1, $this->call('customers', ['by' => 'changed', 'since' => 900])['customers']);
        $bare = $this->put("INSERT INTO cs_users (email) VALUES ('b@example.com')");
        self::assertSame('', $this->call('customers', ['ids' => [$bare]])['customers'][0]['b_address']);
    }

    public function testAProductComesWithItsPriceCategoriesAndText(): void
    {
        $id = $this->product('TEA');
        $this->put("INSERT INTO cs_product_prices VALUES ($id, 6, 1, 0), ($id, 4, 10, 0), ($id, 5, 1, 3)");
        $this->put("INSERT INTO cs_products_categories VALUES ($id, 30, 'M'), ($id, 20, 'A')");
        $product = $this->call('products', ['by' => 'changed'])['products'][0];
        self::assertSame(['Tea', '6.00', [30, 20], 30, ['6', '7'], 'Good & strong', '2000'], [
            $product['product'], $product['price'], $product['category_ids'], $product['main_category'],
            $product['tax_ids'], $product['full_description'], $product['x_changed'],
        ]);
    }

    public function testStockIsPagedAndFoundByExactCodes(): void
    {
        $first = $this->product('TEA');
        $options = $this->product('CUP', 0, 'O');
        $this->product('tea', 5);
        $this->put("INSERT INTO cs_product_options_inventory VALUES ($options, 'CUP-RED', 'h1', '1_2', 4),
            ($options, '', 'h2', '1_3', 4)");
        $said = $this->call('stock', ['limit' => 2]);
        self::assertSame([['TEA', 'CUP-RED'], true, 2], [
            array_column($said['stock'], 'product_code'), $said['more'], $said['last'],
        ]);
        $rest = $this->call('stock', ['after' => 2]);
        self::assertSame([['tea'], false], [array_column($rest['stock'], 'product_code'), $rest['more']]);
        $found = $this->call('stock', ['skus' => ['TEA', ' CUP-RED ']])['stock'];
        self::assertSame([(string) $first, '4'], [$found[0]['product_id'], $found[1]['amount']]);
        self::assertCount(2, $found);
    }

    public function testTheProbeSaysHowTheShopIsSetUp(): void
    {
        $this->order();
        $this->product('TEA');
        $this->put("INSERT INTO cs_rma_properties VALUES (4, 'A'), (5, 'R')");
        $this->put("INSERT INTO cs_rma_property_descriptions VALUES (4, 'en', 'Refund'), (5, 'en', 'Broken')");
        $said = $this->call('probe');
        self::assertSame(['1.0.0', 1, '4.18.1', 'ULTIMATE', 'Tea shop', 'https://shop.example.com/store'], [
            $said['addon'], $said['protocol'], $said['cscart'], $said['edition'], $said['name'], $said['url'],
        ]);
        self::assertSame(['USD', 'Europe/London', 'subtotal', 1, null], [
            $said['base_currency'], $said['timezone'], $said['tax_calculation'], $said['last_order_id'], $said['paired'],
        ]);
        self::assertSame(['orders' => 1, 'products' => 1, 'customers' => 0], $said['counts']);
        self::assertSame(['O', 'P', 'C'], array_column($said['statuses'], 'status'));
        self::assertSame(['inventory' => 'D'], $said['statuses'][1]['params']);
        self::assertSame([['id' => '4', 'name' => 'Refund']], $said['return_actions']);
        self::assertSame([['company_id' => '1', 'company' => 'Tea shop']], $said['companies']);
        self::assertArrayNotHasKey('symbol', $said['currencies'][0]);
    }

    public function testTheProbeSaysWhichTaxesAreChargedWhereAndHowGoodsAreSent(): void
    {
        $this->put("INSERT INTO cs_taxes VALUES (6, 'Y', 'A'), (7, 'N', 'A'), (8, 'N', 'D')");
        $this->put("INSERT INTO cs_tax_descriptions VALUES (6, 'en', 'VAT'), (7, 'en', 'Sales tax')");
        $this->put("INSERT INTO cs_destinations VALUES (1, 'A'), (2, 'A'), (3, 'D')");
        $this->put("INSERT INTO cs_destination_elements (destination_id, element, element_type)
            VALUES (1, 'GB', 'C'), (2, '1', 'S'), (2, '02108', 'Z'), (3, 'FR', 'C'), (2, '99', 'S')");
        $this->put("INSERT INTO cs_tax_rates (tax_id, destination_id, rate_value, rate_type)
            VALUES (6, 1, 20, 'P'), (7, 2, 6.25, 'P'), (8, 1, 3, 'P'), (6, 3, 20, 'P')");
        $this->put("INSERT INTO cs_shippings VALUES (1, 'A'), (2, 'D')");
        $this->put("INSERT INTO cs_shipping_descriptions VALUES (1, 'en', 'Courier'), (1, 'fr', 'Coursier')");
        $said = $this->call('probe');
        self::assertSame([
            ['tax_id' => '6', 'tax' => 'VAT', 'rate_value' => '20.000', 'rate_type' => 'P', 'destination_id' => '1'],
            ['tax_id' => '7', 'tax' => 'Sales tax', 'rate_value' => '6.250', 'rate_type' => 'P',
                'destination_id' => '2'],
        ], $said['tax_rates']);
        self::assertSame([
            ['destination_id' => '1', 'country' => 'GB', 'state' => ''],
            ['destination_id' => '2', 'country' => 'US', 'state' => 'MA'],
            ['destination_id' => '3', 'country' => 'FR', 'state' => ''],
        ], $said['destinations']);
        self::assertSame([
            ['shipping_id' => '1', 'shipping' => 'Courier', 'status' => 'A'],
            ['shipping_id' => '2', 'shipping' => '', 'status' => 'D'],
        ], $said['shippings']);
    }

    public function testAStatusIsSetByTheShopItselfAndNobodyIsTold(): void
    {
        $id = $this->order();
        $said = $this->call('set_status', ['order_id' => $id, 'status' => 'C', 'notify' => false]);
        self::assertSame(['C', 'Complete', false], [$said['status'], $said['x_status_name'], $said['parent']]);
        self::assertSame([[$id, 'C', ['C' => false, 'A' => false, 'V' => false]]], CsCartState::$statusChanges);
        $this->call('set_status', ['order_id' => $id, 'status' => 'C', 'notify' => false]);
        self::assertCount(1, CsCartState::$statusChanges);
    }

    /** @dataProvider wrongStatuses */
    public function testAStatusThatCannotBeIsRefused(string $order, string $status, int $http, string $code): void
    {
        $this->order(1, 'N');
        $this->put("INSERT INTO cs_orders (is_parent_order, status) VALUES ('Y', 'T')");
        $this->order();
        $said = $this->call('set_status', ['order_id' => $order, 'status' => $status, 'notify' => false]);
        self::assertSame([$http, $code], [$said['http'], $said['error']['code']]);
        self::assertSame([], CsCartState::$statusChanges);
    }

    public function wrongStatuses(): array
    {
        return [
            'no such order' => ['99', 'C', 404, 'not_found'],
            'not finished' => ['1', 'C', 422, 'not_placed'],
            'divided' => ['2', 'C', 422, 'parent_order'],
            'a status of something else' => ['3', 'R', 422, 'bad_parameter'],
            'no status' => ['3', '', 422, 'bad_parameter'],
        ];
    }

    public function testStockIsPutAndWhatCannotBePutIsSaid(): void
    {
        $tea = $this->product('TEA');
        $cup = $this->product('CUP', 0, 'O');
        $this->product('GIFT', 0, 'D');
        $this->product('TWICE');
        $this->product('TWICE');
        $this->put("INSERT INTO cs_product_options_inventory VALUES ($cup, 'CUP-RED', 'h1', '1_2', 4)");
        $codes = ['TEA', 'CUP-RED', 'CUP', 'GIFT', 'TWICE', 'NONE', 'tea'];
        $said = $this->call('set_stock', ['items' => array_map(static function (string $code): array {
            return ['sku' => $code, 'quantity' => '9'];
        }, $codes)]);
        self::assertSame([null, null, 'has_options', 'not_counted', 'ambiguous', 'not_found', 'not_found'], array_map(
            static function (array $item): ?string {
                return $item['code'] ?? null;
            },
            $said['items']
        ));
        self::assertSame([['amount' => '9']], $this->rows("SELECT amount FROM cs_products WHERE product_id = $tea"));
        self::assertSame([['amount' => '9']], $this->rows('SELECT amount FROM cs_product_options_inventory'));
        $left = $this->rows("SELECT DISTINCT amount FROM cs_products WHERE product_code = 'TWICE'");
        self::assertSame([['amount' => '3']], $left);
    }

    public function testStatesAreKeptAndUnknownRecordsNamed(): void
    {
        $id = $this->order();
        $state = ['kind' => 'order', 'id' => $id, 'state' => 'in_xero', 'number' => 'CS-1', 'url' => 'https://x.test/1',
            'reason' => "it's \u{1F600} <b>", 'at' => '2026-11-30T12:00:00Z'];
        $said = $this->call('sync_states', ['states' => [$state, ['id' => 99] + $state]]);
        self::assertSame([1, [99]], [$said['kept'], $said['unknown']]);
        $kept = $this->connector()->states()->of('order', [$id])[$id];
        self::assertSame(['in_xero', 'CS-1', "it's \u{FFFD} <b>"], [$kept['state'], $kept['number'], $kept['reason']]);
        $bad = $this->call('sync_states', ['states' => [['url' => 'javascript:alert(1)'] + $state]]);
        self::assertSame(422, $bad['http']);
    }
}
