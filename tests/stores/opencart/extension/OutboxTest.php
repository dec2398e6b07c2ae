<?php
declare(strict_types=1);

namespace XeroConnector\Tests;

use XeroConnector\Clock;
use XeroConnector\Database\ShopQuery;
use XeroConnector\Http\Reply;
use XeroConnector\Outbox\Events;
use XeroConnector\Outbox\Hints;
use XeroConnector\Wire\Signature;

/** What changed is written down, told in order, and hinted at without anybody waiting. */
final class OutboxTest extends ShopTestCase
{
    /** @return array<int, array<string, mixed>> */
    private function events(int $after = 0, int $limit = 500): array
    {
        $this->shop->clock->now += 2;
        return $this->shop->call('events', ['after' => $after, 'limit' => $limit]);
    }

    private function pair(): void
    {
        $address = 'https://x.example.com/hooks/s';
        $this->shop->call('pair', ['callback' => $address, 'app' => $address, 'store' => 's', 'reach' => false]);
    }

    private function happens(string $kind, int $id): void
    {
        $this->shop->connector()->outbox()->changed($kind, $id);
    }

    private function hints(bool $answers): Hints
    {
        $connector = $this->shop->connector();
        $answerFirst = static function () use ($answers): bool {
            return $answers;
        };
        return new Hints(
            $connector->settings(),
            new Events(new ShopQuery($this->shop->db, 'shop_'), $this->shop->clock),
            $connector->hooks(),
            $this->shop->clock,
            $this->shop->platform,
            $answerFirst
        );
    }

    public function testChangesAreToldInTheirOrder(): void
    {
        $at = Clock::iso($this->shop->clock->now);
        $outbox = $this->shop->connector()->outbox();
        $outbox->changed('order', 7);
        $outbox->changed('order', 7);
        $outbox->changed('customer', 3);
        $outbox->deleted('product', 5);
        $outbox->changed('order', 0);
        $said = $this->events();
        self::assertSame([
            ['seq' => 1, 'kind' => 'order', 'id' => 7, 'what' => 'changed', 'at' => $at],
            ['seq' => 2, 'kind' => 'customer', 'id' => 3, 'what' => 'changed', 'at' => $at],
            ['seq' => 3, 'kind' => 'product', 'id' => 5, 'what' => 'deleted', 'at' => $at],
        ], $said['events']);
        self::assertSame([3, false], [$said['last'], $said['more']]);
        $said = $this->events(1, 1);
        self::assertSame([[2], 2, true], [array_column($said['events'], 'seq'), $said['last'], $said['more']]);
        self::assertSame([[], 3], [$this->events(3)['events'], $this->events(3)['last']]);
    }

    public function testAnEventIsToldOnceNoEarlierOneCanAppear(): void
    {
        $this->shop->connector()->outbox()->changed('order', 7);
        self::assertSame([], $this->shop->call('events', ['after' => 0])['events']);
        self::assertSame(0, $this->shop->call('probe')['last_event']);
        $this->shop->clock->now += 2;
        self::assertCount(1, $this->shop->call('events', ['after' => 0])['events']);
        self::assertSame(1, $this->shop->call('probe')['last_event']);
    }

    public function testEventsAreKeptForThirtyDays(): void
    {
        $this->shop->connector()->outbox()->changed('order', 7);
        $this->shop->clock->now += 30 * 86400 - 2;
        self::assertCount(1, $this->events()['events']);
        self::assertCount(0, $this->events()['events']);
    }

    public function testAReturnIsAnEventOfItsOrderToo(): void
    {
        $this->put("INSERT INTO shop_return (order_id, date_added, date_modified) VALUES (9, NOW(), NOW())");
        $outbox = $this->shop->connector()->outbox();
        $outbox->deletingReturn(1);
        $outbox->returnChanged(55);
        $told = array_map(static function (array $event): array {
            return [$event['kind'], $event['id'], $event['what']];
        }, $this->events()['events']);
        $expected = [['return', 1, 'deleted'], ['order', 9, 'changed'], ['return', 55, 'changed']];
        self::assertSame($expected, $told);
    }

    public function testNothingThatGoesWrongStopsTheShop(): void
    {
        $this->put('DROP TABLE shop_xero_connector_event, shop_xero_connector_deleted');
        $this->order();
        $outbox = $this->shop->connector()->outbox();
        $outbox->changed('order', 7);
        $outbox->deletingOrder(1);
        $outbox->returnChanged(1);
        self::assertGreaterThanOrEqual(3, count($this->shop->platform->logged));
    }

    public function testWhatTheShopDoesTogetherIsNotEndedEarly(): void
    {
        $this->put('CREATE TABLE shop_elsewhere (id INT) ENGINE=InnoDB');
        $this->order();
        $this->pair();
        $outbox = $this->shop->connector()->outbox();
        $hints = $this->hints(true);
        $this->put('START TRANSACTION');
        $this->put('INSERT INTO shop_elsewhere VALUES (1)');
        $outbox->deletingOrder(1);
        $outbox->deletedOrder(1);
        $outbox->returnChanged(1);
        self::assertSame(1, $hints->send());
        self::assertCount(1, $this->rows('SELECT 1 FROM shop_xero_connector_deleted'));
        $this->put('ROLLBACK');
        self::assertSame([], $this->rows('SELECT 1 FROM shop_elsewhere'));
        self::assertSame([], $this->rows('SELECT 1 FROM shop_xero_connector_deleted'));
        self::assertSame([], $this->rows('SELECT 1 FROM shop_xero_connector_event'));
        self::assertSame([], $this->shop->platform->logged);
    }

    public function testAHintIsSignedAndNamesTheRecords(): void
    {
        $this->happens('order', 1);
        $this->pair();
        $this->happens('order', 7);
        $this->happens('order', 7);
        $this->happens('product', 5);
        $this->put("INSERT INTO shop_return (order_id, date_added, date_modified) VALUES (9, NOW(), NOW())");
        $this->shop->connector()->outbox()->returnChanged(1);
        self::assertSame(1, $this->hints(true)->send());
        $sent = $this->shop->sender->sent[0];
        $said = json_decode($sent['body'], true);
        self::assertSame([[7, 9], [], [5]], [$said['orders'], $said['customers'], $said['products']]);
        self::assertMatchesRegularExpression('/^[0-9a-f]{32}$/', $said['call']);
        $secret = $this->shop->connector()->settings()->get('secret');
        $timestamp = (string) $this->shop->clock->now;
        self::assertSame(['https://x.example.com/hooks/s', 3], [$sent['url'], $sent['seconds']]);
        self::assertSame([
            'X-Timestamp: ' . $timestamp,
            'X-Signature: ' . Signature::ofHook($secret, $timestamp, $sent['body']),
        ], $sent['headers']);
        self::assertSame(0, $this->hints(true)->send());
        self::assertCount(1, $this->shop->sender->sent);
    }

    public function testOneRequestSendsForAllThatHappensMeanwhile(): void
    {
        $this->pair();
        $this->happens('order', 7);
        $this->shop->sender->reply = function (): Reply {
            if (count($this->shop->sender->sent) === 1) {
                $this->happens('order', 8);
                self::assertSame(0, $this->hints(true)->send());
            }
            return new Reply(200, '{}');
        };
        self::assertSame(2, $this->hints(true)->send());
        $orders = array_map(static function (array $sent): array {
            return json_decode($sent['body'], true)['orders'];
        }, $this->shop->sender->sent);
        self::assertSame([[7], [8]], $orders);
    }

    public function testWhereTheShopCannotAnswerFirstNoHintIsSent(): void
    {
        $this->pair();
        $this->happens('order', 7);
        self::assertSame(0, $this->hints(false)->send());
        self::assertSame([], $this->shop->sender->sent);
    }

    public function testUnpairedOrSwitchedOffNoHintIsSent(): void
    {
        $this->happens('order', 7);
        self::assertSame(0, $this->hints(true)->send());
        $this->pair();
        $this->happens('order', 8);
        $this->shop->connector()->settings()->set(['status' => '0']);
        self::assertSame(0, $this->hints(true)->send());
        self::assertSame([], $this->shop->sender->sent);
    }

    public function testAfterAHintThatDidNotArriveTheNextWaitAMinute(): void
    {
        $this->pair();
        $this->happens('order', 7);
        $this->shop->sender->reply = static function (): Reply {
            return new Reply(0, '', 'timed out');
        };
        self::assertSame(0, $this->hints(true)->send());
        $this->shop->clock->now += 59;
        $this->happens('order', 8);
        $this->hints(true)->send();
        self::assertCount(1, $this->shop->sender->sent);
        $this->shop->clock->now += 1;
        $this->hints(true)->send();
        self::assertSame([7, 8], json_decode($this->shop->sender->sent[1]['body'], true)['orders']);
    }

    public function testWhatHappenedLongAgoIsNotHintedAt(): void
    {
        $this->pair();
        $this->happens('order', 7);
        $this->shop->clock->now += 601;
        self::assertSame(0, $this->hints(true)->send());
        $this->happens('order', 8);
        $this->hints(true)->send();
        self::assertSame([8], json_decode($this->shop->sender->sent[0]['body'], true)['orders']);
    }
}
