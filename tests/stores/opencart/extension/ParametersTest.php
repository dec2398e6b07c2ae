<?php
declare(strict_types=1);

namespace XeroConnector\Tests;

/** Whatever stands in a parameter, it is a value of the right kind or the call is refused and nothing changes. */
final class ParametersTest extends ShopTestCase
{
    private const STATE = ['kind' => 'order', 'id' => 1, 'state' => 'held', 'at' => '2026-11-30T18:00:00Z'];

    /** @dataProvider wrong */
    public function testAWrongParameterIsNamedAndNothingChanges(string $call, array $parameters, string $field): void
    {
        $this->order();
        $this->product('SKU-1');
        $this->shop->call('count', ['by' => 'placed']);
        $before = $this->everything();
        $said = $this->shop->call($call, $parameters);
        $error = [$said['http'], $said['error']['code'], $said['error']['field']];
        self::assertSame([422, 'bad_parameter', $field], $error);
        self::assertSame($before, $this->everything());
        self::assertSame([], $this->shop->platform->logged);
        self::assertSame([], $this->shop->sender->sent);
    }

    public function wrong(): array
    {
        $evil = "1' OR '1'='1";
        return [
            ['orders', ['by' => $evil], 'by'],
            ['orders', ['by' => ['changed']], 'by'],
            ['orders', [], 'by'],
            ['orders', ['by' => 'changed', 'limit' => 101], 'limit'],
            ['orders', ['by' => 'changed', 'limit' => 0], 'limit'],
            ['orders', ['by' => 'changed', 'limit' => '1; DROP TABLE shop_order'], 'limit'],
            ['orders', ['by' => 'changed', 'limit' => 1.5], 'limit'],
            ['orders', ['by' => 'changed', 'since' => $evil], 'since'],
            ['orders', ['by' => 'changed', 'since' => '2026-02-30 10:00:00'], 'since'],
            ['orders', ['by' => 'changed', 'since' => "2026-11-01 10:00:00\n"], 'since'],
            ['orders', ['by' => 'changed', 'until' => '2026-11-01'], 'until'],
            ['orders', ['by' => 'changed', 'after' => 'x'], 'after'],
            ['orders', ['by' => 'changed', 'after' => ['id' => 1]], 'after.moment'],
            ['orders', ['by' => 'changed', 'after' => ['moment' => $evil, 'id' => 1]], 'after.moment'],
            ['orders', ['by' => 'changed', 'after' => ['moment' => '2026-11-01 10:00:00', 'id' => $evil]], 'after.id'],
            ['orders', ['by' => 'changed', '<script>' => 1], '?script?'],
            ['orders', ['ids' => []], 'ids'],
            ['orders', ['ids' => 1], 'ids'],
            ['orders', ['ids' => ['a' => 1]], 'ids'],
            ['orders', ['ids' => range(1, 101)], 'ids'],
            ['orders', ['ids' => [1, $evil]], 'ids.1'],
            ['orders', ['ids' => [0]], 'ids.0'],
            ['orders', ['ids' => [2147483648]], 'ids.0'],
            ['orders', ['after_id' => -1], 'after_id'],
            ['orders', ['number' => 7], 'number'],
            ['orders', ['number' => str_repeat('x', 65)], 'number'],
            ['orders', ['number' => "1\0"], 'number'],
            ['customers', ['by' => 'changed'], 'by'],
            ['events', ['after' => $evil], 'after'],
            ['stock', ['skus' => [['x']]], 'skus.0'],
            ['order_condition', ['order_id' => $evil], 'order_id'],
            ['set_status', ['order_id' => 1], 'status_id'],
            ['set_status', ['order_id' => 1, 'status_id' => 99], 'status_id'],
            ['set_status', ['order_id' => 1, 'status_id' => 5, 'notify' => 'yes'], 'notify'],
            ['add_comment', ['order_id' => 1], 'comment'],
            ['add_comment', ['order_id' => 1, 'comment' => str_repeat('x', 5001)], 'comment'],
            ['set_stock', ['items' => [['product_id' => 1, 'quantity' => '1.5']]], 'items.0.quantity'],
            ['set_stock', ['items' => [['product_id' => 1, 'quantity' => '']]], 'items.0.quantity'],
            ['set_stock', ['items' => [['quantity' => 1]]], 'items.0.product_id'],
            ['set_stock', ['items' => [['product_id' => 1, 'quantity' => 7], ['product_id' => 1]]], 'items.1.quantity'],
            ['sync_states', ['states' => [['kind' => 'user'] + self::STATE]], 'states.0.kind'],
            ['sync_states', ['states' => [['state' => $evil] + self::STATE]], 'states.0.state'],
            ['sync_states', ['states' => [['at' => 'today'] + self::STATE]], 'states.0.at'],
            ['sync_states', ['states' => [['url' => 'javascript:alert(1)'] + self::STATE]], 'states.0.url'],
            ['sync_states', ['states' => [['url' => 'https://x.example.com/"x'] + self::STATE]], 'states.0.url'],
            ['pair', ['callback' => 'ftp://x.example.com', 'app' => 'https://x.example.com', 'store' => 's'], 'callback'],
            ['pair', ['callback' => 'https://x.example.com', 'app' => '', 'store' => 's'], 'app'],
            ['unpair', ['x' => 1], 'x'],
        ];
    }

    /** @dataProvider texts */
    public function testATextIsKeptAsItCame(string $text): void
    {
        $this->order();
        $said = $this->shop->call('add_comment', ['order_id' => 1, 'comment' => $text]);
        self::assertSame([200, ['', $text]], [$said['http'], $said['comments']]);
        $this->shop->call('sync_states', ['states' => [['reason' => $text] + self::STATE]]);
        $kept = $this->shop->connector()->states()->of('order', [1])[1]['reason'];
        self::assertSame(str_replace("\u{1F600}", "\u{FFFD}", $text), $kept);
        self::assertCount(1, $this->rows('SELECT * FROM shop_order'));
    }

    public function texts(): array
    {
        return [
            ["'; DROP TABLE shop_order; -- "],
            ['<script>alert("x")</script>'],
            ['back\\slash \\\' and :id {order}'],
            ["two\nlines &amp; more"],
            ["\u{17B}ak \u{1F600} end"],
        ];
    }

    public function testACommentIsStoredEscapedAsTheAdminShowsItUnescaped(): void
    {
        $this->order();
        $this->shop->call('add_comment', ['order_id' => 1, 'comment' => '<b>"x"</b>']);
        $stored = $this->rows('SELECT comment FROM shop_order_history ORDER BY order_history_id DESC')[0]['comment'];
        self::assertSame('&lt;b&gt;&quot;x&quot;&lt;/b&gt;', $stored);
    }
}
