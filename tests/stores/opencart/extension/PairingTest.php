<?php
declare(strict_types=1);

namespace XeroConnector\Tests;

use XeroConnector\Http\Reply;

/** How shop and connector find each other, part, and what staff may ask. */
final class PairingTest extends ShopTestCase
{
    private const PAIR = [
        'callback' => 'https://x.example.com/hooks/s', 'app' => 'https://x.example.com/', 'store' => 's', 'reach' => true,
    ];

    private function answerWith(callable $reply): void
    {
        $this->shop->sender->reply = $reply;
    }

    private function greets(): void
    {
        $this->answerWith(static function (string $body): Reply {
            return new Reply(200, json_encode(['hello' => json_decode($body, true)['hello'], 'store' => 's']));
        });
    }

    public function testInstalledItHasKeysAndKeepsThem(): void
    {
        $settings = $this->shop->connector()->settings();
        $key = $settings->get('key');
        self::assertSame([32, 64, true], [strlen($key), strlen($settings->get('secret')), $settings->isOn()]);
        $this->shop->connector()->install();
        self::assertSame($key, $this->shop->connector()->settings()->get('key'));
    }

    public function testUninstalledItLeavesNothing(): void
    {
        $this->shop->connector()->uninstall();
        self::assertSame([], $this->rows("SHOW TABLES LIKE '%xero%'"));
        self::assertSame([], $this->rows('SELECT * FROM shop_setting'));
    }

    public function testSettingsOfOthersAreLeftAlone(): void
    {
        $this->put("INSERT INTO shop_setting (code, `key`, value) VALUES ('config', 'config_name', 'Tea')");
        $this->shop->connector()->settings()->set(['status' => '0']);
        $this->shop->connector()->uninstall();
        self::assertCount(1, $this->rows('SELECT * FROM shop_setting'));
    }

    public function testBothSidesReachEachOther(): void
    {
        $this->greets();
        $said = $this->shop->call('pair', self::PAIR);
        self::assertSame([true, '', 200], [$said['reached'], $said['error'], $said['status']]);
        self::assertSame(5, $this->shop->sender->sent[0]['seconds']);
        $paired = $this->shop->call('probe')['paired'];
        self::assertSame([self::PAIR['callback'], true], [$paired['callback'], $paired['reached']]);
    }

    /** @dataProvider failures */
    public function testThatTheConnectorIsNotReachedIsSaidInWords(Reply $reply, string $words): void
    {
        $this->answerWith(static function () use ($reply): Reply {
            return $reply;
        });
        $said = $this->shop->call('pair', self::PAIR);
        self::assertFalse($said['reached']);
        self::assertStringContainsString($words, $said['error']);
        self::assertTrue($this->shop->connector()->settings()->isPaired());
    }

    public function failures(): array
    {
        return [
            [new Reply(0, '', 'Could not resolve host'), 'did not answer: Could not resolve host'],
            [new Reply(401, '{}'), 'pair the two again'],
            [new Reply(502, ''), 'HTTP status 502'],
            [new Reply(200, '<html>'), 'Something else'],
            [new Reply(200, '{"hello":"another"}'), 'Something else'],
        ];
    }

    public function testWithoutReachingItIsOnlyKept(): void
    {
        $said = $this->shop->call('pair', ['reach' => false] + self::PAIR);
        self::assertSame([false, '', []], [$said['reached'], $said['error'], $this->shop->sender->sent]);
    }

    public function testUnpairedTheKeysStay(): void
    {
        $this->shop->call('pair', self::PAIR);
        self::assertTrue($this->shop->call('unpair')['unpaired']);
        self::assertNull($this->shop->call('probe')['paired']);
    }

    public function testNewKeysEndThePairingAndTheOldAreRefused(): void
    {
        $this->greets();
        $this->shop->call('pair', self::PAIR);
        $body = '{"call":"probe"}';
        $old = $this->shop->signed($body);
        $this->shop->connector()->settings()->renewKeys();
        self::assertSame(401, $this->shop->serve($old, $body)->status());
        self::assertSame(200, $this->shop->call('probe')['http']);
        self::assertFalse($this->shop->connector()->settings()->isPaired());
    }

    public function testAWishIsSentAndItsSentencesShown(): void
    {
        $this->shop->call('pair', self::PAIR);
        $this->answerWith(static function (): Reply {
            return new Reply(200, '{"done":[{"id":"7","did":"Goes to Xero <now>."},{"did":"x"},{"id":8}]}');
        });
        $said = $this->shop->connector()->wishes()->ask('leave_out', 'order', [7], 'Ada', 'Test');
        self::assertSame(['done' => [['id' => 7, 'did' => 'Goes to Xero <now>.']], 'error' => ''], $said);
        $sent = json_decode($this->shop->sender->sent[1]['body'], true);
        unset($sent['call']);
        self::assertSame(
            ['ask' => 'leave_out', 'kind' => 'order', 'ids' => [7], 'person' => 'Ada', 'reason' => 'Test'],
            $sent
        );
        self::assertSame(10, $this->shop->sender->sent[1]['seconds']);
    }

    public function testAWishThatCannotBeAskedSaysWhy(): void
    {
        $wishes = $this->shop->connector()->wishes();
        self::assertStringContainsString('not paired', $wishes->ask('sync', 'order', [7], 'Ada', '')['error']);
        $this->shop->call('pair', ['reach' => false] + self::PAIR);
        $wishes = $this->shop->connector()->wishes();
        self::assertStringContainsString('say why', $wishes->ask('take_in', 'order', [7], 'Ada', ' ')['error']);
        self::assertSame('Nothing is chosen.', $wishes->ask('sync', 'order', [], 'Ada', '')['error']);
        self::assertStringContainsString('At most 200', $wishes->ask('sync', 'order', range(1, 201), 'A', '')['error']);
        self::assertSame([], $this->shop->sender->sent);
    }

    public function testAccountsOfProductsAreKeptAndDropped(): void
    {
        $accounts = $this->shop->connector()->accounts();
        $accounts->keep(1, '200', '');
        self::assertSame(['sales_account' => '200', 'purchase_account' => ''], $accounts->of(1));
        $accounts->keep(1, '', '');
        self::assertSame([], $this->rows('SELECT * FROM shop_xero_connector_product_account'));
        self::assertTrue($accounts->isCode('4000-1.a'));
        self::assertFalse($accounts->isCode('12345678901'));
        self::assertFalse($accounts->isCode("200'"));
    }
}
