<?php
declare(strict_types=1);

namespace XeroConnector\Tests;

use XeroConnector\Wire\PairingCode;

/** Who comes without the signature gets nothing and changes nothing; a known caller's rubbish is refused by name. */
final class DoorTest extends ShopTestCase
{
    private const BODY = '{"call":"probe"}';

    private function refused(array $server, string $body, int $status, string $code): void
    {
        $before = $this->everything();
        $answer = $this->serve($server, $body);
        $said = json_decode($answer->body(), true);
        self::assertSame([$status, $code], [$answer->status(), $said['error']['code']]);
        self::assertSame($before, $this->everything());
    }

    public function testThePairingCodeIsWrittenAsTheProtocolSays(): void
    {
        $said = PairingCode::read($this->connector()->pairingCode());
        $settings = $this->connector()->settings();
        self::assertStringStartsWith('cs1.', $this->connector()->pairingCode());
        self::assertSame([
            'address' => 'https://shop.example.com/store',
            'key' => $settings->get('key'),
            'secret' => $settings->get('secret'),
        ], $said);
        // As another program computed it.
        $expected = 'cs1.eyJ1IjoiaHR0cHM6Ly9zLmV4YW1wbGUuY29tIiwiayI6ImEiLCJzIjoiYiJ9.';
        self::assertStringStartsWith($expected, PairingCode::write('https://s.example.com', 'a', 'b'));
    }

    public function testASignedCallIsAnsweredAndTheAnswerSigned(): void
    {
        $server = $this->signed(self::BODY);
        $answer = $this->serve($server, self::BODY);
        $secret = $this->connector()->settings()->get('secret');
        $text = "connector-answer-1\n" . $server['HTTP_X_CONNECTOR_NONCE'] . "\n" . hash('sha256', $answer->body());
        self::assertSame(200, $answer->status());
        self::assertSame(hash_hmac('sha256', $text, $secret), $answer->signature());
    }

    public function testACopyIsRefused(): void
    {
        $server = $this->signed(self::BODY);
        self::assertSame(200, $this->serve($server, self::BODY)->status());
        $this->refused($server, self::BODY, 401, 'replayed');
        $this->clock->now += 299;
        $this->refused($server, self::BODY, 401, 'replayed');
    }

    /** @dataProvider strangers */
    public function testAStrangerIsRefused(array $other): void
    {
        $this->order();
        $this->refused($this->signed(self::BODY, $other), self::BODY, 401, 'bad_signature');
    }

    public function strangers(): array
    {
        return [
            'another secret' => [['secret' => str_repeat('0', 64)]],
            'no secret' => [['secret' => '']],
            'another key' => [['key' => str_repeat('0', 32)]],
            'no key' => [['key' => '']],
            'no nonce' => [['nonce' => '']],
            'a nonce of another shape' => [['nonce' => str_repeat('g', 32)]],
            'no number for a time' => [['timestamp' => 'now']],
        ];
    }

    /** @dataProvider otherTimes */
    public function testAnOldTimeIsRefused(int $seconds): void
    {
        $server = $this->signed(self::BODY, ['timestamp' => (string) ($this->clock->now + $seconds)]);
        $this->refused($server, self::BODY, 401, 'bad_timestamp');
    }

    public function otherTimes(): array
    {
        return [[-301], [301], [-86400]];
    }

    public function testAnotherBodyThanTheSignedIsRefused(): void
    {
        $this->refused($this->signed(self::BODY), '{"call":"orders","by":"changed"}', 401, 'bad_signature');
    }

    public function testTenMegabytesAreNotRead(): void
    {
        $body = str_repeat('x', 10 * 1024 * 1024);
        $server = $this->signed($body);
        $this->refused($server, $body, 413, 'too_long');
        $this->refused(['CONTENT_LENGTH' => '1'] + $server, $body, 413, 'too_long');
    }

    public function testOtherMethodsAreRefused(): void
    {
        $this->refused(['REQUEST_METHOD' => 'GET'] + $this->signed(''), '', 405, 'bad_method');
    }

    public function testSwitchedOffItSaysSoToItsConnectorOnly(): void
    {
        $this->connector()->settings()->set(['status' => '0']);
        $this->refused($this->signed(self::BODY), self::BODY, 403, 'switched_off');
        $wrong = $this->signed(self::BODY, ['secret' => str_repeat('0', 64)]);
        $this->refused($wrong, self::BODY, 401, 'bad_signature');
    }

    public function testNewKeysEndThePairingAndTheOldAreRefused(): void
    {
        $server = $this->signed(self::BODY);
        $this->pair();
        $this->connector()->settings()->renewKeys();
        $this->refused($server, self::BODY, 401, 'bad_signature');
        self::assertNull($this->call('probe')['paired']);
    }

    /** @dataProvider calls */
    public function testRubbishInAnyFieldIsRefusedAndNothingChanges(string $call, array $good): void
    {
        $this->order();
        $this->product('TEA');
        $rubbish = [null, '', 'x', "'; DROP TABLE cs_orders; --", -1, 1.5, 1e30, true, [], ['a' => 'b'], [[]], "\0",
            str_repeat('9', 200), str_repeat('ü', 2000), ['$gt' => 1]];
        $fields = array_keys($good);
        $before = $this->everything();
        foreach ($fields as $field) {
            foreach ($rubbish as $value) {
                $said = $this->call($call, [$field => $value] + $good);
                $where = $call . ' ' . $field . ' ' . json_encode($value);
                if ($said['http'] === 200) {
                    self::assertTrue(is_scalar($value) && !is_bool($value), $where);
                    continue;
                }
                self::assertSame(422, $said['http'], $where . json_encode($said));
            }
        }
        self::assertSame(422, $this->call($call, ['more' => 1] + $good)['http']);
        self::assertSame(422, $this->call($call, ["a\u{1F600}'<" => 1] + $good)['http']);
        self::assertSame([], CsCartState::$logged);
        self::assertSame($before, $this->everything());
    }

    public function calls(): array
    {
        return [
            ['orders', ['by' => 'changed', 'since' => 0, 'until' => 10, 'after' => ['moment' => 0, 'id' => 0],
                'limit' => 10]],
            ['orders', ['ids' => [99]]],
            ['orders', ['after_id' => 99]],
            ['count', ['by' => 'placed', 'since' => 5]],
            ['customers', ['ids' => [99]]],
            ['products', ['by' => 'changed', 'since' => 5]],
            ['stock', ['skus' => ['none']]],
            ['order_condition', ['order_id' => 99]],
            ['set_status', ['order_id' => 99, 'status' => 'Q', 'notify' => false]],
            ['set_stock', ['items' => [['sku' => 'none', 'quantity' => 'x']]]],
            ['sync_states', ['states' => [['kind' => 'order', 'id' => 99, 'state' => 'none', 'at' => 'x']]]],
        ];
    }

    public function testNoObjectOfJsonAndUnknownCalls(): void
    {
        foreach (['', '[]', 'null', '"x"', '{', "\xff\xfe", '[{"call":"probe"}]'] as $body) {
            $this->refused($this->signed($body), $body, 400, 'bad_body');
        }
        foreach (['{}', '{"call":7}', '{"call":"events"}', '{"call":["probe"]}'] as $body) {
            $this->refused($this->signed($body), $body, 404, 'unknown_call');
        }
    }

    public function testWhatFailsInsideIsLoggedAndNotTold(): void
    {
        $this->put('DROP TABLE cs_order_docs');
        $this->order();
        $said = $this->call('orders', ['by' => 'changed']);
        self::assertSame([500, 'failed'], [$said['http'], $said['error']['code']]);
        self::assertStringNotContainsString('order_docs', json_encode($said));
        self::assertStringContainsString('order_docs', CsCartState::$logged[0]);
    }
}
