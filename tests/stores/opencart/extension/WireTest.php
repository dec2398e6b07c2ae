<?php
declare(strict_types=1);

namespace XeroConnector\Tests;

use InvalidArgumentException;
use PHPUnit\Framework\TestCase;
use XeroConnector\Wire\Answer;
use XeroConnector\Wire\Keys;
use XeroConnector\Wire\PairingCode;
use XeroConnector\Wire\Signature;

/** Signatures and the pairing code, against values that another program computed. */
final class WireTest extends TestCase
{
    private const KEY = '00112233445566778899aabbccddeeff';
    private const SECRET = '0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef';
    private const NONCE = 'ffeeddccbbaa99887766554433221100';
    private const CODE = 'oc1.eyJ1IjoiaHR0cHM6Ly9zaG9wLmV4YW1wbGUuY29tL3N0b3JlIiwiayI6IjAwMTEyMjMzNDQ1NTY2Nzc4ODk5YWFi'
        . 'YmNjZGRlZWZmIiwicyI6IjAxMjM0NTY3ODlhYmNkZWYwMTIzNDU2Nzg5YWJjZGVmMDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWYi'
        . 'fQ.31ab509f';

    public function testARequestIsSignedAsTheProtocolSays(): void
    {
        $signature = Signature::ofRequest(self::SECRET, '1796000000', self::NONCE, '{"call":"probe"}');
        self::assertSame('9effddeec0cdd835879151204ea829b67b7993c6b0ca74994ed096b848f41bb1', $signature);
    }

    public function testAnAnswerIsSignedAsTheProtocolSays(): void
    {
        $signature = Signature::ofAnswer(self::SECRET, self::NONCE, '{"ok":true}');
        self::assertSame('0406a53e57c777591a4dc643366169008daf402d263d7d82f57eb0d90685df8c', $signature);
    }

    public function testAnAnswerWhoseHeadersAreGoneBearsItsSignature(): void
    {
        $answer = new Answer(200, ['ok' => true]);
        self::assertSame('{"ok":true}', $answer->bodyWithSignature());
        $line = 'X-Connector-Answer: 0406a53e57c777591a4dc643366169008daf402d263d7d82f57eb0d90685df8c';
        $signed = $answer->signed(self::SECRET, self::NONCE);
        self::assertSame("\n$line\n" . '{"ok":true}', $signed->bodyWithSignature());
    }

    public function testAHookIsSignedUnderASecretOfItsOwn(): void
    {
        $signature = Signature::ofHook(self::SECRET, '1796000000', '{"call":"probe"}');
        self::assertSame('f9b4f636353b7d3f1c7d66508f0af324ef842f6c778dbc9871eef166061863e2', $signature);
    }

    public function testThePairingCodeIsWrittenAsTheProtocolSays(): void
    {
        self::assertSame(self::CODE, PairingCode::write('https://shop.example.com/store', self::KEY, self::SECRET));
    }

    public function testThePairingCodeIsReadAgain(): void
    {
        $said = PairingCode::read("  " . self::CODE . "\n");
        $expected = ['address' => 'https://shop.example.com/store', 'key' => self::KEY, 'secret' => self::SECRET];
        self::assertSame($expected, $said);
    }

    /** @dataProvider typingErrors */
    public function testATypingErrorIsTold(string $code): void
    {
        $this->expectException(InvalidArgumentException::class);
        PairingCode::read($code);
    }

    public function typingErrors(): array
    {
        return [
            'a letter is another' => [str_replace('eyJ1', 'eyJ2', self::CODE)],
            'the end is missing' => [substr(self::CODE, 0, -1)],
            'the middle is missing' => [substr(self::CODE, 0, 40) . substr(self::CODE, 44)],
            'another kind' => [str_replace('oc1.', 'oc2.', self::CODE)],
            'nothing' => [''],
        ];
    }

    public function testKeysAreHexAndNeverTheSame(): void
    {
        self::assertMatchesRegularExpression('/^[0-9a-f]{32}$/', Keys::key());
        self::assertMatchesRegularExpression('/^[0-9a-f]{64}$/', Keys::secret());
        self::assertNotSame(Keys::nonce(), Keys::nonce());
    }
}
