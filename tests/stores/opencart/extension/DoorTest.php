<?php
declare(strict_types=1);

namespace XeroConnector\Tests;

use XeroConnector\Wire\Request;
use XeroConnector\Wire\Signature;

/** Who gets in, who does not, and that nothing changes for those who do not. */
final class DoorTest extends ShopTestCase
{
    private const BODY = '{"call":"count","by":"placed"}';

    public function testARequestThatIsSignedIsServedAndItsAnswerSigned(): void
    {
        $server = $this->shop->signed(self::BODY);
        $answer = $this->shop->serve($server, self::BODY);
        $secret = $this->shop->connector()->settings()->get('secret');
        self::assertSame(200, $answer->status());
        self::assertSame('{"count":0}', $answer->body());
        $expected = Signature::ofAnswer($secret, $server['HTTP_X_CONNECTOR_NONCE'], '{"count":0}');
        self::assertSame($expected, $answer->signature());
    }

    public function testACopyIsRefused(): void
    {
        $server = $this->shop->signed(self::BODY);
        $this->shop->serve($server, self::BODY);
        $copy = $this->shop->serve($server, self::BODY);
        self::assertSame([401, 'replayed'], [$copy->status(), $this->code($copy)]);
        self::assertNotNull($copy->signature());
    }

    public function testACopyIsRefusedUntilItsTimestampIsTooOld(): void
    {
        $server = $this->shop->signed(self::BODY, ['timestamp' => (string) ($this->shop->clock->now + 300)]);
        self::assertSame(200, $this->shop->serve($server, self::BODY)->status());
        foreach ([1, 299, 599, 600] as $later) {
            $this->shop->clock->now = 1796000000 + $later;
            // Another request makes the shop forget what is old enough.
            self::assertSame(200, $this->shop->serve($this->shop->signed(self::BODY), self::BODY)->status());
            self::assertSame('replayed', $this->code($this->shop->serve($server, self::BODY)));
        }
        $this->shop->clock->now = 1796000601;
        self::assertSame('bad_timestamp', $this->code($this->shop->serve($server, self::BODY)));
    }

    public function testNoncesAreForgotten(): void
    {
        $this->shop->call('count', ['by' => 'placed']);
        $this->shop->clock->now += 901;
        $this->shop->call('count', ['by' => 'placed']);
        self::assertCount(1, $this->rows('SELECT * FROM shop_xero_connector_nonce'));
    }

    /** @dataProvider strangers */
    public function testAStrangerLearnsAndChangesNothing(array $changes, int $status, string $code): void
    {
        $this->order();
        $server = $changes + $this->shop->signed(self::BODY);
        $before = $this->everything();
        $answer = $this->shop->serve($server, self::BODY);
        self::assertSame([$status, $code], [$answer->status(), $this->code($answer)]);
        self::assertNull($answer->signature());
        self::assertSame($before, $this->everything());
        self::assertCount(0, $this->rows('SELECT * FROM shop_xero_connector_nonce'));
    }

    public function strangers(): array
    {
        return [
            'a page' => [['REQUEST_METHOD' => 'GET'], 405, 'bad_method'],
            'too long, as it says' => [['CONTENT_LENGTH' => (string) (Request::LIMIT + 1)], 413, 'too_long'],
            'another key' => [['HTTP_X_CONNECTOR_KEY' => str_repeat('0', 32)], 401, 'bad_signature'],
            'no key' => [['HTTP_X_CONNECTOR_KEY' => ''], 401, 'bad_signature'],
            'another signature' => [['HTTP_X_CONNECTOR_SIGNATURE' => str_repeat('0', 64)], 401, 'bad_signature'],
            'another time' => [['HTTP_X_CONNECTOR_TIMESTAMP' => '1796000001'], 401, 'bad_signature'],
            'another nonce' => [['HTTP_X_CONNECTOR_NONCE' => str_repeat('a', 32)], 401, 'bad_signature'],
            'no nonce' => [['HTTP_X_CONNECTOR_NONCE' => ''], 401, 'bad_signature'],
        ];
    }

    public function testAnotherSecretIsAStranger(): void
    {
        $server = $this->shop->signed(self::BODY, ['secret' => str_repeat('0', 64)]);
        self::assertSame('bad_signature', $this->code($this->shop->serve($server, self::BODY)));
    }

    public function testAnotherBodyIsAStranger(): void
    {
        $answer = $this->shop->serve($this->shop->signed(self::BODY), '{"call":"count","by":"changed"}');
        self::assertSame('bad_signature', $this->code($answer));
    }

    public function testAShopWithoutKeysKnowsNobody(): void
    {
        $this->shop->connector()->settings()->set(['key' => '', 'secret' => '']);
        $answer = $this->shop->serve($this->shop->signed(self::BODY), self::BODY);
        self::assertSame('bad_signature', $this->code($answer));
    }

    public function testABodyThatHidesItsLengthIsNotReadToItsEnd(): void
    {
        $body = '{"call":"count","x":"' . str_repeat('a', Request::LIMIT) . '"}';
        $server = ['CONTENT_LENGTH' => ''] + $this->shop->signed($body);
        $answer = $this->shop->serve($server, $body);
        self::assertSame([413, 'too_long'], [$answer->status(), $this->code($answer)]);
    }

    public function testTheLongestBodyIsRead(): void
    {
        $body = str_pad(self::BODY, Request::LIMIT);
        self::assertSame(200, $this->shop->serve($this->shop->signed($body), $body)->status());
    }

    /** @dataProvider clocks */
    public function testClocksMayDifferByFiveMinutes(int $difference, int $status): void
    {
        $server = $this->shop->signed(self::BODY, ['timestamp' => (string) ($this->shop->clock->now + $difference)]);
        $answer = $this->shop->serve($server, self::BODY);
        self::assertSame($status, $answer->status());
        if ($status === 401) {
            $error = json_decode($answer->body(), true)['error'];
            self::assertSame(['bad_timestamp', 1796000000], [$error['code'], $error['now']]);
        }
    }

    public function clocks(): array
    {
        return [[-301, 401], [-300, 200], [300, 200], [301, 401]];
    }

    public function testSwitchedOffItSaysSoToTheConnectorAlone(): void
    {
        $this->shop->connector()->settings()->set(['status' => '0']);
        $answer = $this->shop->serve($this->shop->signed(self::BODY), self::BODY);
        self::assertSame([403, 'switched_off'], [$answer->status(), $this->code($answer)]);
        $stranger = $this->shop->serve($this->shop->signed(self::BODY, ['secret' => 'x']), self::BODY);
        self::assertSame('bad_signature', $this->code($stranger));
    }

    /** @dataProvider bodies */
    public function testWhatIsNoCallIsRefused(string $body, int $status, string $code): void
    {
        $answer = $this->shop->serve($this->shop->signed($body), $body);
        self::assertSame([$status, $code], [$answer->status(), $this->code($answer)]);
        self::assertNotNull($answer->signature());
    }

    public function bodies(): array
    {
        return [
            ['', 400, 'bad_body'],
            ['[]', 400, 'bad_body'],
            ['"probe"', 400, 'bad_body'],
            ['{"call":', 400, 'bad_body'],
            ['{}', 404, 'unknown_call'],
            ['{"call":"__construct"}', 404, 'unknown_call'],
            ['{"call":["probe"]}', 404, 'unknown_call'],
            ['{"call":"probe","more":1}', 422, 'bad_parameter'],
        ];
    }

    public function testAnErrorOfTheShopIsLoggedAndNotTold(): void
    {
        $this->put('DROP TABLE shop_order_total');
        $this->placeBareOrder();
        $said = $this->shop->call('orders', ['ids' => [1]]);
        self::assertSame([500, 'failed'], [$said['http'], $said['error']['code']]);
        self::assertStringNotContainsString('SELECT', $said['error']['message']);
        self::assertStringContainsString('shop_order_total', $this->shop->platform->logged[0]);
    }

    public function testTheLastContactIsNotedOnceAMinute(): void
    {
        $this->shop->call('count', ['by' => 'placed']);
        $this->shop->clock->now += 59;
        $this->shop->call('count', ['by' => 'placed']);
        self::assertSame('1796000000', $this->shop->connector()->settings()->get('last_contact'));
        $this->shop->clock->now += 1;
        $this->shop->call('count', ['by' => 'placed']);
        self::assertSame('1796000060', $this->shop->connector()->settings()->get('last_contact'));
    }

    private function placeBareOrder(): void
    {
        $this->put("INSERT INTO shop_order (custom_field, payment_custom_field, comment, date_added, date_modified)
            VALUES ('', '', '', NOW(), NOW())");
    }

    private function code($answer): string
    {
        return json_decode($answer->body(), true)['error']['code'];
    }
}
