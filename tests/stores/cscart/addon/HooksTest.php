<?php
declare(strict_types=1);

namespace XeroConnector\Tests;

use XeroConnector\Http\Reply;
use XeroConnector\Wire\Signature;

require_once dirname(__DIR__, 4) . '/tests/stores/cscart/addon/installed.php';

/** What CS-Cart's hooks call writes a row, never fails, never waits; it is sent later, by cron or behind an answer. */
final class HooksTest extends ShopTestCase
{
    private function events(): array
    {
        return $this->rows('SELECT kind, record_id, what FROM cs_xero_connector_event ORDER BY seq');
    }

    private function changes(): array
    {
        return $this->rows('SELECT kind, record_id FROM cs_xero_connector_change ORDER BY kind, record_id');
    }

    public function testEveryHookHasItsFunction(): void
    {
        self::assertNotSame([], CsCartState::$hooks);
        foreach (CsCartState::$hooks as $hook) {
            self::assertTrue(function_exists('fn_xero_connector_' . $hook), $hook);
        }
    }

    /** @dataProvider calls */
    public function testAHookNotesItsRecord(string $hook, array $parameters, array $expected): void
    {
        $id = $this->order();
        $function = 'fn_xero_connector_' . $hook;
        $function(...$parameters);
        self::assertSame([[$expected[0], (string) $id, $expected[1]]], array_map('array_values', $this->events()));
        self::assertSame([], CsCartState::$logged);
    }

    public function calls(): array
    {
        return [
            'place_order' => ['place_order', [1, 'save', 'O', [], []], ['order', 'changed']],
            'of an older version' => ['place_order', ['1'], ['order', 'changed']],
            'status' => ['change_order_status_post', [1, 'P', 'O', [], false, [], []], ['order', 'changed']],
            'status, with more than we know' => [
                'change_order_status_post', [1, 'P', 'O', [], false, [], [], 'more'], ['order', 'changed'],
            ],
            'edited' => ['update_order', [['total' => 1], 1], ['order', 'changed']],
            'customer of an order' => ['update_order_customer_info_post', [[], 1], ['order', 'changed']],
            'deleted' => ['delete_order', [1], ['order', 'deleted']],
            'sent' => ['create_shipment_post', [[], ['order_id' => '1']], ['order', 'changed']],
            'sent, of another version' => ['create_shipment_post', [['order_id' => 1]], ['order', 'changed']],
            'customer' => ['update_profile', ['update', ['user_id' => 1, 'user_type' => 'C'], []], ['customer', 'changed']],
            'product' => ['update_product_post', [[], 1, 'en', false], ['product', 'changed']],
        ];
    }

    /** @dataProvider whatever */
    public function testAHookTakesAnythingAndNeverFails(array $parameters): void
    {
        foreach (CsCartState::$hooks as $hook) {
            $function = 'fn_xero_connector_' . $hook;
            $function(...$parameters);
        }
        self::assertSame([], $this->events());
        self::assertSame([], CsCartState::$logged);
    }

    public function whatever(): array
    {
        return [
            'nothing' => [[]],
            'no ids' => [[0, 0, 0, 0, 0, 0, 0]],
            'text' => [['x', 'x', 'x']],
            'null' => [[null, null, null]],
            'lists' => [[[], [], []]],
            'an administrator' => [['update', ['user_id' => 0, 'user_type' => 'A'], []]],
        ];
    }

    public function testABrokenTableStopsNobody(): void
    {
        $this->put('DROP TABLE cs_xero_connector_event');
        $this->put('DROP TABLE cs_xero_connector_change');
        fn_xero_connector_place_order($this->order());
        fn_xero_connector_delete_order(1);
        self::assertGreaterThanOrEqual(2, count(CsCartState::$logged));
    }

    public function testOneRowForAllThatARequestDoesToAnOrder(): void
    {
        $outbox = $this->connector()->outbox();
        $outbox->changed('order', 7);
        $outbox->changed('order', 7);
        $this->connector()->outbox()->changed('order', 7);
        self::assertCount(2, $this->events());
        self::assertCount(1, $this->changes());
    }

    public function testAReturnIsAChangeOfItsOrder(): void
    {
        $order = $this->order();
        $this->put("INSERT INTO cs_rma_returns (order_id) VALUES ($order)");
        $this->connector()->outbox()->returnChanged(1);
        $this->connector()->outbox()->returnChanged(99);
        $expected = [['kind' => 'order', 'record_id' => (string) $order, 'what' => 'changed']];
        self::assertSame($expected, $this->events());
    }

    public function testCronSendsWhatIsQueuedSigned(): void
    {
        $this->pair();
        $this->connector()->outbox()->changed('order', 7);
        $this->connector()->outbox()->changed('product', 5);
        self::assertSame(1, $this->connector()->sendForCron($this->token()));
        $sent = $this->sender->sent[0];
        $said = json_decode($sent['body'], true);
        self::assertSame([[7], [], [5]], [$said['orders'], $said['customers'], $said['products']]);
        $timestamp = (string) $this->clock->now;
        $secret = $this->connector()->settings()->get('secret');
        self::assertSame([
            'X-Timestamp: ' . $timestamp,
            'X-Signature: ' . Signature::ofHook($secret, $timestamp, $sent['body']),
        ], $sent['headers']);
        self::assertSame(0, $this->connector()->sendForCron($this->token()));
        self::assertCount(1, $this->sender->sent);
    }

    public function testWhatWasNotTakenIsSentLater(): void
    {
        $this->pair();
        $this->connector()->outbox()->changed('order', 7);
        $this->sender->reply = static function (): Reply {
            return new Reply(0, '', 'timed out');
        };
        self::assertSame(0, $this->connector()->sendForCron($this->token()));
        self::assertSame(0, $this->connector()->sendForCron($this->token()));
        self::assertCount(1, $this->sender->sent);
        $this->clock->now += 60;
        $this->sender->reply = static function (): Reply {
            return new Reply(200, '{}');
        };
        self::assertSame(1, $this->connector()->sendForCron($this->token()));
        self::assertSame([7], json_decode($this->sender->sent[1]['body'], true)['orders']);
    }

    public function testAnotherTokenSendsNothing(): void
    {
        $this->pair();
        $this->connector()->outbox()->changed('order', 7);
        foreach (['', 'x', str_repeat('0', 64), $this->connector()->settings()->get('secret')] as $token) {
            self::assertNull($this->connector()->sendForCron($token));
        }
        self::assertSame([], $this->sender->sent);
        $this->connector()->settings()->set(['secret' => '']);
        self::assertNull($this->connector()->sendForCron(hash_hmac('sha256', 'cron', '')));
    }

    public function testInstallingTwiceKeepsKeysAndUninstallingLeavesNothing(): void
    {
        $code = $this->connector()->pairingCode();
        fn_xero_connector_install();
        self::assertSame($code, $this->connector()->pairingCode());
        fn_xero_connector_uninstall();
        self::assertSame([], $this->rows("SHOW TABLES LIKE 'cs_xero%'"));
        $this->put('CREATE TABLE IF NOT EXISTS cs_built_anew (x INT)');
    }

    private function token(): string
    {
        return substr((string) strrchr($this->connector()->cronAddress(), '='), 1);
    }
}
